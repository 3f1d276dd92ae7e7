"""The form for the site's own fields, made of their definitions: on an incident, a new one, or the public form.

Each field is named `custom-<key>`. One that hangs on another says so in words, and to js/conditions.js, which hides it
until it is asked for; without script it is there, and what was typed where it does not apply is left out."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import wtforms
from wtforms.validators import Optional

from helpdesk.errors import Invalid
from helpdesk.incidents.custom_fields import CustomField, FieldType, applicable
from helpdesk.incidents.field_values import LINE_LENGTH_MAX, TEXT_LENGTH_MAX, URL_LENGTH_MAX, Value
from helpdesk.services import Category
from helpdesk.web.forms import Form, options

PREFIX = "custom-"


class CustomForm(Form):
    """`definitions` are the fields it asks for; `asked` reads it."""

    definitions: tuple[CustomField, ...] = ()

    def asked(
        self, record_type: str, category_ids: Collection[int], before: Mapping[str, Any]
    ) -> dict[str, Value | None]:
        """The values of what is asked of such a record, by key, once the form was found valid."""
        values = {one.key: one.checked(self[name_of(one)].data, before.get(one.key)) for one in self.definitions}
        shown = applicable(self.definitions, record_type, category_ids, {**before, **values})
        return {one.key: values[one.key] for one in shown}


def name_of(field: CustomField) -> str:
    return PREFIX + field.key


def custom_form(
    fields: Iterable[CustomField],
    values: Mapping[str, Any],
    given: Any = None,
    *,
    categories: Iterable[Category] = (),
    base: type[Form] | None = None,
) -> Any:
    """A form for these fields, filled with these values or with what was sent. `categories` are needed where the
    category is chosen in the same form: then a field says in which of them it is asked."""
    known, tree = tuple(fields), tuple(categories)
    labels = {one.key: one for one in known}
    made = {name_of(one): _field(one, values.get(one.key), labels, tree) for one in known}
    bases = (base, CustomForm) if base else (CustomForm,)
    form_class = type("FieldsForm", bases, {**made, "definitions": known})
    shown = {name_of(one): _as_typed(values.get(one.key)) for one in known}
    return form_class(given, data={name: value for name, value in shown.items() if value is not None})


def _field(field: CustomField, value: Any, known: Mapping[str, CustomField], tree: tuple[Category, ...]) -> Any:
    def check(_form: Form, control: Any) -> None:
        try:
            field.checked(control.data, value)
        except Invalid as error:
            raise wtforms.ValidationError(str(error).partition(": ")[2].capitalize()) from error

    attributes: dict[str, Any] = {}
    told = [field.help] if field.help else []
    if field.shown_when_key in known:
        other = known[field.shown_when_key]
        attributes |= {"data-shown-when": name_of(other), "data-shown-value": field.shown_when_value}
        told.append(f"Only where “{other.label}” is “{_label(other, field.shown_when_value)}”.")
    if field.category_ids and tree:
        below = [one for one in tree if _is_below(one, field.category_ids, tree)]
        attributes["data-shown-categories"] = ",".join(str(one.id) for one in below)
        named = [one.path for one in tree if one.id in field.category_ids]
        told.append(f"Only for {', '.join(named) or 'another category'}.")
    common = {"label": field.label, "description": " ".join(told), "validators": [Optional(), check]}
    return _MAKERS.get(field.kind, _line)(field, value, common, attributes)


def _line(field: CustomField, _value: Any, common: dict[str, Any], attributes: dict[str, Any]) -> Any:
    kinds: dict[FieldType, dict[str, Any]] = {
        FieldType.DATE: {"type": "date"},
        FieldType.URL: {"type": "url", "maxlength": URL_LENGTH_MAX, "placeholder": "https://"},
        FieldType.NUMBER: {"inputmode": "decimal", "maxlength": 30},
    }
    kind = kinds.get(field.kind, {"maxlength": LINE_LENGTH_MAX})
    if field.unit and field.kind is FieldType.NUMBER:
        common = {**common, "label": f"{field.label} ({field.unit})"}
    return wtforms.StringField(**common, render_kw={**kind, **attributes, "autocomplete": "off"})


def _long(_field: CustomField, _value: Any, common: dict[str, Any], attributes: dict[str, Any]) -> Any:
    return wtforms.TextAreaField(**common, render_kw={**attributes, "maxlength": TEXT_LENGTH_MAX})


def _yes_no(_field: CustomField, _value: Any, common: dict[str, Any], attributes: dict[str, Any]) -> Any:
    rows = options([("", "Not said"), ("yes", "Yes"), ("no", "No")])
    return wtforms.SelectField(**common, choices=rows, render_kw=attributes, validate_choice=False)


def _choice(field: CustomField, value: Any, common: dict[str, Any], attributes: dict[str, Any]) -> Any:
    rows = options([("", "Not said"), *_rows(field, value)])
    return wtforms.SelectField(**common, choices=rows, render_kw=attributes, validate_choice=False)


def _choices(field: CustomField, value: Any, common: dict[str, Any], attributes: dict[str, Any]) -> Any:
    rows = options(_rows(field, value))
    return wtforms.SelectMultipleField(**common, choices=rows, render_kw=attributes, validate_choice=False)


_MAKERS = {
    FieldType.LONG_TEXT: _long,
    FieldType.YES_NO: _yes_no,
    FieldType.CHOICE: _choice,
    FieldType.CHOICES: _choices,
}


def _rows(field: CustomField, value: Any) -> list[tuple[str, str]]:
    """What may be chosen, and what was chosen before it was taken away."""
    chosen = value if isinstance(value, list) else [value]
    gone = [(one["key"], one["label"]) for one in field.options if one.get("retired") and one["key"] in chosen]
    return [*field.offered, *gone]


def _label(field: CustomField, value: str) -> str:
    return next((str(one["label"]) for one in field.options if one["key"] == value), value.capitalize())


def _is_below(category: Category, numbers: Collection[int], tree: tuple[Category, ...]) -> bool:
    by_number = {one.id: one for one in tree}
    here: Category | None = category
    while here is not None:
        if here.id in numbers:
            return True
        here = by_number.get(here.parent_id) if here.parent_id else None
    return False


def _as_typed(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, list) or value is None else str(value)
