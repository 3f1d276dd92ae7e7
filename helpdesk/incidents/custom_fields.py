"""The site's own fields: what is asked of an incident beyond what every desk asks, by category and record type.

Definitions are rows, values stand in `Incident.custom` by the key of the field. Doors call `set_fields`; the move to
another state asks `missing_fields`; `helpdesk.incidents.field_values` knows what a value of each type is."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column, object_session

from helpdesk.base import Base, Json
from helpdesk.errors import Invalid
from helpdesk.incidents.field_values import Value, checked
from helpdesk.incidents.lifecycle import State
from helpdesk.incidents.statuses import Status
from helpdesk.journal import Actor, EventKind
from helpdesk.services import Category

if TYPE_CHECKING:
    from helpdesk.incidents.incident import Incident

FIELDS_MAX = 200

log = structlog.get_logger(__name__)


class FieldType(StrEnum):
    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    DATE = "date"
    YES_NO = "yes_no"
    CHOICE = "choice"
    CHOICES = "choices"
    URL = "url"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    FieldType.TEXT: "A line of text",
    FieldType.LONG_TEXT: "Several lines of text",
    FieldType.NUMBER: "A number",
    FieldType.DATE: "A date",
    FieldType.YES_NO: "Yes or no",
    FieldType.CHOICE: "One of several choices",
    FieldType.CHOICES: "Any of several choices",
    FieldType.URL: "A web address",
}


class CustomField(Base):
    """`options`: [{"key", "label", "retired"}] of a choice. `category_ids`: where it is asked, with what is below;
    empty means everywhere, as does `record_type` "". `required_in`: the states it must be filled for. It is asked
    only where the field `shown_when_key` has the value `shown_when_value`, if one is named."""

    __tablename__ = "custom_fields"

    key: Mapped[str] = mapped_column(unique=True)
    label: Mapped[str]
    help: Mapped[str] = mapped_column(default="")
    type: Mapped[str] = mapped_column(default=FieldType.TEXT.value)
    unit: Mapped[str] = mapped_column(default="")
    options: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    category_ids: Mapped[list[int]] = mapped_column(Json, default=list)
    record_type: Mapped[str] = mapped_column(default="")
    required_in: Mapped[list[str]] = mapped_column(default=list)
    shown_when_key: Mapped[str] = mapped_column(default="")
    shown_when_value: Mapped[str] = mapped_column(default="")
    on_new_form: Mapped[bool] = mapped_column(default=False)
    on_public_form: Mapped[bool] = mapped_column(default=False)
    in_queue_filter: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=0)
    retired_at: Mapped[datetime | None]

    @property
    def kind(self) -> FieldType:
        return FieldType(self.type)

    @property
    def offered(self) -> list[tuple[str, str]]:
        """(key, label) of the choices that may be chosen anew."""
        return [(one["key"], one["label"]) for one in self.options if not one.get("retired")]

    def checked(self, given: object, before: Value | None = None) -> Value | None:
        """What was given as a value of this field; None for nothing. Raises Invalid, naming the field."""
        known = {one["key"] for one in self.options if not one.get("retired")}
        try:
            return checked(self.type, given, known | _chosen(before))
        except Invalid as error:
            raise Invalid(f"{self.label}: {error}", field=self.key) from error


def all_fields(session: Session) -> list[CustomField]:
    """In their order, retired ones too."""
    return list(session.scalars(select(CustomField).order_by(CustomField.position, CustomField.id)))


def applicable(
    fields: Iterable[CustomField], record_type: str, category_ids: Collection[int], values: Mapping[str, Any]
) -> list[CustomField]:
    """Those that are asked of such a record. `category_ids`: its category and all above that."""
    known = list(fields)
    asked = [one for one in known if _concerns(one, record_type, category_ids)]
    shown: dict[str, CustomField] = {}
    # A field may hang on one that hangs on another: whatever is hidden hides what hangs on it.
    for _ in range(len(asked)):
        more = [one for one in asked if one.key not in shown and _condition_holds(one, shown, values)]
        if not more:
            break
        shown |= {one.key: one for one in more}
    return [one for one in asked if one.key in shown]


def fields_of(session: Session, incident: "Incident") -> list[CustomField]:
    """What is asked of this incident now."""
    return applicable(all_fields(session), incident.record_type, lineage(incident.category), incident.custom)


def missing_fields(
    session: Session, incident: "Incident", state: State | str, status: Status | None = None
) -> list[str]:
    """The labels of the fields that must be filled before the incident may enter this state, or this status of it,
    and are not. Asked before every move; changes nothing."""
    demanded = set(status.required) if status is not None else set()
    target = State(state).value
    return [
        one.label
        for one in fields_of(session, incident)
        if (target in one.required_in or one.key in demanded) and incident.custom.get(one.key) is None
    ]


def set_fields(incident: "Incident", given: Mapping[str, object], *, by: Actor, at: datetime) -> None:
    """Fills these fields in; the others stay. Nothing given empties a field. What no longer applies, since what it
    hung on changed, keeps its value and is not asked for.

    Raises Invalid for a field that is not there, is retired or is not asked of this incident, and for a value that
    is none of its type."""
    incident._worker(by)
    fill(incident, given, by=by, at=at)


def fill(incident: "Incident", given: Mapping[str, object], *, by: Actor, at: datetime) -> None:
    """The same without asking who works here: for the public form, whose requesters fill in what they are asked."""
    session = object_session(incident)
    if session is None:
        raise RuntimeError("an incident must be in a session before its fields are filled in")
    fields = {one.key: one for one in all_fields(session)}
    after = dict(incident.custom)
    for key, value in given.items():
        field = fields.get(key)
        if field is None or field.retired_at is not None:
            raise Invalid(f"There is no field “{key}” any more. Load the page again.", field=key)
        _put(after, field, field.checked(value, after.get(key)))
    changed = [key for key in given if after.get(key) != incident.custom.get(key)]
    asked = {one.key for one in applicable(fields.values(), incident.record_type, lineage(incident.category), after)}
    for key in changed:
        if key not in asked and after.get(key) is not None:
            raise Invalid(f"“{fields[key].label}” is not asked here. Change what it hangs on first.", field=key)
    if not changed:
        return
    before = {key: incident.custom.get(key) for key in changed}
    # A new dict: the column does not notice what changes inside one.
    incident.custom, incident.updated_at = after, at
    incident._record(
        EventKind.FIELDS_CHANGED,
        by=by,
        at=at,
        before=before,
        after={key: after.get(key) for key in changed},
        labels={key: fields[key].label for key in changed},
    )


def fill_reported(incident: "Incident", given: Mapping[str, object], *, by: Actor, at: datetime) -> None:
    """What a public form said, as far as it still holds: fields may have changed before it was filed. What does not
    stays readable in the ledger."""
    session = object_session(incident)
    if session is None or not given:
        return
    known = [one for one in all_fields(session) if one.key in given and one.retired_at is None]
    values = {one.key: value for one in known if (value := _still_valid(one, given[one.key])) is not None}
    asked = applicable(known, incident.record_type, lineage(incident.category), values)
    fill(incident, {one.key: values[one.key] for one in asked if one.key in values}, by=by, at=at)


def _still_valid(field: CustomField, given: object) -> Value | None:
    try:
        return field.checked(given)
    except Invalid:
        log.info("a field of the public form no longer holds", field=field.key)
        return None


def lineage(category: Category | None) -> list[int]:
    """The number of a category and of all above it."""
    found: list[int] = []
    while category is not None and category.id not in found:
        found.append(category.id)
        category = category.parent
    return found


def _put(values: dict[str, Any], field: CustomField, value: Value | None) -> None:
    if value is None:
        values.pop(field.key, None)
    else:
        values[field.key] = value


def _concerns(field: CustomField, record_type: str, category_ids: Collection[int]) -> bool:
    is_of_type = field.record_type in ("", record_type)
    is_of_category = not field.category_ids or not set(field.category_ids).isdisjoint(category_ids)
    return field.retired_at is None and is_of_type and is_of_category


def _condition_holds(field: CustomField, shown: Mapping[str, CustomField], values: Mapping[str, Any]) -> bool:
    if not field.shown_when_key:
        return True
    if field.shown_when_key not in shown:
        return False
    return field.shown_when_value in _as_texts(values.get(field.shown_when_key))


def _as_texts(value: object) -> list[str]:
    """A value as conditions compare it: yes and no for what is one of these."""
    if value is None:
        return []
    if isinstance(value, list):
        return [str(one) for one in value]
    return [("yes" if value else "no") if isinstance(value, bool) else str(value)]


def _chosen(value: Value | None) -> set[str]:
    return set(_as_texts(value)) if isinstance(value, str | list) else set()
