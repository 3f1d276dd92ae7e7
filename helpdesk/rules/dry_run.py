"""What a rule would have done: judged on history before it is switched on. Changes nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.incidents.incident import Incident
from helpdesk.incidents.queries import visible
from helpdesk.journal import Event, history
from helpdesk.people.agent import Viewer
from helpdesk.rules.conditions import hold
from helpdesk.rules.facts import facts_at, facts_of
from helpdesk.rules.rule import Rule, Trigger
from helpdesk.rules.running import is_by_rule

EVENTS_MAX = 3_000
DAYS = 30


@dataclass(frozen=True, slots=True)
class Touched:
    """An incident that the rule would have touched, how often, and last at which moment."""

    incident: Incident
    times: int
    at: datetime


@dataclass(frozen=True, slots=True)
class DryRun:
    """`looked_at` events, or open incidents, since `since`; `is_cut` when there were more than could be looked at."""

    touched: tuple[Touched, ...]
    looked_at: int
    since: datetime
    is_cut: bool

    @property
    def times(self) -> int:
        return sum(one.times for one in self.touched)


def dry_run(session: Session, rule: Rule, viewer: Viewer, *, now: datetime, days: int = DAYS) -> DryRun:
    """What the rule would have touched within so many days, newest first; only what the viewer may see.

    A rule on a schedule is judged on what is open now."""
    since = now - timedelta(days=days)
    if rule.trigger == Trigger.SCHEDULE.value:
        return _on_what_is_open(session, rule, viewer, since, now)
    query = (
        select(Event, Incident)
        .join(Incident, Event.record_id == Incident.id)
        .where(
            Event.record_kind == Incident.record_kind,
            Event.kind.in_(rule.kinds),
            Event.at >= since,
            Incident.merged_into_id.is_(None),
            visible(viewer),
        )
    )
    rows = session.execute(query.order_by(Event.at.desc(), Event.id.desc()).limit(EVENTS_MAX + 1)).all()
    found: dict[int, Touched] = {}
    histories: dict[int, list[Event]] = {}
    for event, incident in rows[:EVENTS_MAX]:
        if is_by_rule(event) or event.data.get("quiet"):
            continue
        if incident.id not in histories:
            histories[incident.id] = history(session, Incident.record_kind, incident.id)
        every, some = rule.conditions
        if hold(every, some, facts_at(session, incident, histories[incident.id], event)):
            before = found.get(incident.id)
            found[incident.id] = Touched(incident, before.times + 1 if before else 1, before.at if before else event.at)
    return DryRun(tuple(found.values()), min(len(rows), EVENTS_MAX), since, len(rows) > EVENTS_MAX)


def _on_what_is_open(session: Session, rule: Rule, viewer: Viewer, since: datetime, now: datetime) -> DryRun:
    query = select(Incident).where(Incident.is_open.is_(True), Incident.merged_into_id.is_(None), visible(viewer))
    rows = list(session.scalars(query.order_by(Incident.updated_at.desc(), Incident.id.desc()).limit(EVENTS_MAX + 1)))
    every, some = rule.conditions
    touched = [
        Touched(one, 1, one.updated_at)
        for one in rows[:EVENTS_MAX]
        if hold(every, some, facts_of(session, one, None, now=now))
    ]
    return DryRun(tuple(touched), min(len(rows), EVENTS_MAX), since, len(rows) > EVENTS_MAX)
