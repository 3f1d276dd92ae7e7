"""Takes a person's words out of the threads: their own entries, what others quoted of them, their name elsewhere.

Statistics stay: incidents with their times, states, priorities and service levels. Part of `intake.erasure`, which
commits; the chain is mended by `helpdesk.incidents.event_erasure`."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from sqlalchemy import JSON, ColumnElement, String, Table, Text, cast, delete, func, or_, select, update
from sqlalchemy.orm import Session, selectinload

from helpdesk.base import Base
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.survey import Survey
from helpdesk.incidents.thread import Entry, MessageReference, Participant
from helpdesk.incidents.written import written
from helpdesk.people.erased import WORDS_GONE, Person, each_string, without

BATCH = 100
# Looked after by name elsewhere.
_HANDLED = {
    "entries",
    "deliveries",
    "notices",
    "ledger",
    "message_references",
    "participants",
    "incidents",
    "escalations",
}


@dataclass
class Rewritten:
    """An entry that lost words: as it was and as it is, by part (see `helpdesk.incidents.written`)."""

    incident_id: int
    before: dict[str, Any]
    after: dict[str, Any]

    @property
    def parts(self) -> set[str]:
        return {part for part, value in self.before.items() if value != self.after[part]}


@dataclass
class FromThreads:
    """What was found and taken. `own`: the incidents they reported."""

    own: list[int]
    entries: dict[int, Rewritten] = field(default_factory=dict)
    theirs: list[int] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


def erase_from_threads(session: Session, person: Person) -> FromThreads:
    """Everything of the threads and of the incidents themselves; the door commits."""
    found = FromThreads(_own(session, person))
    home = set(found.own)
    for entry in _entries(session, person):
        _rewrite(entry, person, found, is_home=entry.incident_id in home)
    session.flush()
    for incident in _batches(session, found.own):
        _clear(incident, person)
        found.counts["incidents"] += 1
    found.counts["entries they wrote"] = len(found.theirs)
    found.counts["entries that quote or name them"] = len(found.entries) - len(found.theirs)
    found.counts["files they sent"] = len(found.files)
    found.counts["comments on how it went"] = _answers(session, person)
    found.counts["places as reader"] = _participants(session, person)
    _references(session, found)
    _beside(session, person, found.own)
    session.flush()
    return found


def _own(session: Session, person: Person) -> list[int]:
    if person.kind != "requester":
        return []
    return list(session.scalars(select(Incident.id).where(Incident.requester_id == person.id).order_by(Incident.id)))


def _entries(session: Session, person: Person) -> Iterator[Entry]:
    """Every entry that may hold words of theirs, in batches."""
    where: list[ColumnElement[bool]] = [(Entry.author_kind == person.kind) & (Entry.author_id == person.id)]
    if person.kind == "requester":
        where.append(Entry.incident_id.in_(select(Incident.id).where(Incident.requester_id == person.id)))
    columns = (Entry.text, Entry.html, Entry.quoted, Entry.sender, cast(Entry.to, Text), cast(Entry.cc, Text))
    where += [
        func.lower(column).contains(address, autoescape=True) for column in columns for address in person.addresses
    ]
    numbers = list(session.scalars(select(Entry.id).where(or_(*where)).order_by(Entry.id)))
    for first in range(0, len(numbers), BATCH):
        query = (
            select(Entry).where(Entry.id.in_(numbers[first : first + BATCH])).options(selectinload(Entry.attachments))
        )
        yield from session.scalars(query.order_by(Entry.id)).all()


def _rewrite(entry: Entry, person: Person, found: FromThreads, *, is_home: bool) -> None:
    before = written(entry)
    is_theirs = (entry.author_kind, entry.author_id) == (person.kind, person.id) or entry.sender in person.addresses
    if is_theirs and person.kind == "requester":
        found.files += [one.sha256 for one in entry.attachments]
        _empty(entry, person)
    else:
        _without_them(entry, person, is_home=is_home, is_theirs=is_theirs)
    after = written(entry)
    if after != before:
        found.entries[entry.id] = Rewritten(entry.incident_id, before, after)
        if is_theirs:
            found.theirs.append(entry.id)


def _empty(entry: Entry, person: Person) -> None:
    """All that they wrote themselves."""
    entry.text, entry.html, entry.quoted, entry.author_name = WORDS_GONE, "", "", person.label
    entry.sender, entry.to, entry.cc, entry.message_id, entry.features = "", [], [], None, {}
    entry.attachments.clear()


def _without_them(entry: Entry, person: Person, *, is_home: bool, is_theirs: bool) -> None:
    """Somebody else's words: those stay, without what is quoted of theirs and without their name."""
    pattern = person.at_home if is_home or is_theirs else person.anywhere
    if is_home:
        # What the HTML of a mail quotes can't be told from the rest of it; the text stays.
        entry.html = "" if entry.quoted else entry.html
        entry.quoted = ""
    entry.text = without(entry.text, pattern, person.label)
    entry.html = without(entry.html, pattern, person.label)
    entry.quoted = without(entry.quoted, pattern, person.label)
    entry.features = each_string(entry.features, lambda said: without(said, pattern, person.label))
    entry.to = [one for one in entry.to if one not in person.addresses]
    entry.cc = [one for one in entry.cc if one not in person.addresses]
    if is_theirs:
        entry.author_name = person.label
        entry.sender = "" if entry.sender in person.addresses else entry.sender


