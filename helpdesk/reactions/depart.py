"""The reaction that lets a letter go which could be called back until now: a reply after its few seconds, or at the
time it was put off to. In one transaction it is out of the agents' reach and its deliveries are there."""

from datetime import datetime

from sqlalchemy.orm import Session

from helpdesk.incidents.sending import writing_event
from helpdesk.incidents.thread import Entry
from helpdesk.incidents.waiting_letters import leave
from helpdesk.letters.contents import Stationery
from helpdesk.letters.kinds import BY_HAND
from helpdesk.letters.readers import plan
from helpdesk.reactions.notify import make_letters


def depart(session: Session, entry_id: int, *, stationery: Stationery, now: datetime) -> None:
    """Does nothing when the letter was called back or put off meanwhile, or has left. The worker commits."""
    if not leave(session, entry_id, now=now):
        return
    entry = session.get_one(Entry, entry_id, populate_existing=True)
    event = writing_event(session, entry)
    if event is None:
        raise LookupError(f"No event tells who wrote entry {entry_id}.")
    planned = [one for one in plan(session, entry.incident, event) if one.letter in BY_HAND]
    make_letters(session, entry.incident, event, planned, stationery, now=now)
