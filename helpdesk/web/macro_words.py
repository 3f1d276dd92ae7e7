"""What a macro does, in words; and what in it nobody can choose any more."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from helpdesk.errors import Invalid
from helpdesk.incidents.action_kind import Field, FieldType
from helpdesk.incidents.actions import Action
from helpdesk.incidents.choices import Choice

Offered = Mapping[str, tuple[Choice, ...]]


@dataclass(frozen=True, slots=True)
class Step:
    """One action. `trouble` says why it can't be done as it stands."""

    label: str
    glyph: str
    said: str
    trouble: str = ""


def steps(actions: Iterable[Action], offered: Offered) -> list[Step]:
    """`offered` is what the viewer may choose from: what is not in it is told as gone, without its name."""
    return [_step(action, offered) for action in actions]


def _step(action: Action, offered: Offered) -> Step:
    try:
        kind = action.of_kind
    except Invalid as error:
        return Step(action.kind, "alert-triangle", "", str(error))
    given = [(field, action.values[field.name]) for field in kind.fields if field.name in action.values]
    gone = [field.label.lower() for field, value in given if _words(field, value, offered) is None]
    said = [f"{field.label}: {words}" for field, value in given if (words := _words(field, value, offered))]
    trouble = f"The {' and '.join(gone)} chosen here can’t be chosen any more." if gone else ""
    return Step(kind.label, kind.glyph, "; ".join(said), trouble)


def _words(field: Field, value: object, offered: Offered) -> str | None:
    """None for a row that is not there."""
    if field.type is FieldType.YES:
        return "yes" if value else "no"
    if field.type is not FieldType.CHOICE:
        return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    fixed = dict(field.choices)
    if str(value) in fixed:
        return fixed[str(value)]
    return dict(offered.get(field.source, ())).get(value) if isinstance(value, int) else None
