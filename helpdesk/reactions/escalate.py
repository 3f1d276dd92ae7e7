"""The reaction that escalates when a part of a service-level target has gone by, and what the worker does each minute:
the rules that wait for time, and escalations that nobody acknowledged. Commits nothing, but for one at a time."""

from datetime import datetime

from sqlalchemy.orm import Session

from helpdesk.incidents.escalation import Escalation, due_for_telling, tell_next
from helpdesk.incidents.escalation_rules import apply_rule, current_rules, incidents_due, rules_at_share
from helpdesk.incidents.incident import Incident
from helpdesk.journal import Actor, Event, EventKind

BREACHED_PERCENT = 100
SYSTEM = Actor(kind="system", name="Helpdesk")


def escalate(session: Session, event: Event, *, now: datetime) -> None:
    """Runs the rules that this warning or breach sets off. Running it twice does nothing twice."""
    incident = session.get(Incident, event.record_id) if event.record_kind == Incident.record_kind else None
    if incident is None:
        return
    is_breach = event.kind == EventKind.SERVICE_LEVEL_BREACHED.value
    percent = BREACHED_PERCENT if is_breach else int(event.data.get("percent", 0))
    for rule in rules_at_share(session, incident, str(event.data.get("target", "")), percent):
        apply_rule(session, rule, incident, by=SYSTEM, at=now)


def escalate_by_time(session: Session, *, now: datetime) -> int:
    """Runs the rules that wait for time, then tells the next one where nobody acknowledged; one transaction each.
    Returns how many escalations that made or moved on."""
    count = 0
    for rule in current_rules(session):
        for number in incidents_due(session, rule, now=now):
            incident = session.get(Incident, number)
            count += incident is not None and apply_rule(session, rule, incident, by=SYSTEM, at=now) is not None
            session.commit()
    for number in due_for_telling(session, now=now):
        escalation = session.get(Escalation, number)
        count += escalation is not None and tell_next(session, escalation, by=SYSTEM, at=now) is not None
        session.commit()
    return count
