"""What impact, urgency and priority the desk proposes for an incident, and the evidence for it.

Asked when one is logged, by `Incident.prioritize`, which wants a reason for anything else, and by the pages. Impact
follows from people, service and standing; urgency is what the reporter said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.incidents.affected import reporters
from helpdesk.incidents.priority import Impact, PriorityPolicy, Urgency
from helpdesk.journal import Event, EventKind
from helpdesk.people.requester import Requester
from helpdesk.policies import PolicyRow, policy
from helpdesk.services import Criticality, Service

if TYPE_CHECKING:
    from helpdesk.incidents.incident import Incident

DEFAULT_URGENCY = Urgency.MEDIUM


@dataclass(frozen=True, slots=True)
class Facts:
    """What a proposal is made from. `reported_impact` and `reported_urgency` are what the reporter chose, None when
    nobody asked them; `urgency` is what holds where they said nothing."""

    people: int = 1
    service: str = ""
    criticality: int = Criticality.ORDINARY.value
    vip: str = ""
    reported_impact: int | None = None
    reported_urgency: int | None = None
    urgency: int = DEFAULT_URGENCY.value


@dataclass(frozen=True, slots=True)
class Proposal:
    """`evidence`: sentences that say why. `urgency_is_reported`: choosing another one goes against what was said."""

    impact: int
    urgency: int
    priority: int
    evidence: tuple[str, ...]
    urgency_is_reported: bool = False

    def is_overridden_by(self, impact: int, urgency: int) -> bool:
        return impact != self.impact or (self.urgency_is_reported and urgency != self.urgency)

    @property
    def data(self) -> dict[str, int]:
        """As events keep it."""
        return {"impact": self.impact, "urgency": self.urgency, "priority": self.priority}


def proposal(session: Session, facts: Facts, decided: PriorityPolicy | None = None) -> Proposal:
    """What the site's matrix and thresholds make of these facts."""
    decided = decided or policy(session, PriorityPolicy)
    counted = decided.impact_of(facts.people, facts.criticality)
    impact = min(counted, facts.reported_impact or counted)
    raised = decided.vip_raises and bool(facts.vip) and impact > Impact.HIGH
    impact = impact - 1 if raised else impact
    urgency = facts.reported_urgency or facts.urgency
    evidence = [*_impact_evidence(facts, decided, counted, raised=raised), _urgency_evidence(facts, decided)]
    priority = decided.priority(impact, urgency).value
    return Proposal(int(impact), int(urgency), priority, tuple(evidence), facts.reported_urgency is not None)


def _impact_evidence(facts: Facts, decided: PriorityPolicy, counted: int, *, raised: bool) -> list[str]:
    people = "1 person is" if facts.people == 1 else f"{facts.people:,} people are"
    level, threshold = Criticality(facts.criticality), decided.people[str(facts.criticality)]
    about = f"{facts.service} is {level.name.lower()}" if facts.service else "No service is known"
    said = [
        f"{people} affected.",
        f"{about}: {decided.impact_name(2).lower()} from {threshold.medium:,} people on, "
        f"{decided.impact_name(1).lower()} from {threshold.high:,}.",
    ]
    if facts.reported_impact is not None and facts.reported_impact < counted:
        said.append(f"The reporter says that more are hit: {decided.impact_name(facts.reported_impact).lower()}.")
    if raised:
        said.append(f"{facts.vip} is a VIP: one step up.")
    return said


def _urgency_evidence(facts: Facts, decided: PriorityPolicy) -> str:
    if facts.reported_urgency is None:
        return f"Nobody said how soon it hurts; {decided.urgency_name(facts.urgency).lower()} until somebody does."
    return f"The reporter says how soon it hurts: {decided.urgency_name(facts.reported_urgency).lower()}."


def standing(requester: Requester) -> str:
    """Who is the VIP, the requester or their organization; "" when neither is."""
    if requester.is_vip:
        return requester.name
    organization = requester.organization
    return organization.name if organization is not None and organization.is_vip else ""


def criticality_of(service: Service | None) -> int:
    return (service and service.criticality) or Criticality.ORDINARY.value


def facts_at_opening(
    requester: Requester, service: Service | None, people: int, impact: int | None, urgency: int | None
) -> Facts:
    """What is known when an incident is logged; `impact` and `urgency` are the reporter's, if they were asked."""
    return Facts(
        people=people,
        service=service.name if service else "",
        criticality=criticality_of(service),
        vip=standing(requester),
        reported_impact=impact,
        reported_urgency=urgency,
        urgency=urgency or DEFAULT_URGENCY.value,
    )


def facts_of(incident: "Incident", people: int, events: Sequence[Event]) -> Facts:
    """What is known now. `people` counts who reported it; what an agent counted holds where that is more.

    `events`: those of OPENED and AFFECTED at least. Once an agent has counted the people, that number stands instead
    of the reporter's word."""
    said: Mapping[str, Any] = events[0].data.get("reported") or {} if events else {}
    is_counted = any(event.kind == EventKind.AFFECTED for event in events)
    service = incident.service
    return Facts(
        people=max(incident.affected_people, people),
        service=service.name if service else "",
        criticality=criticality_of(service),
        vip=standing(incident.requester),
        reported_impact=None if is_counted else said.get("impact"),
        reported_urgency=said.get("urgency"),
        urgency=incident.urgency,
    )


@dataclass(frozen=True, slots=True)
class Prioritization:
    """What the pages show: the site's words, who reported it, what is known, and what follows from that."""

    policy: PriorityPolicy
    reporters: int
    facts: Facts
    proposal: Proposal


def prioritization_of(session: Session, incident: "Incident", events: Sequence[Event] | None = None) -> Prioritization:
    """One statement for the policy and the people, and one more without `events`, the incident's history."""
    value = select(PolicyRow.value).where(PolicyRow.name == PriorityPolicy.__name__).scalar_subquery()
    kept, people = session.execute(select(value, reporters(incident.id, incident.team_id))).one()
    decided = PriorityPolicy.model_validate(kept or {})
    facts = facts_of(incident, people, _said(session, incident) if events is None else events)
    return Prioritization(decided, people, facts, proposal(session, facts, decided))


def proposal_for(session: Session, incident: "Incident", events: Sequence[Event] | None = None) -> Proposal:
    """What is proposed for an incident as it stands now."""
    return prioritization_of(session, incident, events).proposal


def _said(session: Session, incident: "Incident") -> list[Event]:
    query = select(Event).where(
        Event.record_kind == incident.record_kind,
        Event.record_id == incident.id,
        Event.kind.in_([EventKind.OPENED.value, EventKind.AFFECTED.value]),
    )
    return list(session.scalars(query.order_by(Event.sequence)))
