"""Pages of the handbook that are read off the code: Markdown tables of states, permissions, events and settings."""

import inspect
import re
from collections.abc import Iterable, Sequence
from enum import StrEnum

from helpdesk.db import session
from helpdesk.incidents.lifecycle import REQUESTER_WORDING, TABLE, State, Transition
from helpdesk.incidents.statuses import REQUIRED, statuses
from helpdesk.journal import EventKind
from helpdesk.people import permissions as rights
from helpdesk.people.permissions import Permission
from helpdesk.policies import LetterPolicy, LifecyclePolicy, MailPolicy
from helpdesk.settings import Settings
from helpdesk.web.settings.reference import default_of
from intake.agent_mail import COMMANDS

MEMBER = re.compile(r'^\s+[A-Z_]+ = "(?P<value>\w+)"(?:\s*#\s*(?P<comment>.+))?$')


def states() -> str:
    """What each state is called, and the moves between them."""
    names = table(
        ("State", "For agents", "For the requester"),
        ((f"`{state}`", state.label, REQUESTER_WORDING[state]) for state in State),
    )
    moves = table(("From", "To", "How"), ((move.state.label, move.next_state.label, _how(move)) for move in TABLE))
    intro = "Everything that is not in this table is refused; the site's own statuses can only narrow it down."
    return f"{names}\n\n## Moves\n\n{intro}\n\n{moves}\n\n## This site's statuses\n\n{_statuses()}"


def _statuses() -> str:
    """What administrators made of the states under *Settings, States*, as it is now."""
    known = [one for one in statuses(session()) if one.retired_at is None]
    if not known:
        return "The states have their built-in names. Administrators can give them others under *Settings, States*."
    by_number = {one.id: one.name for one in known}
    return table(
        ("State", "Status", "For the requester", "Needs", "Entered from", "Entered by", "Clocks"),
        (
            (
                State(one.state).label,
                f"**{one.name}**" if one.is_default else one.name,
                one.requester_wording or REQUESTER_WORDING[State(one.state)],
                ", ".join(REQUIRED.get(field, field) for field in one.required) or "–",
                ", ".join(by_number[number] for number in one.entered_from if number in by_number) or "anywhere",
                ", ".join(f"{role}s" for role in one.roles) or "everybody",
                {None: "as the state", True: "rest", False: "go on"}[one.pauses],
            )
            for one in known
        ),
    )


def _how(move: Transition) -> str:
    guard = f", if {move.guard}" if move.guard else ""
    return f"**{move.verb.label}** by {' or '.join(sorted(move.actors))}{guard}"


def permissions() -> str:
    """What each role may do."""
    roles = list(rights.TABLE)
    said = comments(Permission)
    return table(
        ("Permission", "What it is for", *(role.value.capitalize() for role in roles)),
        (
            (f"`{one}`", said.get(one.value, ""), *("yes" if one in rights.TABLE[role] else "–" for role in roles))
            for one in Permission
        ),
    )


def events() -> str:
    """Each kind of event in the journal."""
    said = comments(EventKind)
    return (
        "Whatever happens is written down once as an event and never changed afterwards. Timelines, searches and "
        "letters follow from these.\n\n"
        + table(("Event", "When"), ((f"`{kind}`", said.get(kind.value, "")) for kind in EventKind))
    )


def settings() -> str:
    """Every setting, with its variable, its default and what it does."""
    prefix = str(Settings.model_config.get("env_prefix", ""))
    return (
        "In `helpdesk.toml` by name, or as an environment variable. A variable with `_FILE` at its end names a file "
        "that holds the value.\n\n"
        + table(
            ("Setting", "Variable", "Default", "What it does"),
            (
                (f"`{name}`", f"`{prefix}{name.upper()}`", default_of(field), field.description or "")
                for name, field in Settings.model_fields.items()
            ),
        )
    )


def policies() -> str:
    """What a site decides on its pages, and the commands that agents may send by mail."""
    tables = (
        f"## {title}\n\n"
        + table(
            ("What", "Unless changed", "What it means"),
            (
                (info.title or name.replace("_", " ").capitalize(), f"{info.default}", info.description or "")
                for name, info in kind.model_fields.items()
            ),
        )
        for title, kind in (("Mail", MailPolicy), ("Letters", LetterPolicy), ("States", LifecyclePolicy))
    )
    commands = table(("Command", "What it does"), ((f"`{command}`", words) for command, words in COMMANDS.items()))
    intro = "Decided by administrators under **Settings**, without a restart."
    return "\n\n".join((intro, *tables, f"## Commands of agents by mail\n\n{commands}"))


def comments(kind: type[StrEnum]) -> dict[str, str]:
    """What the code says beside each member of an enumeration, by its value."""
    lines = map(MEMBER.match, inspect.getsource(kind).splitlines())
    return {found["value"]: found["comment"] or "" for found in lines if found}


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; a bar inside a cell is no column."""
    written = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in written)
