"""Puts warnings and breaches on record, each once: the worker looks every minute at what may have something to tell.

The events are what letters, escalation and rules follow; nobody is written to from here."""

from datetime import datetime

from sqlalchemy.orm import Session

from helpdesk.journal import Actor, Event, EventKind, record
from helpdesk.service_levels.clocks import Clock, replay
from helpdesk.service_levels.due import locked, refresh, to_look_at
from helpdesk.service_levels.happenings import RELEVANT
from helpdesk.service_levels.records import RECORD_KIND, present_facts
from helpdesk.service_levels.replaying import book_of, events_of
from helpdesk.service_levels.telling import BREACH, TOLD, facts_of, may_tell, percent_reached, percent_told

SYSTEM = Actor(kind="system", name="Helpdesk")


def warn_all(session: Session, *, now: datetime) -> int:
    """Looks at every incident whose time has come, one transaction each; returns how many events were written."""
    count = 0
    numbers = to_look_at(session, now=now)
    session.rollback()
    for number in numbers:
        count += len(warn(session, number, now=now))
        session.commit()
    return count


def warn(session: Session, incident_id: int, *, now: datetime) -> list[Event]:
    """Writes what there is to tell of one incident, and brings its row into step. Only the highest percentage of each
    promise is told where several were passed at once. The caller commits."""
    if locked(session, incident_id) is None:
        return []
    events = events_of(session, [incident_id], RELEVANT | TOLD).get(incident_id, [])
    present = present_facts(session, [incident_id]).get(incident_id)
    book = book_of(session)
    written = [
        _write(session, incident_id, clock, now)
        for clock in replay(events, book, now=now, present=present)
        if not clock.is_over and percent_reached(clock) > percent_told(events, clock) and may_tell(clock, now=now)
    ]
    session.flush()
    refresh(session, [incident_id], now=now, book=book)
    return written


def _write(session: Session, incident_id: int, clock: Clock, now: datetime) -> Event:
    percent = percent_reached(clock)
    kind = EventKind.SERVICE_LEVEL_BREACHED if percent == BREACH else EventKind.SERVICE_LEVEL_WARNED
    return record(session, RECORD_KIND, incident_id, kind, by=SYSTEM, at=now, percent=percent, **facts_of(clock))
