"""The reaction that keeps service-level clocks: after an event the incident's row of what is due, and at its close the
verdict. Running it twice does nothing twice; it commits nothing."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from helpdesk.errands import send_on
from helpdesk.incidents.incident import Incident
from helpdesk.journal import Event, EventKind
from helpdesk.reactions import CLOCKS
from helpdesk.service_levels.due import BATCH, refresh
from helpdesk.service_levels.happenings import leaving_later
from helpdesk.service_levels.judging import CLOSING, judge
from helpdesk.service_levels.records import open_incidents
from helpdesk.service_levels.replaying import book_of


def keep_clocks(session: Session, events: Iterable[Event], *, now: datetime) -> None:
    """What follows these events, each incident once."""
    ours = [event for event in events if event.record_kind == Incident.record_kind]
    if not ours:
        return
    book = book_of(session)
    for event in ours:
        if event.kind in CLOSING:
            judge(session, event, at=now, book=book)
        elif event.kind == EventKind.REPLIED and (leaves := leaving_later([event], now=now)):
            # It counts when it leaves, and nothing happens then that would be told here.
            send_on(session, CLOCKS, at=leaves, incident=event.record_id)
    refresh(session, sorted({event.record_id for event in ours}), now=now, book=book)


def look_again_at(session: Session, incident_ids: Iterable[int], *, now: datetime) -> None:
    """These incidents anew, without an event."""
    refresh(session, sorted(set(incident_ids)), now=now)


def look_at_open(session: Session, *, after: int, now: datetime) -> None:
    """The next open incidents after a change of policies or calendars; the rest follow with an errand of their own."""
    numbers = open_incidents(session, after=after, limit=BATCH)
    refresh(session, numbers, now=now)
    if len(numbers) == BATCH:
        send_on(session, CLOCKS, at=now, after=numbers[-1])
