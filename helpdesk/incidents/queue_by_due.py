"""The queue by what is due next, and narrowed down to it. Asked by `queries.queue` only.

What is due comes first, by the index of its table; what is not due at all (paused, nothing promised, closed) follows,
the last changed first, so that no order hides an incident."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, select, tuple_
from sqlalchemy.orm import Session

from helpdesk.incidents.cursors import cursor_of, values_in
from helpdesk.incidents.incident import Incident
from helpdesk.service_levels.due import ServiceLevelDue

MISSED, SOON, PAUSED = "missed", "day", "paused"
WITHIN = timedelta(days=1)
# The two parts of the list, as they stand in the cursor.
_DUE, _REST = "due", "rest"

Rows = Sequence[Row[*tuple[Any, ...]]]


def narrowed(due: str, now: datetime) -> ColumnElement[bool]:
    """Incidents that missed something, have something due within a day, or whose clocks are paused."""
    missed = ServiceLevelDue.due_at < now
    condition = {
        MISSED: missed,
        SOON: ServiceLevelDue.due_at.between(now, now + WITHIN),
        PAUSED: ServiceLevelDue.state == "paused",
    }[due]
    return Incident.id.in_(select(ServiceLevelDue.incident_id).where(condition))


def page_by_due(
    session: Session, query: Select[*tuple[Any, ...]], *, falling: bool, cursor: str, limit: int
) -> tuple[Rows, str]:
    """The rows of one page and where the next begins ("": nowhere). `query` gives whole lines, with the table of what
    is due joined in. Raises Invalid for a cursor that is none."""
    part, at, number = values_in(cursor, "word", "moment", "number") if cursor else (_DUE, None, 0)
    rows: list[Row[*tuple[Any, ...]]] = []
    if part == _DUE:
        rows += session.execute(_due(query, falling, at, number).limit(limit + 1))
        at = None
    if len(rows) <= limit:
        rows += session.execute(_rest(query, at, number).limit(limit + 1 - len(rows)))
    return rows[:limit], _cursor(rows[limit - 1]) if len(rows) > limit else ""


def _cursor(last: Row[*tuple[Any, ...]]) -> str:
    said = last._mapping
    due_at, number = said[ServiceLevelDue.due_at], said[Incident.id]
    part, at = (_DUE, due_at) if due_at is not None else (_REST, said[Incident.updated_at])
    return cursor_of([part, at.isoformat(), number])


def _due(query: Select[*tuple[Any, ...]], falling: bool, at: datetime | None, number: int) -> Select[*tuple[Any, ...]]:
    keys = (ServiceLevelDue.due_at, ServiceLevelDue.incident_id)
    query = query.where(ServiceLevelDue.due_at.is_not(None))
    if at is not None:
        given = tuple_(*keys)
        query = query.where(given < (at, number) if falling else given > (at, number))
    return query.order_by(*(key.desc() if falling else key.asc() for key in keys))


def _rest(query: Select[*tuple[Any, ...]], at: datetime | None, number: int) -> Select[*tuple[Any, ...]]:
    query = query.where(ServiceLevelDue.due_at.is_(None))
    if at is not None:
        query = query.where(tuple_(Incident.updated_at, Incident.id) < (at, number))
    return query.order_by(Incident.updated_at.desc(), Incident.id.desc())
