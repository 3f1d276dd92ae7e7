"""The few columns of incidents that service levels look at. This package lies below `helpdesk.incidents`, whose
verbs alone change them: here they are read, as a table without a model."""

from collections.abc import Iterable

from sqlalchemy import column, select, table
from sqlalchemy.orm import Session

from helpdesk.people.requester import Requester
from helpdesk.service_levels.terms import Facts

RECORD_KIND = "incident"

incidents = table(
    "incidents",
    column("id"),
    column("is_open"),
    column("priority"),
    column("record_type"),
    column("requester_id"),
    column("service_id"),
    column("category_id"),
)
_SHOWN = (
    incidents.c.id,
    incidents.c.priority,
    incidents.c.record_type,
    incidents.c.service_id,
    incidents.c.category_id,
)


def present_facts(session: Session, incident_ids: Iterable[int]) -> dict[int, Facts]:
    """What the records say now: for events from before events told the numbers."""
    query = (
        select(*_SHOWN, Requester.organization_id)
        .join_from(incidents, Requester, Requester.id == incidents.c.requester_id)
        .where(incidents.c.id.in_(list(incident_ids)))
    )
    return {
        number: Facts(priority, record_type, organization_id, service_id, category_id)
        for number, priority, record_type, service_id, category_id, organization_id in session.execute(query)
    }


def open_incidents(session: Session, *, after: int, limit: int) -> list[int]:
    """Numbers of the next open incidents, in their order."""
    query = select(incidents.c.id).where(incidents.c.is_open.is_(True), incidents.c.id > after)
    return list(session.scalars(query.order_by(incidents.c.id).limit(limit)))
