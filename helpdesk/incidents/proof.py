"""Proves the words of the threads: that each entry says what the event that wrote it says, and that no entry is there
of which no event tells. Asked by `helpdesk audit verify`."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, selectinload

from helpdesk.chain.salts import Salts
from helpdesk.chain.words import proved_entries, words_digest
from helpdesk.incidents.thread import Entry
from helpdesk.incidents.written import written
from helpdesk.proof import UNREADABLE, Break, Stored, Tally

BATCH = 100


class ThreadProof:
    """Given events in batches; afterwards `strangers` are the entries that none of them wrote."""

    def __init__(self, session: Session, tally: Tally) -> None:
        # One of its own: nothing that somebody else has at hand is let go of.
        self._session, self._tally = Session(session.connection()), tally
        newest = session.scalar(select(func.max(Entry.id))) or 0
        # One bit for each entry there may be: a million of them take 125 kB.
        self._known = bytearray(newest // 8 + 1)

    def __call__(self, events: list[Stored]) -> Iterator[Break]:
        proved = [(event, *said) for event in events for said in _proved(event)]
        for first in range(0, len(proved), BATCH):
            some = proved[first : first + BATCH]
            words = self._words({number for _, number, _, _ in some})
            for event, number, name, digest in some:
                self._note(number)
                yield from compared(event, number, words.get(number), name, digest)

    def strangers(self) -> Iterator[Break]:
        query = select(Entry.id, Entry.incident_id).order_by(Entry.id).execution_options(yield_per=1000)
        for number, incident_id in self._session.execute(query):
            if not self._known[number // 8] & 1 << number % 8:
                yield Break(
                    "incident", incident_id, 0, f"no event tells of entry {number} of its thread: it was put in"
                )

    def _words(self, numbers: Iterable[int]) -> dict[int, dict[str, Any] | None]:
        """None for an entry that can't be read any more."""
        query = select(Entry).where(Entry.id.in_(sorted(numbers))).options(selectinload(Entry.attachments))
        try:
            found: dict[int, dict[str, Any] | None] = {one.id: written(one) for one in self._session.scalars(query)}
        except (*UNREADABLE, SQLAlchemyError):
            found = {number: self._alone(number) for number in numbers}
        self._session.expunge_all()
        return found

    def _alone(self, number: int) -> dict[str, Any] | None:
        try:
            entry = self._session.get(Entry, number)
            return written(entry) if entry else None
        except (*UNREADABLE, SQLAlchemyError):
            return None

    def _note(self, number: int) -> None:
        self._tally.entries += 1
        if 0 <= number // 8 < len(self._known):
            self._known[number // 8] |= 1 << number % 8


def compared(event: Stored, number: int, words: Mapping[str, Any] | None, name: str, digest: str) -> Iterator[Break]:
    """Whether an entry still says what this event says of it."""
    said = event.said
    if words is None:
        wrong = f"entry {number}, written with event {said.sequence}, is missing or can't be read"
    elif _digest(event.salts, words, name) != digest:
        wrong = f"entry {number} was changed after event {said.sequence} wrote it"
    else:
        return
    yield Break(said.record_kind, said.record_id, said.sequence, wrong)


def _proved(event: Stored) -> list[tuple[int, str, str]]:
    try:
        return list(proved_entries(event.said.data))
    except UNREADABLE:
        return []  # such an event was changed, which its own hash tells


def _digest(salts: Salts, words: Mapping[str, Any], name: str) -> str:
    try:
        return words_digest(salts, words, name)
    except UNREADABLE:
        return ""
