"""Proves the journal from the rows alone: every chain, its newest event, the seals, and what was erased.

Asked by `helpdesk audit verify` and, without the words of the threads, by `helpdesk doctor`. Reads events one after
the other, however many there are, and takes nothing for granted: a row that can't be read is a break, not a failure."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Text, and_, cast, exists, select, type_coerce
from sqlalchemy.orm import Session

from helpdesk.chain.event_hash import ACTOR, ACTOR_NAME, NO_HASH, Said, erased_name, event_hash
from helpdesk.chain.heads import Head, chain_heads
from helpdesk.chain.leaves import erased_count
from helpdesk.chain.salts import Salts
from helpdesk.journal import Event, EventKind, write_heads
from helpdesk.seals import Seal, day_digest

BATCH = 500
UNREADABLE = (ValueError, TypeError, KeyError, AttributeError)


@dataclass(frozen=True, slots=True)
class Break:
    """What does not hold. `sequence` 0: it is about the record, or the journal, as a whole."""

    record_kind: str
    record_id: int
    sequence: int
    words: str

    def __str__(self) -> str:
        record = f"{self.record_kind} {self.record_id}".strip() if self.record_id else self.record_kind
        return f"{record}: {self.words}"


class Stored(NamedTuple):
    """One event as it lies in the database, or in a sealed export."""

    said: Said
    salts: Salts
    hash: str


@dataclass(slots=True)
class Tally:
    """What was looked at, for the report."""

    chains: int = 0
    events: int = 0
    entries: int = 0
    seals: int = 0
    erased: int = 0
    newest_seal: str = ""
    newest_sealed_day: str = ""
    # How many leaves the events of erasing say that they took.
    accounted: int = 0


WordsCheck = Callable[[list[Stored]], Iterable[Break]]


def breaks(session: Session) -> Iterator[Break]:
    """What does not hold: a changed, inserted or missing event, a changed seal. Nothing yielded: all is well.
    What this session wrote and has not committed yet counts too."""
    session.flush()
    write_heads(session)
    return prove(session, Tally())


def prove(session: Session, tally: Tally, words: WordsCheck | None = None) -> Iterator[Break]:
    """Everything there is to prove, in the order of records and sequence. `words` proves what the events of a batch
    say of the thread; without it that is left out."""
    batch: list[Stored] = []
    chain = Chain()
    for row in session.execute(_EVENTS, execution_options={"yield_per": BATCH}):
        tally.events += 1
        head = Head(row.head_sequence, row.head_hash) if row.head_hash is not None else None
        try:
            stored = _stored(row)
        except UNREADABLE:
            yield from chain.unreadable(row, head)
            continue
        yield from chain.follow(stored, head)
        count_erased(stored, tally)
        batch.append(stored)
        if words is not None and len(batch) == BATCH:
            yield from words(batch)
            batch = []
        elif words is None:
            batch.clear()
    yield from chain.end()
    tally.chains = chain.count
    if words is not None:
        yield from words(batch)
    yield from _cut_off(session)
    yield from _erased(tally)
    yield from _seals(session, tally)


class Chain:
    """Follows the chains of events that come in order. `follow` is given each event and the head that its record has
    in the table of heads; None there means that it has none."""

    def __init__(self) -> None:
        self.count = 0
        self._record: tuple[str, int] | None = None
        self._last: Head | None = None
        self._head: Head | None = None

    def follow(self, stored: Stored, head: Head | None) -> Iterator[Break]:
        said = stored.said
        yield from self._turn_to(said.record_kind, said.record_id, head)
        expected = (self._last.sequence + 1, self._last.hash) if self._last else (1, NO_HASH)
        if said.sequence != expected[0]:
            yield _break(said, f"an event is missing before number {said.sequence}")
        elif said.previous_hash != expected[1]:
            yield _break(said, f"event {said.sequence} does not follow the one before it: that was changed, or put in")
        yield from changed(stored)
        self._last = Head(said.sequence, stored.hash)

    def unreadable(self, row: Any, head: Head | None) -> Iterator[Break]:
        yield from self._turn_to(row.record_kind, row.record_id, head)
        yield Break(row.record_kind, row.record_id, row.sequence, f"event {row.sequence} can't be read: it was changed")
        self._last = Head(row.sequence, row.hash)

    def end(self) -> Iterator[Break]:
        """After the last event: the newest of the chain is the one that is kept as its head."""
        if self._record is None or self._last is None:
            return
        kind, number = self._record
        if self._head is None:
            yield Break(kind, number, self._last.sequence, "nothing says which event of this chain is the newest")
        elif self._head.sequence > self._last.sequence:
            said = f"the newest event is missing: there were {self._head.sequence}, there are {self._last.sequence}"
            yield Break(kind, number, self._last.sequence + 1, said)
        elif self._head != self._last:
            at = self._last.sequence
            yield Break(kind, number, at, f"event {at} is not the newest event that the desk wrote: it was put in")

    def _turn_to(self, kind: str, number: int, head: Head | None) -> Iterator[Break]:
        if self._record == (kind, number):
            return
        yield from self.end()
        self.count += 1
        self._record, self._last, self._head = (kind, number), None, head


def changed(stored: Stored) -> Iterator[Break]:
    """Whether an event still is what was hashed."""
    said = stored.said
    try:
        holds = event_hash(said, stored.salts) == stored.hash
    except UNREADABLE:
        holds = False
    if stored.salts.is_erased(ACTOR + ACTOR_NAME) and said.actor_name != erased_name(said.actor_kind, said.actor_id):
        holds = False
    if not holds:
        yield _break(said, f"event {said.sequence} was changed after it was written")


def count_erased(stored: Stored, tally: Tally) -> None:
    tally.erased += erased_count(stored.said.data) + stored.salts.erased_count
    if stored.said.kind == EventKind.PERSON_ERASED.value:
        tally.accounted += int(stored.said.data.get("leaves", 0))


def _erased(tally: Tally) -> Iterator[Break]:
    if tally.erased != tally.accounted:
        said = f"{tally.erased} words are marked as erased, but the desk erased {tally.accounted}"
        yield Break("journal", 0, 0, said)


def _cut_off(session: Session) -> Iterator[Break]:
    """Chains of which not one event is left."""
    has_event = exists().where(
        Event.record_kind == chain_heads.c.record_kind, Event.record_id == chain_heads.c.record_id
    )
    for row in session.execute(select(chain_heads).where(~has_event).execution_options(yield_per=BATCH)):
        yield Break(row.record_kind, row.record_id, 1, f"all {row.sequence} events are missing")


def _seals(session: Session, tally: Tally) -> Iterator[Break]:
    before = NO_HASH
    for made in session.scalars(select(Seal).order_by(Seal.day)).all():
        count, digest = day_digest(session, made.day, before)
        if (made.previous_hash, made.events, made.hash) != (before, count, digest):
            yield Break("journal", 0, 0, f"the seal of {made.day} does not match its events")
        before = made.hash
        tally.seals += 1
        tally.newest_seal, tally.newest_sealed_day = made.hash, str(made.day)


_EVENTS = (
    select(
        Event.record_kind,
        Event.record_id,
        Event.sequence,
        Event.kind,
        # As text, since a byte that was changed may make it unreadable.
        type_coerce(Event.at, Text).label("at"),
        type_coerce(Event.recorded_at, Text).label("recorded_at"),
        Event.actor_kind,
        Event.actor_id,
        Event.actor_name,
        cast(Event.data, Text).label("data"),
        Event.salt,
        Event.previous_hash,
        Event.hash,
        chain_heads.c.sequence.label("head_sequence"),
        chain_heads.c.hash.label("head_hash"),
    )
    .outerjoin(
        chain_heads,
        and_(chain_heads.c.record_kind == Event.record_kind, chain_heads.c.record_id == Event.record_id),
    )
    .order_by(Event.record_kind, Event.record_id, Event.sequence)
)


def _stored(row: Any) -> Stored:
    data = json.loads(row.data)
    if not isinstance(data, dict):
        raise TypeError("the data of an event is an object")
    said = Said(
        row.record_kind, row.record_id, row.sequence, row.kind, _moment(row.at), _moment(row.recorded_at),
        row.actor_kind, row.actor_id, row.actor_name, data, row.previous_hash,
    )  # fmt: skip
    return Stored(said, Salts.read(row.salt), row.hash)


def _moment(value: str | datetime) -> datetime:
    # SQLite keeps text without a zone, which is UTC; PostgreSQL gives a moment in the zone of the connection.
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _break(said: Said, words: str) -> Break:
    return Break(said.record_kind, said.record_id, said.sequence, words)
