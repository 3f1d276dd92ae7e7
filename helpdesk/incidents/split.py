"""Splitting: a part of a thread is about something else and becomes an incident of its own, and comes back.

Entries are moved, with all that hangs on them: files, Message-IDs, deliveries, the rows of the mail ledger. So each
mail is in exactly one thread, and an answer to it joins that one. The new incident counts from when its first message
was written: its requester has waited since then, whoever noticed late. Doors call `split` and `unsplit`."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from helpdesk.base import Base
from helpdesk.errors import Conflict, Invalid
from helpdesk.incidents.back_dating import logged
from helpdesk.incidents.incident import Incident, checked_subject, must_work
from helpdesk.incidents.lifecycle import State
from helpdesk.incidents.links import IncidentLink, LinkKind, links_of
from helpdesk.incidents.statuses import default_status
from helpdesk.incidents.thread import Entry, EntryKind, Participant, ParticipantRole
from helpdesk.journal import Actor, Event, EventKind, history
from helpdesk.people.requester import Requester, find_requester

# What each kind of entry is told of by; the new incident's history is told by the same.
_TOLD_BY = {
    EntryKind.MESSAGE: EventKind.RECEIVED,
    EntryKind.REPLY: EventKind.REPLIED,
    EntryKind.NOTE: EventKind.NOTED,
    EntryKind.CONSULTATION: EventKind.CONSULTED,
    EntryKind.ADVICE: EventKind.ADVISED,
}


@dataclass(frozen=True, slots=True)
class Reunited:
    """What undoing a split did. `back` are the entries that came back; `stays` those that were written in the other
    incident since, which goes on because of them."""

    into: Incident
    back: tuple[Entry, ...]
    stays: tuple[Entry, ...]


def can_be_split(incident: Incident) -> list[Entry]:
    """What may be chosen: everything but letters that have yet to leave."""
    return [entry for entry in incident.entries if not entry.is_waiting]


def writer_of(session: Session, entries: Iterable[Entry], incident: Incident) -> Requester:
    """Whose the new incident is, unless somebody else is chosen: the writer of the first message among these."""
    messages = (one for one in sorted(entries, key=_order) if one.kind == EntryKind.MESSAGE.value)
    first = next((one for one in messages if not one.automatic and one.sender), None)
    found = find_requester(session, first.sender) if first is not None else None
    return found or incident.requester


def split(
    session: Session,
    incident: Incident,
    chosen: Collection[Entry],
    subject: str,
    requester: Requester | None = None,
    *,
    by: Actor,
    at: datetime,
) -> Incident:
    """A new incident with these entries, of the same team, service and category; nobody is told by mail.

    Raises Invalid for nothing chosen, for everything, and for what is not in this thread; Conflict for a letter that
    has yet to leave."""
    incident._worker(by)
    moved = sorted(chosen, key=_order)
    _check(incident, moved)
    subject = checked_subject(subject or incident.subject)
    made = _opened(session, incident, moved, requester or writer_of(session, moved, incident), subject)
    _follow(session, moved, made)
    _tell_again(incident, made, moved, at)
    session.add(IncidentLink(first=made, second=incident, kind=LinkKind.SPLIT_FROM.value))
    incident.updated_at = made.updated_at = at
    entries = [one.id for one in moved]
    incident._record(EventKind.SPLIT, by=by, at=at, into=made.number, into_id=made.id, entries=entries, subject=subject)
    made._record(EventKind.SPLIT, by=by, at=at, origin=incident.number, origin_id=incident.id, entries=entries)
    session.flush()
    return made


def unsplit(session: Session, part: Incident, *, by: Actor, at: datetime) -> Reunited:
    """What was split off goes back where it was. The part becomes a number that leads there, unless somebody wrote
    in it since: then it goes on with that.

    Raises Conflict when it was not split off, is back already, or has a letter that has yet to leave."""
    must_work(by)
    told = origin_of(session, part)
    if told is None or part.merged_into_id is not None:
        raise Conflict(f"{part.number} was not split off, or is back already.")
    if any(entry.is_waiting for entry in part.entries):
        raise Conflict(f"{part.number} has a letter that has yet to leave. Call it back, or let it go first.")
    into = session.get_one(Incident, told.data["origin_id"])
    moved = set(told.data["entries"])
    back = [one for one in part.entries if one.id in moved]
    stays = [one for one in part.entries if one.id not in moved]
    _follow(session, back, into)
    part.updated_at = into.updated_at = at
    if not stays:
        _end(session, part, into, by, at)
    numbers, left = [one.id for one in back], [one.id for one in stays]
    part._record(EventKind.UNSPLIT, by=by, at=at, origin=into.number, origin_id=into.id, entries=numbers, stays=left)
    into._record(EventKind.UNSPLIT, by=by, at=at, into=part.number, into_id=part.id, entries=numbers, stays=left)
    session.flush()
    return Reunited(into, tuple(back), tuple(stays))


def origin_of(session: Session, part: Incident) -> Event | None:
    """The event by which this incident was split off and still is; None when it was not."""
    last = None
    for event in history(session, Incident.record_kind, part.id):
        if event.kind == EventKind.SPLIT.value and "origin_id" in event.data:
            last = event
        elif event.kind == EventKind.UNSPLIT.value and "origin_id" in event.data:
            last = None
    return last


def split_off_now(events: Iterable[Event]) -> dict[int, Event]:
    """Of an incident's history: where each entry went that is elsewhere now, as its SPLIT event tells, by number."""
    found: dict[int, Event] = {}
    for event in events:
        if event.kind == EventKind.SPLIT.value and "into_id" in event.data:
            found |= dict.fromkeys(event.data["entries"], event)
        elif event.kind == EventKind.UNSPLIT.value and "into_id" in event.data:
            for number in event.data["entries"]:
                found.pop(number, None)
    return found


