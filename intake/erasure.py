"""Erases a person for good (GDPR, article 17): what they wrote, their name and addresses, the bytes of their mail.

One transaction, so it is either done or not; the bytes follow by an errand. What is counted stays: incidents with
their times, states, priorities and service levels. Every chain of events still holds. A door asks `preview`, then
`erase`; both find the same, for a preview is an erasure that is taken back."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import String, Table, delete, or_, select, update
from sqlalchemy.orm import Session

from helpdesk.base import Base
from helpdesk.errands import Errand, send_on
from helpdesk.errors import Conflict, NotAllowed
from helpdesk.incidents.erasure import FromThreads, erase_from_threads
from helpdesk.incidents.event_erasure import erase_from_events
from helpdesk.incidents.incident import NUMBER_PREFIX, Incident
from helpdesk.journal import Actor, EventKind, record
from helpdesk.letters.erasure import captured_letters, erase_from_letters
from helpdesk.people.agent import Agent
from helpdesk.people.erased import Person, without
from helpdesk.people.permissions import Permission
from helpdesk.people.requester import Requester
from helpdesk.reactions import FORGET, INDEX
from intake.ledger import LedgerRow, LedgerState

RECORD_KINDS = {"requester": "requesters", "agent": "agents"}
BLOBS_A_TIME = 200
ERASED = "Erased, with the person who wrote it."


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was found: how many of what, the incidents they reported, and how many words the journal gave up."""

    person: Person
    counts: Counter[str]
    incidents: tuple[int, ...]
    words: int


def person_of(who: Requester | Agent) -> Person:
    """Raises Conflict for somebody who was erased before, and for an agent who is still at the desk."""
    if isinstance(who, Agent):
        person = Person("agent", who.id, who.name, (who.email.lower(),))
        if who.active:
            raise Conflict(f"{who.name} works here. Take their access away first, under Settings › Agents.")
    else:
        person = Person("requester", who.id, who.name, tuple(one.address for one in who.addresses))
    if person.name == person.label:
        raise Conflict(f"{person.label} was erased before.")
    return person


def preview(session: Session, who: Requester | Agent, *, by: Actor, at: datetime, outbox: Path) -> Erasure:
    """What `erase` would find; nothing is changed. `outbox`: where captured letters lie."""
    inner = session.begin_nested()
    try:
        return erase(session, who, by=by, at=at, outbox=outbox)
    finally:
        inner.rollback()
        session.expire_all()


def erase(session: Session, who: Requester | Agent, *, by: Actor, at: datetime, outbox: Path) -> Erasure:
    """Does it; the door commits. Raises NotAllowed without the right to administer, Conflict as `person_of`."""
    if by.kind == "agent" and not by.may(Permission.ADMINISTER):
        raise NotAllowed(f"{by.name} may not erase people. Ask an administrator.")
    person = person_of(who)
    found = erase_from_threads(session, person)
    taken = erase_from_events(session, person, found)
    blobs = [*found.files, *erase_from_letters(session, person, found), *_from_ledger(session, person, found)]
    _person(session, person, found)
    _tell(session, person, found, taken, by=by, at=at)
    letters = captured_letters(outbox, person, [f"{NUMBER_PREFIX}{number}" for number in found.own])
    found.counts["captured letters"] = len(letters)
    _send_for_removal(session, blobs, letters, at)
    _find_again(session, found, at)
    session.flush()
    return Erasure(person, +found.counts, tuple(found.own), taken)


def _from_ledger(session: Session, person: Person, found: FromThreads) -> list[str]:
    """Every mail of theirs, and every other of their incidents: those quote them. The fingerprint stays, so that a
    copy still on the server is not filed anew."""
    homes = select(Incident.id).where(Incident.requester_id == (person.id if person.kind == "requester" else 0))
    where = or_(
        LedgerRow.sender.in_(person.addresses),
        LedgerRow.envelope_from.in_(person.addresses),
        LedgerRow.incident_id.in_(homes),
        LedgerRow.entry_id.in_(found.theirs),
    )
    gone = []
    for row in session.scalars(select(LedgerRow).where(where)):
        if row.sha256:
            gone.append(row.sha256)
        if row.state in (LedgerState.FETCHED.value, LedgerState.HELD.value):
            row.state = LedgerState.DISCARDED.value
        row.sha256, row.reason, row.decision, row.message_id = None, ERASED, {}, None
        row.sender, row.subject, row.envelope_from, row.envelope_to, row.hints = "", "", None, [], {}
        found.counts["raw mails"] += 1
    return gone


