"""Takes a person's words out of the events, so that every chain still holds; see `helpdesk.chain.erasing`.

Part of `intake.erasure`. Rows are changed as they lie in the database: the class hides what was erased before."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Text, cast, func, or_, select, update
from sqlalchemy.orm import Session, selectinload

from helpdesk.chain.erasing import Eraser
from helpdesk.chain.event_hash import data_leaves
from helpdesk.chain.words import proved_entries
from helpdesk.incidents.erasure import FromThreads, Rewritten
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.thread import Entry
from helpdesk.incidents.written import written
from helpdesk.journal import Event, EventKind
from helpdesk.people.erased import Person

BATCH = 200
# What the person said in so many words, where an event of theirs has it.
FREE_TEXT = frozenset({"reason", "comment", "text", "subject", "note", "answer", "diagnostic"})
# The words of a subject, whoever put them there: they tell what the person reported.
SUBJECTS = {EventKind.RENAMED.value: ("/before", "/after"), EventKind.MERGED.value: ("/subject",)}
_TABLE: Any = Event.__table__
_COLUMNS = _TABLE.c


def erase_from_events(session: Session, person: Person, found: FromThreads) -> int:
    """How many leaves were taken out."""
    taken = changed = 0
    home = set(found.own)
    for row, words in _rows(session, person, found):
        eraser = _eraser(row, words)
        is_home = row.record_kind == Incident.record_kind and row.record_id in home
        is_theirs = (row.actor_kind, row.actor_id) == (person.kind, person.id)
        eraser.erase_data(_paths(row, person, is_home=is_home, is_theirs=is_theirs))
        for number, name, _ in _proved(row.data):
            if number in found.entries:
                eraser.erase_words(name, found.entries[number].parts)
        name = row.actor_name
        if is_theirs and name != person.label:
            eraser.erase_actor()
            name = person.label
        if eraser.taken:
            said = {"data": eraser.data, "salt": eraser.salt, "actor_name": name}
            session.execute(update(_TABLE).where(_COLUMNS.id == row.id).values(**said))
            taken, changed = taken + eraser.taken, changed + 1
    session.expire_all()
    found.counts["events"] = changed
    return taken


def _words(session: Session, rows: Sequence[Row[Any]], entries: Mapping[int, Rewritten]) -> dict[int, dict[str, Any]]:
    """The words of every entry that these events prove, as they were when the digests were made."""
    numbers = {number for row in rows for number, _, _ in _proved(row.data)}
    others = select(Entry).where(Entry.id.in_(numbers - entries.keys())).options(selectinload(Entry.attachments))
    return {number: entries[number].before for number in numbers & entries.keys()} | {
        entry.id: written(entry) for entry in session.scalars(others)
    }


def _eraser(row: Row[Any], words: Mapping[int, dict[str, Any]]) -> Eraser:
    before = {name: words[number] for number, name, _ in _proved(row.data) if number in words}
    return Eraser(row.data, row.actor_name, row.salt, before)


def _paths(row: Row[Any], person: Person, *, is_home: bool, is_theirs: bool) -> set[str]:
    pattern = person.at_home if is_home else person.by_name if is_theirs or person.kind == "agent" else person.anywhere
    named = SUBJECTS.get(row.kind, ()) if is_home else ()
    free = FREE_TEXT if is_theirs and person.kind == "requester" else frozenset()
    return {
        path
        for path, value in data_leaves(row.data)[0]
        if isinstance(value, str) and (pattern.search(value) or path in named or path.rsplit("/", 1)[-1] in free)
    }


def _rows(
    session: Session, person: Person, found: FromThreads
) -> Iterator[tuple[Row[Any], Mapping[int, dict[str, Any]]]]:
    query = select(_COLUMNS.id).where(or_(*_where(person, found))).order_by(_COLUMNS.id)
    numbers = list(session.scalars(query))
    for first in range(0, len(numbers), BATCH):
        rows = session.execute(select(_TABLE).where(_COLUMNS.id.in_(numbers[first : first + BATCH]))).all()
        words = _words(session, rows, found.entries)
        yield from ((row, words) for row in rows)


def _where(person: Person, found: FromThreads) -> Iterable[ColumnElement[bool]]:
    data = func.lower(cast(_COLUMNS.data, Text))
    yield (_COLUMNS.actor_kind == person.kind) & (_COLUMNS.actor_id == person.id)
    if person.kind == "requester":
        homes = select(Incident.id).where(Incident.requester_id == person.id)
        yield (_COLUMNS.record_kind == Incident.record_kind) & _COLUMNS.record_id.in_(homes)
    yield from (data.contains(address, autoescape=True) for address in person.addresses)
    if person.kind == "agent":
        # Who was given what stands in many events; SQLite keeps letters beyond ASCII as escapes.
        yield from (data.contains(one, autoescape=True) for one in _spellings(person.name))
    if found.entries:
        # An entry may have been written in an incident that it has left since.
        wrote = Event.data["entry_id"].as_integer().in_(list(found.entries))
        yield _COLUMNS.id.in_(select(Event.id).where(Event.data["written"].as_string().is_not(None), wrote))
        yield _COLUMNS.kind == EventKind.PERSON_ERASED.value


def _spellings(name: str) -> set[str]:
    escaped = name.encode("ascii", "backslashreplace").decode().replace("\\x", "\\u00")
    return {name.lower(), escaped.lower()}


def _proved(data: Any) -> list[tuple[int, str, str]]:
    return list(proved_entries(data)) if isinstance(data, dict) else []