def _batches(session: Session, numbers: list[int]) -> Iterator[Incident]:
    rest = iter(numbers)
    while some := list(islice(rest, BATCH)):
        yield from session.scalars(select(Incident).where(Incident.id.in_(some))).all()


def _clear(incident: Incident, person: Person) -> None:
    def clean(text: str) -> str:
        return without(text, person.at_home, person.label)

    incident.subject = WORDS_GONE
    incident.cause, incident.resolution = clean(incident.cause), clean(incident.resolution)
    incident.custom = each_string(incident.custom, clean)


def _participants(session: Session, person: Person) -> int:
    gone = session.execute(
        delete(Participant)
        .where(Participant.address.in_(person.addresses))
        .execution_options(synchronize_session=False)
    )
    session.expire_all()
    return getattr(gone, "rowcount", 0)


def _references(session: Session, found: FromThreads) -> None:
    """Message-IDs that their mail brought. Ours stay: an answer to a letter of ours is still known as one."""
    for first in range(0, len(found.theirs), BATCH):
        some = found.theirs[first : first + BATCH]
        session.execute(delete(MessageReference).where(MessageReference.entry_id.in_(some), ~MessageReference.ours))


def _answers(session: Session, person: Person) -> int:
    """What they said of how it went: the score stays, for the figures."""
    if person.kind != "requester":
        return 0
    where = (Survey.requester_id == person.id) & (Survey.comment != "")
    gone = session.execute(update(Survey).where(where).values(comment=WORDS_GONE))
    return getattr(gone, "rowcount", 0)


def _beside(session: Session, person: Person, own: list[int]) -> None:
    """Tasks, minutes, drafts and whatever else hangs on their incidents: the words stay, without the name."""
    for table in Base.metadata.sorted_tables:
        if table.name not in _HANDLED and "incident_id" in table.c and own:
            _scrub(session, table, person)


def _scrub(session: Session, table: Table, person: Person) -> None:
    columns = [one for one in table.c if isinstance(one.type, String | JSON)]
    if not columns or "id" not in table.c:
        return
    homes = select(Incident.id).where(Incident.requester_id == person.id)
    for row in session.execute(select(table.c.id, *columns).where(table.c.incident_id.in_(homes))).all():
        said = dict(row._mapping)
        number = said.pop("id")
        clean = {
            key: each_string(one, lambda text: without(text, person.at_home, person.label)) for key, one in said.items()
        }
        if clean != said:
            session.execute(update(table).where(table.c.id == number).values(**clean))
