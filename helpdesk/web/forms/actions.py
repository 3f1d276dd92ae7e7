"""A form drawn from the actions there are: whatever is filled in is done. For bulk changes, macros and rules.

`actions_form` makes the class for what somebody may choose from; `actions()` gives back what was filled in."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from wtforms import BooleanField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.core import UnboundField
from wtforms.validators import Optional

from helpdesk.incidents.action_kind import ActionKind, Field, FieldType
from helpdesk.incidents.actions import KINDS, Action
from helpdesk.incidents.choices import Choice
from helpdesk.incidents.macros import Macro
from helpdesk.web.forms import Form, options

Offered = Mapping[str, tuple[Choice, ...]]


class ActionsForm(Form):
    """Fields are named `<kind>-<field>`; a kind that needs nothing filled in has a box `do-<kind>` to tick."""

    offered_kinds: tuple[ActionKind, ...] = ()
    # A macro that was chosen instead of filling anything in.
    macro: Macro | None = None

    @property
    def groups(self) -> list[tuple[ActionKind, list[Any], bool]]:
        """Each kind with its fields, as bound here, and whether something is filled in."""
        return [(kind, self._fields_of(kind), self._is_wanted(kind)) for kind in self.offered_kinds]

    def actions(self) -> list[Action]:
        """What was filled in, in the order of the form; not checked yet, see `actions.checked`."""
        if self.macro is not None:
            return self.macro.todo
        return [Action(kind.kind, self._values(kind)) for kind in self.offered_kinds if self._is_wanted(kind)]

    def fill(self, actions: Iterable[Action]) -> None:
        """Shows what was stored. Of a kind that is there twice, the last."""
        for action in actions:
            if f"do-{action.kind}" in self:
                self[f"do-{action.kind}"].data = True
            for name, value in action.values.items():
                if f"{action.kind}-{name}" in self:
                    shown = ", ".join(value) if isinstance(value, list) else value
                    self[f"{action.kind}-{name}"].data = str(shown) if isinstance(shown, int) else shown

    def _fields_of(self, kind: ActionKind) -> list[Any]:
        box = [self[f"do-{kind.kind}"]] if f"do-{kind.kind}" in self else []
        return [*box, *(self[f"{kind.kind}-{field.name}"] for field in kind.fields)]

    def _is_wanted(self, kind: ActionKind) -> bool:
        if f"do-{kind.kind}" in self and self[f"do-{kind.kind}"].data:
            return True
        return any(
            self[f"{kind.kind}-{field.name}"].data not in (None, "")
            for field in kind.fields
            if field.type is not FieldType.YES
        )

    def _values(self, kind: ActionKind) -> dict[str, Any]:
        given = {field.name: self[f"{kind.kind}-{field.name}"].data for field in kind.fields}
        return {name: value for name, value in given.items() if value not in (None, "", False)}


def actions_form(offered: Offered, kinds: Collection[str] = tuple(KINDS)) -> type[ActionsForm]:
    """The form class for these kinds. A select without a row to choose from is left out, with its kind."""
    fields: dict[str, Any] = {}
    shown = []
    for kind in KINDS.values():
        if kind.kind not in kinds or any(_is_bare(field, offered) for field in kind.fields):
            continue
        shown.append(kind)
        if not any(field.required for field in kind.fields) and kind.check is None:
            fields[f"do-{kind.kind}"] = BooleanField(kind.label)
        fields |= {f"{kind.kind}-{field.name}": _control(field, offered) for field in kind.fields}
    made: type[ActionsForm] = type("OfferedActionsForm", (ActionsForm,), fields | {"offered_kinds": tuple(shown)})
    return made


def _is_bare(field: Field, offered: Offered) -> bool:
    return field.required and bool(field.source) and not field.choices and not offered.get(field.source)


def _control(field: Field, offered: Offered) -> UnboundField:
    if field.type is FieldType.CHOICE:
        rows = [(str(number), words) for number, words in offered.get(field.source, ())]
        choices = options([("", field.nothing), *field.choices, *rows])
        return SelectField(field.label, choices=choices, description=field.help, validators=[Optional()])
    if field.type is FieldType.YES:
        return BooleanField(field.label, description=field.help)
    if field.type is FieldType.NUMBER:
        return IntegerField(field.label, [Optional()], description=field.help, render_kw={"inputmode": "numeric"})
    control = TextAreaField if field.type is FieldType.TEXT else StringField
    return control(field.label, [Optional()], description=field.help)
