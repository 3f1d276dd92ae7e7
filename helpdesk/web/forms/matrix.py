"""The matrix of impact and urgency, the names of its sides, and what raises the impact that is proposed."""

from typing import Any

from pydantic import ValidationError
from wtforms import BooleanField, Field, IntegerField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from helpdesk.errors import Invalid
from helpdesk.incidents.priority import NAME_LENGTH_MAX, PEOPLE_MAX, Impact, Priority, PriorityPolicy, Urgency, cell
from helpdesk.services import Criticality
from helpdesk.web.forms import Form, options

PRIORITIES = options((one.value, f"P{one.value} {one.name.capitalize()}") for one in Priority)
ANSWER_LENGTH_MAX = 100
PEOPLE = f"Give a number of people from 1 to {PEOPLE_MAX:,}."


def _name(label: str, longest: int = NAME_LENGTH_MAX) -> StringField:
    return StringField(
        label,
        [DataRequired(f"Give a name: {label}."), Length(max=longest, message=f"Shorten it to {longest} characters.")],
    )


def _fields() -> dict[str, Field]:
    fields: dict[str, Field] = {}
    for level in Impact:
        fields[f"impact_{level.value}"] = _name(f"Impact, level {level.value}")
        fields[f"urgency_{level.value}"] = _name(f"Urgency, level {level.value}")
        fields[f"answer_{level.value}"] = _name(f"What a reporter says, level {level.value}", ANSWER_LENGTH_MAX)
    for impact in Impact:
        for urgency in Urgency:
            label = f"Priority of impact level {impact.value} and urgency level {urgency.value}"
            fields[f"cell_{impact.value}_{urgency.value}"] = SelectField(label, coerce=int, choices=PRIORITIES)
    for one in Criticality:
        for side in ("medium", "high"):
            label = f"{one.name.capitalize()}: {side} from so many people on"
            fields[f"{side}_{one.value}"] = IntegerField(
                label, [InputRequired(PEOPLE), NumberRange(1, PEOPLE_MAX, PEOPLE)]
            )
    return fields


class MatrixForm(Form):
    """Further fields are made from the levels: see `_fields`."""

    vip_raises = BooleanField("What a VIP reports is proposed one step higher")

    def show(self, decided: PriorityPolicy) -> None:
        for level in Impact:
            self[f"impact_{level.value}"].data = decided.impact_name(level)
            self[f"urgency_{level.value}"].data = decided.urgency_name(level)
            self[f"answer_{level.value}"].data = decided.answers[level - 1]
            for urgency in Urgency:
                self[f"cell_{level.value}_{urgency.value}"].data = decided.priority(level, urgency).value
        for criticality, threshold in decided.people.items():
            self[f"medium_{criticality}"].data = threshold.medium
            self[f"high_{criticality}"].data = threshold.high
        self.vip_raises.data = decided.vip_raises

    def chosen(self) -> PriorityPolicy:
        """Raises Invalid for what makes no sense together."""
        try:
            return PriorityPolicy.model_validate(self._values())
        except ValidationError as error:
            where = next((one for one in error.errors()[0]["loc"] if str(one).isdigit()), "")
            raise Invalid("High impact begins with at least as many people as medium.", field=f"high_{where}") from None

    def _values(self) -> dict[str, Any]:
        def levels(name: str) -> list[str]:
            return [self[f"{name}_{level.value}"].data for level in Impact]

        return {
            "impacts": levels("impact"),
            "urgencies": levels("urgency"),
            "answers": levels("answer"),
            "cells": {
                cell(impact, urgency): self[f"cell_{impact.value}_{urgency.value}"].data
                for impact in Impact
                for urgency in Urgency
            },
            "people": {
                str(one.value): {side: self[f"{side}_{one.value}"].data for side in ("medium", "high")}
                for one in Criticality
            },
            "vip_raises": self.vip_raises.data,
        }


for _name_of, _field in _fields().items():
    setattr(MatrixForm, _name_of, _field)
