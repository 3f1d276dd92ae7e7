"""How something that can be done to an incident is described: its fields, for forms and for checks of what was
stored, and the verb it calls. `helpdesk.incidents.actions` lists them all."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from helpdesk.errors import Invalid
from helpdesk.incidents.incident import Incident
from helpdesk.journal import Actor

Values = Mapping[str, Any]
TEXT_LENGTH_MAX = 100_000
LINE_LENGTH_MAX = 500


class FieldType(StrEnum):
    CHOICE = "choice"  # one of `choices`, or of the rows of `source`
    TEXT = "text"  # several lines
    LINE = "line"
    NUMBER = "number"  # a whole one, from `least` to `most`
    YES = "yes"  # true or false
    NAMES = "names"  # a list of short words


@dataclass(frozen=True, slots=True)
class Field:
    """One input. `source` names rows of the database, a key of `action_choices.offered`; `choices` are fixed ones
    and stand before those. `worded`: the text may hold variables and is rendered, see `operations.operate`."""

    name: str
    label: str
    type: FieldType
    required: bool = False
    help: str = ""
    source: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    nothing: str = "Leave it as it is"
    worded: bool = False
    least: int = 0
    most: int = 0

    def checked(self, kind: str, values: Values) -> Any:
        """The value as it is stored; None when it is left out. Raises Invalid for one that can't be."""
        value = values.get(self.name)
        if value in (None, "", [], ()):
            if self.required:
                raise Invalid(f"{kind}: {self.label.lower()} is missing. Fill it in.", field=self.name)
            return None
        reader = _READERS[self.type]
        try:
            return reader(self, value)
        except (ValueError, TypeError):
            raise Invalid(f"{kind}: this is no {self.label.lower()}. Choose it again.", field=self.name) from None


def _choice(field: Field, value: Any) -> Any:
    fixed = {key for key, _ in field.choices}
    if str(value) in fixed:
        return str(value)
    if not field.source:
        raise ValueError(value)
    return _whole(value)


def _whole(value: Any) -> int:
    number = int(value) if not isinstance(value, bool) else -1
    if not 0 <= number < 2**53:
        raise ValueError(value)
    return number


def _number(field: Field, value: Any) -> int:
    number = _whole(value)
    if not field.least <= number <= field.most:
        raise Invalid(f"{field.label}: from {field.least} to {field.most}.", field=field.name)
    return number


def _text(field: Field, value: Any) -> str:
    longest = LINE_LENGTH_MAX if field.type is FieldType.LINE else TEXT_LENGTH_MAX
    text = str(value).strip().replace("\0", "")
    if not text and field.required:
        raise ValueError(value)
    if len(text) > longest:
        raise Invalid(f"{field.label}: shorten this to {longest:,} characters.", field=field.name)
    return text


def _names(_: Field, value: Any) -> list[str]:
    given = value.split(",") if isinstance(value, str) else value
    if len(given) > 50 or not all(isinstance(one, str) for one in given):
        raise ValueError(value)
    return list(dict.fromkeys(clean for one in given if (clean := " ".join(one.replace("\0", "").split()))))


_READERS = {
    FieldType.CHOICE: _choice,
    FieldType.TEXT: _text,
    FieldType.LINE: _text,
    FieldType.NUMBER: _number,
    FieldType.YES: lambda _, value: value is True or str(value).lower() in ("true", "y", "yes", "on", "1"),
    FieldType.NAMES: _names,
}


@dataclass(frozen=True, slots=True)
class Doing:
    """Who does something to which incident, and when."""

    session: Session
    incident: Incident
    by: Actor
    at: datetime


# Does it, through the verb of the incident, and says what it did (“assigned to Kim”); "" when there was nothing to do.
# Raises what the verb raises; commits nothing.
Perform = Callable[[Doing, Values], str]
# Raises Invalid for values that can't be meant: nobody could carry them out.
Check = Callable[[Values], None]


@dataclass(frozen=True, slots=True)
class ActionKind:
    """`touches` names the parts of the record it may change, keys of `export.PARTS`: what undoing looks at.

    `sends`: requesters get a letter of it. `by_rule`: also a rule, which is no person, may do it."""

    kind: str
    label: str
    glyph: str
    perform: Perform
    fields: tuple[Field, ...] = ()
    touches: frozenset[str] = field(default=frozenset({"fields"}))
    check: Check | None = None
    sends: bool = False
    by_rule: bool = True
    help: str = ""

    def checked(self, values: Values) -> dict[str, Any]:
        """The values as they are stored. Raises Invalid for one that is missing or can't be."""
        known = {one.name: one.checked(self.label, values) for one in self.fields}
        kept = {name: value for name, value in known.items() if value is not None}
        if self.check is not None:
            self.check(kept)
        return kept
