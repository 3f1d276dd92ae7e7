"""The variables that a text may name: in canned replies, and in what macros, bulk changes and rules write.

A variable stands in braces: `{number}`. Nothing is computed, and what a value says is never read as a link. Pure;
whoever has an incident makes the values by `values_of` and a text for `operations.operate` by `wording_of`."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from helpdesk.errors import Invalid
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.operations import Wording

# Letters and spaces only: the braces of a log line or of JSON are no variables.
_NAMED = re.compile(r"\{([A-Za-z][A-Za-z_ ]{0,39})\}")
# What would be a link, an image or a definition of one, if it were read as Markdown.
_ACTIVE = re.compile(r"\]\s*[(\[:]|<\S*[:@]")
_BRACKETS = re.compile(r"[\\\[\]<]")
USES_MAX = 60


@dataclass(frozen=True, slots=True)
class Variable:
    name: str
    meaning: str


VARIABLES = (
    Variable("requester", "The requester’s name."),
    Variable("requester_first_name", "Their first name."),
    Variable("organization", "Whom they belong to; nothing where that is not known."),
    Variable("number", "The incident’s number, such as INC-42."),
    Variable("subject", "What the incident is about."),
    Variable("service", "The service it is about; nothing where that is not known."),
    Variable("category", "How it is sorted; nothing where it is not."),
    Variable("team", "The team that has it; nothing where none has."),
    Variable("agent", "The name of whoever writes."),
    Variable("agent_first_name", "Their first name."),
    Variable("link", "The address of the requester’s own page about it."),
)
_NAMES = frozenset(one.name for one in VARIABLES)

# Makes safe HTML of Markdown; `helpdesk.letters.markdown.render` is one.
Render = Callable[[str], str]


def fill(text: str, values: Mapping[str, str], render: Render | None = None) -> tuple[str, str]:
    """The text with the values in it, and its HTML ("" without `render`). Raises Invalid for an unknown variable."""
    check(text)
    filled = _NAMED.sub(lambda found: _inert(values[_name(found[1])]), text)
    return filled, render(filled) if render else ""


def check(text: str, field: str | None = None) -> None:
    """Raises Invalid, naming the first variable that does not exist."""
    named = named_in(text)
    for name in named:
        if name not in _NAMES:
            near = get_close_matches(name, _NAMES, n=1, cutoff=0.5)
            hint = f"Did you mean {{{near[0]}}}?" if near else f"There are {', '.join(sorted(_NAMES))}."
            raise Invalid(f"There is no variable {{{name}}}. {hint}", field=field)
    if len(named) > USES_MAX:
        raise Invalid(f"Use at most {USES_MAX} variables.", field=field)


def named_in(text: str) -> list[str]:
    """The names of the variables in a text, in their order."""
    return [_name(found[1]) for found in _NAMED.finditer(text)]


def values_of(incident: Incident, *, agent: str, link: str = "") -> dict[str, str]:
    """What every variable says for this incident. `agent` is who writes, `link` the requester's own page."""
    organization = incident.requester.organization
    return {
        "requester": incident.requester.name,
        "requester_first_name": _first(incident.requester.name),
        "organization": organization.name if organization else "",
        "number": incident.number,
        "subject": incident.subject,
        "service": incident.service.name if incident.service else "",
        "category": incident.category.path if incident.category else "",
        "team": incident.team.name if incident.team else "",
        "agent": agent,
        "agent_first_name": _first(agent),
        "link": link,
    }


def wording_of(agent: str, link: Callable[[Incident], str], render: Render) -> Wording:
    """Fills texts for one incident after the other, for `operations.operate`."""

    def wording(incident: Incident, text: str) -> tuple[str, str]:
        return fill(text, values_of(incident, agent=agent, link=link(incident)), render)

    return wording


def _first(name: str) -> str:
    """“Mia” of “Mia Tanaka” and of “Tanaka, Mia”; an address stays whole."""
    last, comma, given = name.partition(",")
    return (given if comma and given.strip() else last).split()[0] if name.strip() else ""


def _inert(value: str) -> str:
    """One line, in which nothing is a link: a requester chose these words."""
    line = " ".join(value.split())
    return _BRACKETS.sub(r"\\\g<0>", line) if _ACTIVE.search(line) else line


def _name(written: str) -> str:
    return "_".join(written.lower().split())
