"""A form made from a policy class: one field for each of its values, with the words that stand there."""

from typing import Any, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from wtforms import BooleanField, Field, IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from helpdesk.web.forms import Form, options

Policy = TypeVar("Policy", bound=BaseModel)


def policy_form(kind: type[BaseModel], choices: dict[str, dict[str, str]]) -> type[Form]:
    """`choices`: the words for each value of a field that has a few fixed ones."""
    fields = {name: _field(name, info, choices) for name, info in kind.model_fields.items()}
    return type(f"{kind.__name__}Form", (Form,), fields)


def chosen(form: Form, kind: type[Policy]) -> Policy:
    """The policy that a valid form describes. Raises pydantic's ValidationError for what the form let through."""
    return kind.model_validate({name: form[name].data for name in kind.model_fields})


def _field(name: str, info: FieldInfo, choices: dict[str, dict[str, str]]) -> Field:
    label, text = info.title or name.replace("_", " ").capitalize(), info.description or ""
    if get_origin(info.annotation) is Literal:
        words = choices.get(name, {})
        rows = [(value, words.get(value, value)) for value in get_args(info.annotation)]
        return SelectField(label, choices=options(rows), description=text)
    if info.annotation is bool:
        return BooleanField(label, description=text)
    if info.annotation is int:
        low, high = _bound(info, "ge"), _bound(info, "le")
        message = f"Give a whole number from {low:,} to {high:,}."
        return IntegerField(label, [InputRequired(message), NumberRange(low, high, message)], description=text)
    return StringField(label, [Length(max=500)], description=text)


def _bound(info: FieldInfo, name: str) -> Any:
    return next(getattr(one, name) for one in info.metadata if hasattr(one, name))
