"""Times that somebody typed, in the time zone their browser named; UTC where it named none."""

from datetime import UTC, datetime, timedelta
from typing import Protocol, TypedDict

from wtforms import HiddenField, StringField
from wtforms.validators import Optional

from helpdesk.errors import Invalid
from helpdesk.web.leaving import zone

EXAMPLE = "a date and a time, such as 2030-01-31T09:00"


class Moments(TypedDict):
    """When something was done, and when it is written down where that is later: the arguments of a verb."""

    at: datetime
    logged_at: datetime | None


class Earlier(Protocol):
    """A form with the fields `happened_at` and `zone`."""

    happened_at: StringField
    zone: HiddenField


def moment_field(label: str, description: str = "") -> StringField:
    return StringField(label, description=description, validators=[Optional()], render_kw={"type": "datetime-local"})


def zone_field() -> HiddenField:
    return HiddenField(render_kw={"data-zone": ""})


def earlier_field() -> StringField:
    return moment_field("It happened earlier", "When it was done, if you write it down only now. The timeline says so.")


def prefill(field: StringField, moment: datetime) -> None:
    """Shows a moment in a field of a fresh form: in UTC, which the browser puts into its own zone."""
    field.data = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M")
    field.render_kw = {**(field.render_kw or {}), "data-utc": field.data}


def typed_moment(field: StringField, zone_name: str | None) -> datetime | None:
    """The moment typed into a field; None for nothing. Raises Invalid for what is no time."""
    text = (field.data or "").strip()
    if not text:
        return None
    try:
        given = datetime.fromisoformat(text)
        return (given if given.tzinfo else given.replace(tzinfo=zone(zone_name or ""))).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid(f"This is no time. Write {EXAMPLE}.", field=field.short_name) from None


def to_the_second(typed: datetime | None, *known: datetime | None) -> datetime | None:
    """A field has whole minutes: a time in the minute of one of these moments is the latest such moment, so that what
    was opened and mended within one minute was not mended first."""
    if typed is None:
        return None
    same = [one for one in known if one is not None and typed <= one < typed + timedelta(minutes=1)]
    return max(same, default=typed)


def moments(form: Earlier, now: datetime) -> Moments:
    """When it was done, as the form says, else now."""
    earlier = typed_moment(form.happened_at, form.zone.data)
    return {"at": earlier or now, "logged_at": now if earlier else None}
