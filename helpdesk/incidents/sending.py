"""What agents do with letters that have yet to leave: call them back, put them off, let them go at once.

Of agent, requester and worker exactly one wins; see `helpdesk.incidents.waiting_letters`."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.errors import Conflict, Invalid
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.lifecycle import State, Verb
from helpdesk.incidents.thread import Entry
from helpdesk.incidents.waiting_letters import change_waiting
from helpdesk.journal import Actor, Event, EventKind, history

GONE = "It has left already, so it can't be called back or put off. Write a further reply instead."
PUT_OFF_DAYS_MAX = 366


def withdraw(session: Session, entry: Entry, *, by: Actor, at: datetime) -> bool:
    """Calls a letter back before it leaves; its text stays in the thread as withdrawn. Whether the incident was taken
    up again, because it waited for the answer to this letter. Raises Conflict when it is too late."""
    entry.incident._worker(by)
    _or_gone(change_waiting(session, entry.id, withdrawn_at=at))
    session.refresh(entry)
    entry.incident.updated_at = at
    entry.incident._record(EventKind.WITHDRAWN, by=by, at=at, entry_id=entry.id)
    if not _waits_for_answer_to(session, entry):
        return False
    # It follows from calling the letter back, so no status holds it up.
    entry.incident._move(Verb.RESUME, EventKind.STATE_CHANGED, by=by, at=at, follows=True)
    return True


def put_off(
    session: Session, entry: Entry, send_at: datetime, unless_answered: bool, *, by: Actor, at: datetime
) -> None:
    """Lets a waiting letter leave at another time; `at` itself is at once. Raises Conflict when it is too late."""
    entry.incident._worker(by)
    before = entry.send_at
    changed = change_waiting(session, entry.id, send_at=checked_time(send_at, at), unless_answered=unless_answered)
    _or_gone(changed)
    session.refresh(entry)
    entry.incident.updated_at = at
    entry.incident._record(
        EventKind.SCHEDULED,
        by=by,
        at=at,
        entry_id=entry.id,
        before=before.isoformat() if before else None,
        after=send_at.isoformat(),
    )


def checked_time(send_at: datetime, at: datetime) -> datetime:
    """Itself. Raises Invalid for a time that has passed or is more than a year away."""
    if send_at < at:
        raise Invalid("Choose a time that is still to come.", field="leaves_at")
    if send_at > at + timedelta(days=PUT_OFF_DAYS_MAX):
        raise Invalid("Choose a time within a year.", field="leaves_at")
    return send_at


def writing_event(session: Session, entry: Entry) -> Event | None:
    """The event by which a letter was written. That of a merged incident stays with that one."""
    here = [entry.incident_id]
    merged = select(Incident.id).where(Incident.merged_into_id == entry.incident_id)
    query = select(Event).where(
        Event.record_kind == Incident.record_kind,
        Event.record_id.in_([*here, *session.scalars(merged)]),
        Event.kind.in_([EventKind.REPLIED.value, EventKind.CONSULTED.value]),
    )
    return next((one for one in session.scalars(query) if one.data.get("entry_id") == entry.id), None)


def _or_gone(changed: bool) -> None:
    if not changed:
        raise Conflict(GONE)


def _waits_for_answer_to(session: Session, entry: Entry) -> bool:
    """Whether the last move of the incident was “send and wait for the requester” with this very letter."""
    if entry.incident.current is not State.PENDING_REQUESTER:
        return False
    events = history(session, Incident.record_kind, entry.incident_id)
    moves = [event for event in events if event.kind == EventKind.STATE_CHANGED]
    written = next((one for one in events if one.data.get("entry_id") == entry.id), None)
    if not moves or written is None:
        return False
    last, waits = moves[-1], State.PENDING_REQUESTER.value
    together = last.at == written.at and last.actor_id == written.actor_id and last.sequence > written.sequence
    return together and last.data.get("verb") == Verb.WAIT_FOR_REQUESTER and last.data.get("before") != waits