def _order(entry: Entry) -> tuple[datetime, int]:
    return entry.at, entry.id


def _check(incident: Incident, moved: Collection[Entry]) -> None:
    if not moved:
        raise Invalid("Tick what is about something else.", field="entries")
    if any(one.incident_id != incident.id for one in moved):
        raise Invalid(f"Choose from what was written in {incident.number} itself.", field="entries")
    if any(one.is_waiting for one in moved):
        raise Conflict("A letter among these has yet to leave. Call it back, or let it go first.")
    if not any(one.kind == EntryKind.MESSAGE.value for one in incident.entries if one not in moved):
        raise Invalid(f"Leave at least one message in {incident.number}: else rename it instead.", field="entries")


def _opened(session: Session, incident: Incident, moved: list[Entry], requester: Requester, subject: str) -> Incident:
    made = Incident(
        requester=requester,
        subject=subject,
        record_type=incident.record_type,
        state=State.NEW.value,
        is_open=True,
        status=default_status(session, State.NEW),
        source=incident.source,
        mailbox=incident.mailbox,
        team=incident.team,
        service=incident.service,
        category=incident.category,
        impact=incident.impact,
        urgency=incident.urgency,
        priority=incident.priority,
        is_overridden=incident.is_overridden,
        opened_at=moved[0].at,
        updated_at=moved[-1].at,
        participants=_participants(incident, moved, requester),
    )
    session.add(made)
    session.flush()
    return made


def _participants(incident: Incident, moved: Iterable[Entry], requester: Requester) -> list[Participant]:
    """Who is on one of the messages and takes part in the thread they come from; third parties stay hidden ones."""
    own = {one.address for one in requester.addresses}
    known = {one.address: (one.name, one.role) for one in incident.participants}
    for one in incident.requester.addresses:
        known.setdefault(one.address, (incident.requester.name, ParticipantRole.COPIED.value))
    found: dict[str, Participant] = {}
    for entry in moved:
        for address in (entry.sender, *entry.to, *entry.cc):
            if address in known and address not in own:
                name, role = known[address]
                found.setdefault(address, Participant(address=address, name=name, role=role, added_at=entry.at))
    return list(found.values())


def _follow(session: Session, moved: Collection[Entry], incident: Incident) -> None:
    """The entries, and every row that hangs on one of them and names its incident beside: wherever those are kept."""
    numbers = [one.id for one in moved]
    if not numbers:
        return
    session.flush()
    for mapper in Base.registry.mappers:
        columns = mapper.columns
        if "entry_id" in columns and "incident_id" in columns:
            there = update(mapper.class_).where(columns["entry_id"].in_(numbers))
            session.execute(there.values(incident_id=incident.id), execution_options={"synchronize_session": "fetch"})
    here = update(Entry).where(Entry.id.in_(numbers)).values(incident_id=incident.id)
    session.execute(here, execution_options={"synchronize_session": "fetch"})
    session.expire_all()


def _tell_again(incident: Incident, made: Incident, moved: list[Entry], at: datetime) -> None:
    """The new incident's history begins with what was written, each told as of its author and its time: clocks and
    reports count from there. `split_from` says that nobody waits for news of it."""
    origin: dict[str, Any] = {"split_from": incident.number}
    first, *further = moved
    made._record(
        EventKind.OPENED,
        by=_author(first),
        at=first.at,
        begins=True,
        entry_id=first.id,
        source=made.source,
        automatic=first.automatic,
        priority=made.priority,
        impact=made.impact,
        urgency=made.urgency,
        service_id=made.service_id,
        category_id=made.category_id,
        requester_id=made.requester_id,
        organization_id=made.requester.organization_id,
        team=made.team.name if made.team else None,
        record_type=made.record_type,
        **origin,
        **logged(first.at, at),
    )
    for entry in further:
        kind = _TOLD_BY[EntryKind(entry.kind)]
        more = {"automatic": entry.automatic} if entry.kind in (EntryKind.MESSAGE, EntryKind.ADVICE) else {}
        made._record(kind, by=_author(entry), at=entry.at, entry_id=entry.id, **more, **origin, **logged(entry.at, at))


def _author(entry: Entry) -> Actor:
    return Actor(kind=entry.author_kind, name=entry.author_name, id=entry.author_id)


def _end(session: Session, part: Incident, into: Incident, by: Actor, at: datetime) -> None:
    """Nothing is left in it: its number leads where its entries went, and it is in nobody's way."""
    for tie in links_of(session, part):
        if tie.kind == LinkKind.SPLIT_FROM.value and tie.second_id == into.id:
            session.delete(tie)
    part.state, part.is_open, part.status, part.wake_at = State.CLOSED.value, False, None, None
    part.closed_at, part.merged_into_id = at, into.id
    # Without what stood before, since nothing is left that could be taken apart again.
    part._record(EventKind.MERGED, by=by, at=at, into=into.number, into_id=into.id)
