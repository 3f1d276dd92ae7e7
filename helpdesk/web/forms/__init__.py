"""The forms of the pages, in WTForms. CSRF is checked for every POST by the app, so it is no field here."""

from collections.abc import Iterable
from typing import Any

import wtforms

from helpdesk.errors import Invalid


def options(rows: Iterable[tuple[Any, str]]) -> list[wtforms.SelectChoice]:
    """(value, words) of each row as WTForms takes them."""
    return [wtforms.SelectChoice(value, words) for value, words in rows]


def _without_nulls(value: Any) -> Any:
    # PostgreSQL stores no NUL in text.
    return value.replace("\0", "") if isinstance(value, str) else value


def _one_line(value: Any) -> Any:
    return " ".join(_without_nulls(value).split()) if isinstance(value, str) else value


class Form(wtforms.Form):  # type: ignore[misc]  # wtforms carries no types
    """What all forms share: cleaned text, and a place for what a verb refuses."""

    form_errors: list[str]

    class Meta:
        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Any:
            is_line = unbound_field.field_class in (wtforms.StringField, wtforms.SearchField, wtforms.EmailField)
            given = unbound_field.kwargs.get("filters", ())
            filters = [_one_line if is_line else _without_nulls, *given]
            return unbound_field.bind(form=form, filters=filters, **options)

    def refuse(self, error: Invalid) -> None:
        """Shows what a verb said beside the field it is about, or above the form."""
        if error.field in self:
            field = self[error.field]
            field.errors = [*field.errors, str(error)]
        else:
            self.form_errors = [*self.form_errors, str(error)]
