"""Whom a requester belongs to, changed: their open incidents say so, so that service levels can follow.

Called by the pages of people and organizations; a requester's first organization comes with their first mail."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from helpdesk.errors import Conflict, Invalid
from helpdesk.incidents.incident import Incident, must_work
from helpdesk.journal import Actor, EventKind
from helpdesk.people.organization import Organization
from helpdesk.people.requester import Requester


def move_requester(
    session: Session, requester: Requester, organization: Organization | None, *, by: Actor, at: datetime
) -> None:
    """The person belongs to this organization from now on, or to none."""
    must_work(by)
    if organization is not None and organization.retired_at is not None:
        raise Invalid(f"{organization.name} is not in use any more. Choose another one.", field="organization")
    if requester.organization is organization:
        return
    incidents, before = _open_incidents(session, Requester.id == requester.id), _whose(requester)
    requester.organization = organization
    session.flush()
    _tell(incidents, {requester.id: before}, by, at)


def merge_organizations(
    session: Session, organization: Organization, into: Organization, *, by: Actor, at: datetime
) -> int:
    """Gives all people and domains of one organization to another and retires it; returns how many people moved."""
    must_work(by)
    if organization is into or into.retired_at is not None:
        raise Conflict("Choose another organization that is in use.")
    whose = Requester.organization_id == organization.id
    people, incidents = list(session.scalars(select(Requester).where(whose))), _open_incidents(session, whose)
    before = {one.requester_id: _whose(one.requester) for one in incidents}
    for person in people:
        person.organization = into
    for domain in list(organization.mail_domains):
        organization.mail_domains.remove(domain)
        into.mail_domains.append(domain)
    organization.retired_at = organization.retired_at or at
    session.flush()
    _tell(incidents, before, by, at)
    return len(people)


def _open_incidents(session: Session, whose: ColumnElement[bool]) -> list[Incident]:
    query = select(Incident).join(Requester, Incident.requester_id == Requester.id).where(whose, Incident.is_open)
    query = query.where(Incident.merged_into_id.is_(None)).options(
        joinedload(Incident.requester).selectinload(Requester.addresses)
    )
    return list(session.scalars(query.order_by(Incident.id)))


def _tell(incidents: Iterable[Incident], before: dict[int, dict[str, Any]], by: Actor, at: datetime) -> None:
    """The same person, of another organization: REQUESTER_CHANGED is what clocks and reports read this from."""
    for incident in incidents:
        incident.updated_at = at
        was, now = before[incident.requester_id], _whose(incident.requester)
        incident._record(EventKind.REQUESTER_CHANGED, by=by, at=at, before=was, after=now, reason="")


def _whose(requester: Requester) -> dict[str, Any]:
    organization = requester.organization
    return {
        "id": requester.id,
        "name": requester.name,
        "address": requester.address,
        "organization_id": requester.organization_id,
        "organization": organization.name if organization else None,
    }
