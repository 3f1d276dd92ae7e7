"""A rule as its form has it: fixed fields, and as many conditions and actions as somebody added."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, IntegerField, RadioField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from helpdesk.incidents.action_kind import FieldType
from helpdesk.incidents.actions import KINDS as ACTION_KINDS
from helpdesk.incidents.actions import Action
from helpdesk.rules.conditions import OPERATORS, Condition
from helpdesk.rules.rule import KINDS, NAME_LENGTH_MAX, Rule, Trigger
from helpdesk.web.forms import Form, options

DAYS_IN_HOURS_MAX = 24 * 366
ROWS_MAX = 40


Given = MultiDict[str, str]


class RuleForm(Form):
    name = StringField(
        "Name",
        validators=[
            InputRequired("Name the rule."),
            Length(max=NAME_LENGTH_MAX, message=f"Shorten the name to {NAME_LENGTH_MAX} characters."),
        ],
    )
    trigger = RadioField(
        "It looks",
        choices=options(
            [
                (Trigger.EVENT.value, "When something happens"),
                (Trigger.SCHEDULE.value, "Every so often, at what is open"),
            ]
        ),
        default=Trigger.EVENT.value,
    )
    kinds = SelectMultipleField("When", choices=options((str(kind), text) for kind, text in KINDS.items()))
    every_minutes = IntegerField(
        "Looks every so many minutes",
        [InputRequired("Give the minutes."), NumberRange(1, 10_080, "From 1 to 10,080 minutes.")],
        default=60,
    )
    again_hours = IntegerField(
        "Acts again after so many hours",
        [
            InputRequired("Give the hours."),
            NumberRange(0, DAYS_IN_HOURS_MAX, f"From 0 to {DAYS_IN_HOURS_MAX:,} hours."),
        ],
        default=0,
        description="0: once on an incident, and never again.",
    )
    stops = BooleanField("Where it acts, no later rule looks at the same event")
    active = BooleanField("It is at work", description="Try it first; then switch it on.")


@dataclass
class Draft:
    """The parts that grow. A condition may still lack its operator or its values."""

    every: list[Condition] = field(default_factory=list)
    some: list[Condition] = field(default_factory=list)
    todo: list[Action] = field(default_factory=list)

    @classmethod
    def of(cls, rule: Rule) -> "Draft":
        every, some = rule.conditions
        return cls(every, some, rule.todo)

    @classmethod
    def given(cls, form: Given) -> "Draft":
        """What was sent, with one row more where “add” was pressed and one less where “remove” was."""
        draft = cls(_conditions(form, "every"), _conditions(form, "some"), _actions(form))
        for kind in ("every", "some", "todo"):
            rows: list[Any] = getattr(draft, kind)
            number = form.get("remove", "").removeprefix(f"{kind}-")
            if number.isdecimal() and int(number) < len(rows):
                del rows[int(number)]
        match form.get("add", ""):
            case "every":
                draft.every.append(Condition("subject", "contains"))
            case "some":
                draft.some.append(Condition("subject", "contains"))
            case "todo" if form.get("added", "") in ACTION_KINDS:
                draft.todo.append(Action(form.get("added", "")))
        return draft


def _conditions(form: Given, kind: str) -> list[Condition]:
    found: list[Condition] = []
    for number in range(ROWS_MAX):
        fact = form.get(f"{kind}-{number}-fact", "")
        if not fact:
            break
        lines = [line.strip() for text in form.getlist(f"{kind}-{number}-values") for line in text.splitlines()]
        found.append(_fitting(Condition(fact, form.get(f"{kind}-{number}-operator", ""), tuple(filter(None, lines)))))
    return found


def _fitting(condition: Condition) -> Condition:
    """With an operator that fits the fact, and without values of another one, where the fact was just changed."""
    if condition.operator in operators_of(condition):
        return condition
    return Condition(condition.fact, next(iter(operators_of(condition))))


def operators_of(condition: Condition) -> dict[str, str]:
    """Which operators fit this fact, and what they are called."""
    kind = condition.question.type
    return {name: one.label for name, one in OPERATORS.items() if kind in one.types}


def _actions(form: Given) -> list[Action]:
    found: list[Action] = []
    for number in range(ROWS_MAX):
        kind = form.get(f"todo-{number}-kind", "")
        if not kind:
            break
        found.append(Action(kind, _values(form, kind, f"todo-{number}-")))
    return found


def _values(form: Given, kind: str, prefix: str) -> Mapping[str, Any]:
    if kind not in ACTION_KINDS:
        return {}
    return {
        one.name: "yes"
        if one.type is FieldType.YES and form.getlist(prefix + one.name)
        else form.get(prefix + one.name, "")
        for one in ACTION_KINDS[kind].fields
    }
