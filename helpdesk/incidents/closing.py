"""Closing by itself what was resolved and nobody denied: after so many working days, see `policies.LifecyclePolicy`.

The worker asks what is due and closes each in a transaction of its own; asked twice, nothing is closed twice."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.incidents.incident import Incident
from helpdesk.incidents.lifecycle import State
from helpdesk.journal import Actor

BATCH = 200
# So much later nobody expects a letter: a desk that begins to close by itself writes to no one about last year.
LATE_DAYS = 30


def due_to_close(
    session: Session, due_at: Callable[[datetime], datetime], *, days: int, now: datetime, limit: int = BATCH
) -> list[int]:
    """Numbers of resolved incidents whose time has come, the longest resolved first. `due_at` says for a moment when
    so many working days have gone by since; it never falls as the moment grows."""
    # Working days are days: whatever was resolved later than this can't be due, however the calendar looks.
    latest = now - timedelta(days=max(days - 1, 0))
    query = (
        select(Incident.id, Incident.resolved_at)
        .where(
            Incident.state == State.RESOLVED.value,
            Incident.resolved_at <= latest,
            Incident.merged_into_id.is_(None),
        )
        .order_by(Incident.resolved_at)
        .limit(limit)
    )
    found: list[int] = []
    for number, resolved_at in session.execute(query):
        if resolved_at is None or due_at(resolved_at) > now:
            break
        found.append(number)
    return found


def close_unanswered(session: Session, number: int, *, days: int, by: Actor, at: datetime) -> bool:
    """Closes it, unless somebody reopened, closed or merged it meanwhile; whether it did. The caller commits."""
    incident = session.get(Incident, number, with_for_update=True, populate_existing=True)
    if incident is None or incident.current is not State.RESOLVED or incident.merged_into_id is not None:
        return False
    ended = incident.resolved_at
    is_late = ended is not None and at - ended > timedelta(days=2 * days + LATE_DAYS)
    incident.close(
        by=by,
        at=at,
        quiet="resolved long ago" if is_late else "",
        why=f"no answer within {days} working day{'' if days == 1 else 's'}",
    )
    return True
