"""How many incidents there are of each person, service, category or cause: only those that the viewer may see."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from helpdesk.incidents.incident import Incident
from helpdesk.incidents.queries import visible
from helpdesk.people.agent import Viewer


def open_of(session: Session, viewer: Viewer, requester_ids: Collection[int]) -> dict[int, int]:
    """Open incidents of these people; who has none is left out."""
    return _tally(session, viewer, Incident.requester_id, Incident.requester_id.in_(requester_ids), Incident.is_open)


def since(
    session: Session, viewer: Viewer, column: InstrumentedAttribute[int | None], start: datetime
) -> dict[int, int]:
    """How many were opened since then for each value of this column, such as `Incident.category_id`."""
    return _tally(session, viewer, column, Incident.opened_at >= start, column.is_not(None))


def _tally(session: Session, viewer: Viewer, column: InstrumentedAttribute[Any], *where: Any) -> dict[int, int]:
    query = select(column, func.count()).where(visible(viewer), Incident.merged_into_id.is_(None), *where)
    return {row[0]: row[1] for row in session.execute(query.group_by(column))}
