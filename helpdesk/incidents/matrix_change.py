"""What another matrix would make of incidents: of last month's, as a preview, and of the open ones, when asked to.

Called by the settings. A change of the matrix by itself rewrites nothing."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Select, false, func, or_, select
from sqlalchemy.orm import Session

from helpdesk.incidents.incident import Incident
from helpdesk.incidents.priority import Impact, PriorityPolicy, Urgency
from helpdesk.incidents.queries import visible
from helpdesk.journal import Actor
from helpdesk.people.agent import Viewer
from helpdesk.people.organization import Organization
from helpdesk.people.requester import Requester
from helpdesk.services import Criticality, Service

APPLIED_AT_ONCE = 500


@dataclass(slots=True)
class Preview:
    """Incidents by priority, as they are and as they would have been; `changed` of `total` would be another one."""

    before: Counter[int] = field(default_factory=Counter)
    after: Counter[int] = field(default_factory=Counter)
    changed: int = 0

    @property
    def total(self) -> int:
        return self.before.total()


@dataclass(frozen=True, slots=True)
class Alike:
    """Incidents that are alike in all that counts, and how many they are."""

    people: int
    criticality: int | None
    is_vip: bool
    impact: int
    urgency: int
    priority: int
    is_overridden: bool
    count: int


def preview(session: Session, viewer: Viewer, old: PriorityPolicy, new: PriorityPolicy, *, since: datetime) -> Preview:
    """What the new policy would have made of the incidents opened since then that this viewer may see.

    Counted from what each of them says now; what somebody decided against the proposal stays as it is."""
    found = Preview()
    for one in _alike(session, viewer, since):
        priority = new.priority(_impact(one, old, new), one.urgency).value
        found.before[one.priority] += one.count
        found.after[priority] += one.count
        found.changed += one.count if priority != one.priority else 0
    return found


def _alike(session: Session, viewer: Viewer, since: datetime) -> Iterable[Alike]:
    is_vip = or_(Requester.is_vip, func.coalesce(Organization.is_vip, false()))
    columns = (
        Incident.affected_people, Service.criticality, is_vip, Incident.impact, Incident.urgency, Incident.priority,
        Incident.is_overridden,
    )  # fmt: skip
    query = (
        select(*columns, func.count())
        .join(Requester, Incident.requester_id == Requester.id)
        .outerjoin(Organization, Requester.organization_id == Organization.id)
        .outerjoin(Service, Incident.service_id == Service.id)
        .where(visible(viewer), Incident.opened_at >= since, Incident.merged_into_id.is_(None))
        .group_by(*columns)
    )
    return [Alike(*row) for row in session.execute(query)]


def _impact(one: Alike, old: PriorityPolicy, new: PriorityPolicy) -> int:
    """Its impact, had the new thresholds held: another one only where they propose another one."""
    was, would_be = _proposed(one, old), _proposed(one, new)
    follows = not one.is_overridden and was != would_be and (one.impact == was or would_be < one.impact)
    return would_be if follows else one.impact


def _proposed(one: Alike, decided: PriorityPolicy) -> int:
    impact = decided.impact_of(one.people, one.criticality or Criticality.ORDINARY.value)
    return impact - 1 if one.is_vip and decided.vip_raises and impact > Impact.HIGH else impact


def _otherwise(decided: PriorityPolicy) -> ColumnElement[bool]:
    """Open incidents whose priority is not the one of their cell."""
    cells = (
        (Incident.impact == impact)
        & (Incident.urgency == urgency)
        & (Incident.priority != decided.priority(impact, urgency))
        for impact in Impact
        for urgency in Urgency
    )
    return Incident.is_open & Incident.merged_into_id.is_(None) & or_(*cells)


def open_otherwise(session: Session, viewer: Viewer, decided: PriorityPolicy) -> int:
    """How many open incidents have a priority that the matrix does not give any more."""
    return session.scalar(select(func.count()).select_from(Incident).where(visible(viewer), _otherwise(decided))) or 0


def apply_to_open(session: Session, viewer: Viewer, decided: PriorityPolicy, *, by: Actor, at: datetime) -> int:
    """Gives open incidents the priority of their cell, the oldest first and so many at once; each says so in its
    history. Returns how many."""
    query: Select[Incident] = select(Incident).where(visible(viewer), _otherwise(decided))
    found = list(session.scalars(query.order_by(Incident.id).limit(APPLIED_AT_ONCE)))
    for incident in found:
        incident.follow_matrix(decided.priority(incident.impact, incident.urgency), by=by, at=at)
    return len(found)
