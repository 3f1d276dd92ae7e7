"""Act first, log after: what was done earlier is written down with the time at which it was done.

Asked by the verbs that take `logged_at`, when it is written down; without it, it is written down as it happens."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import object_session

from helpdesk.errors import Invalid
from helpdesk.journal import Event, EventKind

if TYPE_CHECKING:
    from helpdesk.incidents.moving import Moving

BACK_DATED_DAYS_MAX = 365
# What a move through the states can't come before.
MOVED = (
    EventKind.STATE_CHANGED,
    EventKind.WOKEN,
    EventKind.RESOLVED,
    EventKind.CONFIRMED,
    EventKind.REOPENED,
    EventKind.CLOSED,
)


def logged(at: datetime, logged_at: datetime | None) -> dict[str, str]:
    """What an event tells of being written down later than it happened; nothing when it was not."""
    return {} if logged_at is None or logged_at == at else {"logged_at": logged_at.isoformat()}


def check_past(at: datetime, logged_at: datetime | None, *, field: str = "at") -> None:
    """Raises Invalid for a time that is still to come when it is written down, or too long ago."""
    if logged_at is None:
        return
    if at > logged_at:
        raise Invalid("That time is still to come. Choose one that has passed.", field=field)
    if logged_at - at > timedelta(days=BACK_DATED_DAYS_MAX):
        raise Invalid("That is more than a year ago. Write down the date in words instead.", field=field)


def check_since(
    incident: "Moving",
    at: datetime,
    logged_at: datetime | None,
    *,
    after: Collection[EventKind] = (),
    field: str = "at",
) -> None:
    """As `check_past`, and not before the incident was opened, nor before its last event of these kinds."""
    if logged_at is None or logged_at == at:
        return
    check_past(at, logged_at, field=field)
    if at < incident.opened_at:
        raise Invalid(f"{incident.number} was opened {_when(incident.opened_at)}. Choose a later time.", field=field)
    latest = _latest(incident, after) if after else None
    if latest is not None and at < latest:
        raise Invalid(f"{incident.number} was last moved {_when(latest)}. Choose a later time.", field=field)


def _latest(incident: "Moving", kinds: Collection[EventKind]) -> datetime | None:
    session = object_session(incident)
    if session is None:
        return None
    query = select(func.max(Event.at)).where(
        Event.record_kind == incident.record_kind,
        Event.record_id == incident.id,
        Event.kind.in_([kind.value for kind in kinds]),
    )
    return session.scalar(query)


def _when(moment: datetime) -> str:
    return f"{moment:%-d %B %Y at %H:%M} UTC"
