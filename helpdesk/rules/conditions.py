"""Conditions over the facts of an incident: which there are, how they read, and whether they hold.

A rule holds when all of its conditions do, and, where it has alternatives, at least one of those."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from helpdesk.errors import Invalid
from helpdesk.incidents.lifecycle import State
from helpdesk.incidents.record_types import RecordType
from helpdesk.rules.facts import Facts, Question

VALUE_LENGTH_MAX = 500
CONDITIONS_MAX = 30

_SIDES = (("1", "High"), ("2", "Medium"), ("3", "Low"))
_SOURCES = (("mail", "Mail"), ("form", "Form"), ("agent", "Phone"), ("api", "API"), ("schedule", "Schedule"))
_DOERS = (("requester", "A requester"), ("agent", "An agent"), ("system", "The desk"))

QUESTIONS: dict[str, Question] = {
    one.name: one
    for one in (
        Question("subject", "Subject", "text"),
        Question("text", "What was written", "text"),
        Question("requester", "Requester’s address", "text"),
        Question("domain", "Requester’s mail domain", "text"),
        Question("language", "Requester’s language", "text"),
        Question("vip", "Requester is important", "yes"),
        Question("organization", "Organization", "choice", source="organizations"),
        Question("record_type", "Type", "choice", choices=tuple((one.value, one.label) for one in RecordType)),
        Question("source", "Came by", "choice", choices=_SOURCES),
        Question("mailbox", "Mailbox", "choice", source="mailboxes"),
        Question("service", "Service", "choice", source="services"),
        Question("category", "Category, or one below it", "several", source="categories"),
        Question("state", "State", "choice", choices=tuple((one.value, one.label) for one in State)),
        Question("status", "Status", "choice", source="statuses"),
        Question("priority", "Priority (1 is highest)", "number"),
        Question("impact", "Impact", "choice", choices=_SIDES),
        Question("urgency", "Urgency", "choice", choices=_SIDES),
        Question("affected_people", "People affected", "number"),
        Question("team", "Team", "choice", source="teams"),
        Question("assignee", "Assignee", "choice", source="agents"),
        Question("tags", "Tags", "several"),
        Question("automatic", "Written by a machine", "yes"),
        Question("by", "Done by", "choice", choices=_DOERS),
        Question("hours_open", "Hours since it was opened", "number", unit="hours"),
        Question("hours_quiet", "Hours since anything happened", "number", unit="hours"),
        Question("score", "Score of the survey", "number"),
    )
}
CUSTOM_PREFIX = "custom:"


@dataclass(frozen=True, slots=True)
class Condition:
    """`values` are what the fact is compared with, any of them being enough; numbers of rows stand as text too."""

    fact: str
    operator: str
    values: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {"fact": self.fact, "operator": self.operator, "values": list(self.values)}

    @property
    def question(self) -> Question:
        """Raises Invalid for a fact that there is not (any more)."""
        if self.fact.startswith(CUSTOM_PREFIX):
            return Question(self.fact, self.fact.removeprefix(CUSTOM_PREFIX), "text")
        found = QUESTIONS.get(self.fact)
        if found is None:
            raise Invalid(f"Rules can't ask for “{self.fact[:40]}”. Take this condition out.", field="conditions")
        return found

    def holds(self, facts: Facts) -> bool:
        """Whether it does for these facts; False where the fact was never known."""
        compare = OPERATORS[self.operator].holds
        return compare(facts.get(self.fact), self.values)


@dataclass(frozen=True, slots=True)
class Operator:
    """`types` are those of `facts.Question` it makes sense for; `wants_value` False: it stands alone."""

    label: str
    types: frozenset[str]
    holds: Callable[[Any, Sequence[str]], bool]
    wants_value: bool = True


def _texts(value: Any) -> list[str]:
    many = value if isinstance(value, (tuple, list)) else () if value is None else (value,)
    return [str(one).casefold() for one in many]


def _is(value: Any, wanted: Sequence[str]) -> bool:
    return bool({one.casefold() for one in wanted} & set(_texts(value)))


def _contains(value: Any, wanted: Sequence[str]) -> bool:
    return any(one.casefold() in text for text in _texts(value) for one in wanted)


def _number(text: Any) -> float | None:
    try:
        return float(text)
    except (TypeError, ValueError):
        return None


def _at_least(value: Any, wanted: Sequence[str]) -> bool:
    given, limit = _number(value), _number(wanted[0] if wanted else None)
    return given is not None and limit is not None and given >= limit


def _at_most(value: Any, wanted: Sequence[str]) -> bool:
    given, limit = _number(value), _number(wanted[0] if wanted else None)
    return given is not None and limit is not None and given <= limit


def _is_empty(value: Any, _: Sequence[str]) -> bool:
    return value in (None, "", (), [])


_CHOSEN = frozenset({"choice", "several", "text"})
OPERATORS: dict[str, Operator] = {
    "is": Operator("is", _CHOSEN | {"number"}, _is),
    "is_not": Operator("is not", _CHOSEN, lambda value, wanted: not _is(value, wanted)),
    "contains": Operator("contains", frozenset({"text"}), _contains),
    "lacks": Operator("does not contain", frozenset({"text"}), lambda value, wanted: not _contains(value, wanted)),
    "at_least": Operator("is at least", frozenset({"number"}), _at_least),
    "at_most": Operator("is at most", frozenset({"number"}), _at_most),
    "empty": Operator("is empty", _CHOSEN, _is_empty, wants_value=False),
    "filled": Operator("is filled", _CHOSEN, lambda value, _: not _is_empty(value, _), wants_value=False),
    "yes": Operator("yes", frozenset({"yes"}), lambda value, _: bool(value), wants_value=False),
    "no": Operator("no", frozenset({"yes"}), lambda value, _: not value, wants_value=False),
}


def hold(every: Iterable[Condition], some: Iterable[Condition], facts: Facts) -> bool:
    """Whether all of `every` hold and, unless it is empty, one of `some`."""
    alternatives = tuple(some)
    return all(one.holds(facts) for one in every) and (
        not alternatives or any(one.holds(facts) for one in alternatives)
    )


def checked(conditions: Iterable[Condition]) -> list[Condition]:
    """Themselves. Raises Invalid, saying which, for one that nobody could mean."""
    found = list(conditions)
    if len(found) > CONDITIONS_MAX:
        raise Invalid(f"Take {CONDITIONS_MAX} conditions at most.", field="conditions")
    for one in found:
        operator, question = OPERATORS.get(one.operator), one.question
        if operator is None or question.type not in operator.types:
            raise Invalid(f"{question.label}: this can't be compared like that. Choose again.", field="conditions")
        if operator.wants_value and not any(value.strip() for value in one.values):
            raise Invalid(f"{question.label}: say with what it is compared.", field="conditions")
        if operator.types == {"number"} and _number(one.values[0]) is None:
            raise Invalid(f"{question.label}: give a number.", field="conditions")
        if any(len(value) > VALUE_LENGTH_MAX for value in one.values):
            raise Invalid(f"{question.label}: shorten this to {VALUE_LENGTH_MAX} characters.", field="conditions")
    return found


def from_json(stored: Iterable[Mapping[str, Any]]) -> list[Condition]:
    """What `as_json` made."""
    return [Condition(one["fact"], one["operator"], tuple(map(str, one.get("values", ())))) for one in stored]


def in_words(condition: Condition, names: Mapping[str, Mapping[str, str]]) -> str:
    """“Service is VPN or Mail”. `names`: by source, what the rows chosen are called."""
    question, operator = condition.question, OPERATORS[condition.operator]
    if not operator.wants_value:
        return f"{question.label}: {operator.label}" if question.type == "yes" else f"{question.label} {operator.label}"
    known = dict(question.choices) | dict(names.get(question.source, {}))
    values = " or ".join(
        known.get(value, f"“{value}”" if question.type == "text" else value) for value in condition.values
    )
    return f"{question.label} {operator.label} {values}"