def _person(session: Session, person: Person, found: FromThreads) -> None:
    found.counts["addresses"] = len(person.addresses)
    for errand in session.scalars(select(Errand).where(Errand.last_error.is_not(None))):
        errand.last_error = without(errand.last_error or "", person.by_name, person.label)
    _remove(session, "address_health", "address", person.addresses)
    _remove(session, "welcome_senders", "address", person.addresses)
    # Not through the classes: what an administrator's page changes is told with its words from before.
    if person.kind == "agent":
        _agent(session, person)
        return
    _remove(session, "addresses", "requester_id", (person.id,))
    gone = {"name": person.label, "language": "", "is_vip": False}
    session.execute(update(_table("requesters")).where(_table("requesters").c.id == person.id).values(**gone))
    session.expire_all()


def _agent(session: Session, person: Person) -> None:
    sign_ins = _table("sign_ins")
    number = session.scalar(select(sign_ins.c.id).where(sign_ins.c.agent_id == person.id))
    for table in Base.metadata.sorted_tables:
        for column in table.c:
            if any(key.column.table is sign_ins for key in column.foreign_keys):
                session.execute(delete(table).where(column == number))
    _remove(session, "sign_ins", "agent_id", (person.id,))
    _remove(session, "team_members", "agent_id", (person.id,))
    _remove(session, "wording_drafts", "agent_id", (person.id,))
    gone = {"name": person.label, "email": f"erased-{person.id}@erased.invalid", "signature": "", "skills": []}
    session.execute(update(_table("agents")).where(_table("agents").c.id == person.id).values(**gone))
    # “Done by”, “written by”: columns that keep a name where no number is needed.
    for table in Base.metadata.sorted_tables:
        for column in table.c:
            if column.name.endswith("_by") and isinstance(column.type, String):
                session.execute(update(table).where(column == person.name).values({column.name: person.label}))
    session.expire_all()


def _tell(session: Session, person: Person, found: FromThreads, taken: int, *, by: Actor, at: datetime) -> None:
    """One event on each incident that lost words, with the digests of what is left, and one on the person."""
    kind = EventKind.PERSON_ERASED
    changed: dict[int, dict[int, dict[str, object]]] = {number: {} for number in found.own}
    for number, entry in found.entries.items():
        changed.setdefault(entry.incident_id, {})[number] = entry.after
    for incident_id, words in sorted(changed.items()):
        record(session, Incident.record_kind, incident_id, kind, by=by, at=at, rewritten=words, person=person.label)
    counts = {name: count for name, count in sorted(found.counts.items()) if count}
    record(
        session,
        RECORD_KINDS[person.kind],
        person.id,
        kind,
        by=by,
        at=at,
        person=person.label,
        leaves=taken,
        counts=counts,
    )


def _send_for_removal(session: Session, blobs: list[str], letters: list[str], at: datetime) -> None:
    gone = sorted(set(blobs))
    for first in range(0, max(len(gone), 1), BLOBS_A_TIME):
        some = gone[first : first + BLOBS_A_TIME]
        if some or letters:
            send_on(session, FORGET, at=at, sha256=some, letters=letters if first == 0 else [])


def _find_again(session: Session, found: FromThreads, at: datetime) -> None:
    """The search index takes the incidents up anew, and those that they were merged into."""
    numbers = {*found.own, *(entry.incident_id for entry in found.entries.values())}
    rest = numbers
    while rest:
        into = set(session.scalars(select(Incident.merged_into_id).where(Incident.id.in_(rest)))) - {None}
        rest = {one for one in into if one is not None} - numbers
        numbers |= rest
    if numbers:
        send_on(session, INDEX, at=at, records=[[Incident.record_kind, number] for number in sorted(numbers)])


def _remove(session: Session, table: str, column: str, values: tuple[object, ...]) -> None:
    if (found := Base.metadata.tables.get(table)) is not None:
        session.execute(delete(found).where(found.c[column].in_(values)))


def _table(name: str) -> Table:
    return Base.metadata.tables[name]
