"""The settings for working on records: the site's own fields, checklists, tags."""

import re
from typing import Any

from wtforms import BooleanField, IntegerField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from helpdesk.errors import Invalid
from helpdesk.incidents.checklists import items_in
from helpdesk.incidents.custom_fields import FieldType
from helpdesk.incidents.lifecycle import State
from helpdesk.incidents.record_types import RecordType
from helpdesk.incidents.tags import NAME_LENGTH_MAX
from helpdesk.web.forms import Form, options

ANY = ""
OPTIONS_MAX = 200
# What can be asked for before: it makes no sense for new ones, which nobody has looked at.
LATER_STATES = [state for state in State if state is not State.NEW]
PRIORITIES = options((number, f"P{number} and above" if number > 1 else "P1 only") for number in (5, 4, 3, 2, 1))
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")


def key_of(label: str) -> str:
    """“Serial number” as `serial_number`."""
    words = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")
    return (words if words[:1].isalpha() else f"f_{words}")[:40].strip("_") or "field"


def options_in(text: str, before: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One choice a line, “label”, or “key | label” to rename one that is in use; what is gone is kept, retired.
    Raises Invalid for the same key twice."""
    known = {one["label"]: one["key"] for one in before}
    found: dict[str, dict[str, Any]] = {}
    for line in filter(None, (" ".join(one.split()) for one in text.splitlines())):
        given, bar, label = (part.strip() for part in line.partition("|"))
        label = (label if bar else given)[:200]
        key = key_of(given) if bar else known.get(label, key_of(label))
        if not label or key in found:
            raise Invalid(f"“{line}” stands there twice, or has no words.", field="lines")
        found[key] = {"key": key, "label": label}
    gone = [one | {"retired": True} for one in before if one["key"] not in found]
    if len(found) > OPTIONS_MAX:
        raise Invalid(f"Offer at most {OPTIONS_MAX} choices.", field="lines")
    return [*found.values(), *gone]


def options_text(given: list[dict[str, Any]]) -> str:
    current = (one for one in given if not one.get("retired"))
    return "\n".join(
        one["label"] if key_of(one["label"]) == one["key"] else f"{one['key']} | {one['label']}" for one in current
    )


class FieldForm(Form):
    label = StringField(
        "Label", validators=[DataRequired("Name the field."), Length(max=100, message="Shorten the label.")]
    )
    key = StringField(
        "Key",
        description="How exports and the API name it; it never changes. Empty: made of the label.",
        validators=[Optional()],
        render_kw={"maxlength": 40},
    )
    help = StringField("Help", validators=[Optional(), Length(max=300, message="Shorten this to 300 characters.")])
    type = SelectField("What it holds", choices=options((one.value, one.label) for one in FieldType))
    unit = StringField(
        "Unit", description="Of a number, such as GB.", validators=[Optional(), Length(max=20, message="Shorten it.")]
    )
    lines = TextAreaField(
        "Choices",
        description="One a line; “key | New words” renames one. What you take out stays where it was chosen.",
        validators=[Optional(), Length(max=20_000, message="Shorten this.")],
    )
    category_ids = SelectMultipleField("Asked in these categories, and below them; none: in all", coerce=int)
    record_type = SelectField(
        "Asked of",
        choices=options([(ANY, "Incidents and requests"), *((one.value, f"{one.label}s") for one in RecordType)]),
    )
    required_in = SelectMultipleField(
        "Must be filled in before", choices=options((one.value, one.label) for one in LATER_STATES)
    )
    shown_when_key = SelectField("Only where", validate_choice=False)
    shown_when_value = StringField(
        "is", description="A choice by its key, yes or no, or the words.", validators=[Optional(), Length(max=200)]
    )
    on_new_form = BooleanField("Asked when an agent logs an incident")
    on_public_form = BooleanField("Asked on the public form", description="If it is asked in all categories.")
    in_queue_filter = BooleanField("The queue can be narrowed down by it", description="Choices only.")
    position = IntegerField(
        "Place", default=0, description="Small numbers come first.", validators=[InputRequired(), NumberRange(0, 9999)]
    )
    in_use = BooleanField(
        "In use", default=True, description="Values of a field that is not in use are kept and shown."
    )

    def validate_key(self, field: Any) -> None:
        if field.data and not _KEY.fullmatch(field.data):
            raise ValidationError("Write small letters, digits and _, beginning with a letter.")

    def validate_lines(self, field: Any) -> None:
        if self.type.data in (FieldType.CHOICE, FieldType.CHOICES) and not (field.data or "").strip():
            raise ValidationError("Write what can be chosen, one a line.")


class ChecklistForm(Form):
    name = StringField(
        "Name", validators=[DataRequired("Name the list."), Length(max=100, message="Shorten the name.")]
    )
    items = TextAreaField(
        "What is to be done", description="One thing a line.", validators=[DataRequired("Write at least one thing.")]
    )
    category_id = SelectField("Category", coerce=int)
    adds_itself = BooleanField("Comes by itself when the category is chosen")
    team_id = SelectField("Its tasks are for", coerce=int)
    required_for = SelectField(
        "Must be done before",
        choices=options([(ANY, "Nothing in particular"), *((s.value, s.label) for s in LATER_STATES)]),
    )
    required_up_to = SelectField("In incidents of", coerce=int, choices=PRIORITIES, default=5)
    in_use = BooleanField("In use", default=True, description="What a list put on incidents stays there.")

    def validate_items(self, field: Any) -> None:
        try:
            items_in(field.data or "")
        except Invalid as error:
            raise ValidationError(str(error)) from error

    def validate_adds_itself(self, field: Any) -> None:
        if field.data and not self.category_id.data:
            raise ValidationError("Choose the category with which it comes.")


class TagForm(Form):
    name = StringField(
        "Name", validators=[DataRequired("Name the tag."), Length(max=NAME_LENGTH_MAX, message="Shorten the name.")]
    )
    tint = RadioField("Colour")
    in_use = BooleanField("Offered", default=True, description="A tag that is not offered stays where it is.")


class TagMergeForm(Form):
    into = SelectField("Merge into", coerce=int)
