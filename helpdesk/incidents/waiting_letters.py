"""Letters that have yet to leave, as rows: `Entry.send_at` is set until one leaves and None afterwards.

Each change is one conditional UPDATE of that row, so of two who act at once (agent, requester, worker) exactly one
wins. The verbs of agents are in `helpdesk.incidents.sending`."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session, object_session

from helpdesk.incidents.thread import Entry
from helpdesk.journal import Actor, EventKind

if TYPE_CHECKING:
    from helpdesk.incidents.incident import Incident

ANSWERED = "answered"


def change_waiting(session: Session, entry_id: int, *where: ColumnElement[bool], **values: Any) -> bool:
    """Whether the letter was still here and has these values now."""
    session.flush()
    changed = session.execute(
        update(Entry)
        .where(Entry.id == entry_id, Entry.send_at.is_not(None), Entry.withdrawn_at.is_(None), *where)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return getattr(changed, "rowcount", 0) == 1


def leave(session: Session, entry_id: int, *, now: datetime) -> bool:
    """Puts a letter whose time has come out of everybody's reach, within the transaction that sends it on.
    False when it was called back or put off, or has left."""
    return change_waiting(session, entry_id, Entry.send_at <= now, send_at=None)


def stop_if_answered(incident: "Incident", *, by: Actor, at: datetime) -> None:
    """The requester's side wrote: letters that were to leave only without an answer stay here."""
    session = object_session(incident)
    if session is None:
        return
    waiting = select(Entry.id).where(
        Entry.incident_id == incident.id,
        Entry.send_at.is_not(None),
        Entry.withdrawn_at.is_(None),
        Entry.unless_answered,
    )
    for number in session.scalars(waiting).all():
        if change_waiting(session, number, withdrawn_at=at):
            session.expire(session.get_one(Entry, number))
            incident._record(EventKind.WITHDRAWN, by=by, at=at, entry_id=number, reason=ANSWERED)
