"""Hashes the events of a desk of before anew, when its database is brought up to date: then the words themselves were
hashed, now their digests are (see `helpdesk.chain`). Called by the migration to 0003 and by nobody else.

An event whose old hash did not hold keeps it, so what was broken stays visible. Seals that held are made anew."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from helpdesk.base import Json, UtcDateTime
from helpdesk.chain.event_hash import NO_HASH, Said, event_hash
from helpdesk.chain.heads import keep_heads
from helpdesk.chain.salts import Salts
from helpdesk.chain.words import WRITTEN, WRITTEN_NAME, words_digest
from helpdesk.incidents.written import written
from helpdesk.seals import day_digest

BATCH = 500
WROTE = frozenset({"opened", "received", "replied", "noted", "consulted", "advised"})

# As the tables were then: the classes of today may have more columns.
events = sa.table(
    "events",
    *(sa.column(name, sa.String()) for name in ("record_kind", "kind", "actor_kind", "actor_name", "salt")),
    *(sa.column(name, sa.String()) for name in ("previous_hash", "hash")),
    *(sa.column(name, sa.BigInteger()) for name in ("id", "record_id", "sequence", "actor_id")),
    *(sa.column(name, UtcDateTime()) for name in ("at", "recorded_at")),
    sa.column("data", Json),
)
entries = sa.table(
    "entries",
    *(sa.column(name, sa.String()) for name in ("kind", "author_kind", "author_name", "text", "html", "quoted")),
    *(sa.column(name, sa.String()) for name in ("message_id", "automatic", "sender", "trust")),
    *(sa.column(name, sa.BigInteger()) for name in ("id", "author_id")),
    *(sa.column(name, Json) for name in ("cc", "to", "features")),
    sa.column("at", UtcDateTime()),
)
attachments = sa.table(
    "attachments",
    *(sa.column(name, sa.String()) for name in ("filename", "content_type", "sha256", "content_id")),
    *(sa.column(name, sa.BigInteger()) for name in ("id", "entry_id", "size_bytes")),
    sa.column("inline", sa.Boolean()),
)
seals = sa.table(
    "seals",
    sa.column("id", sa.BigInteger()),
    sa.column("day", sa.Date()),
    sa.column("events", sa.Integer()),
    *(sa.column(name, sa.String()) for name in ("previous_hash", "hash")),
)


def chain_anew(connection: sa.Connection) -> None:
    """Every event, batch by batch, then the seals; the migration commits."""
    held = _seals_that_hold(connection)
    before = _Before()
    for batch in _batches(connection):
        words = _words(connection, batch)
        changed = [_anew(row, before, words) for row in batch]
        connection.execute(_UPDATE, changed)
        pairs = zip(batch, changed, strict=True)
        heads = {(row.record_kind, row.record_id): (row.sequence, new["new_hash"]) for row, new in pairs}
        keep_heads(
            connection,
            [
                {"record_kind": kind, "record_id": number, "sequence": sequence, "hash": hashed}
                for (kind, number), (sequence, hashed) in heads.items()
            ],
        )
    _seal_anew(connection, held)


class _Before:
    """The event before in the same chain: its hash as it was and as it is now."""

    record: tuple[str, int] | None = None
    sequence = 0
    old = new = NO_HASH

    def turn_to(self, row: Any) -> None:
        if (row.record_kind, row.record_id) != self.record:
            self.record, self.sequence, self.old, self.new = (row.record_kind, row.record_id), 0, NO_HASH, NO_HASH


def _anew(row: Any, before: _Before, words: dict[int, dict[str, Any]]) -> dict[str, Any]:
    before.turn_to(row)
    follows = (row.sequence, row.previous_hash) == (before.sequence + 1, before.old)
    previous = before.new if follows else row.previous_hash
    data, salt, hashed = row.data, "", row.hash
    if _old_digest(row) == row.hash:
        salts = Salts.fresh()
        entry = words.get(row.id)
        data = dict(row.data) if entry is None else row.data | {WRITTEN: words_digest(salts, entry, WRITTEN_NAME)}
        said = Said(
            row.record_kind, row.record_id, row.sequence, row.kind, row.at, row.recorded_at,
            row.actor_kind, row.actor_id, row.actor_name, data, previous,
        )  # fmt: skip
        salt, hashed = str(salts), event_hash(said, salts)
    before.sequence, before.old, before.new = row.sequence, row.hash, hashed
    return {"number": row.id, "new_data": data, "new_salt": salt, "new_previous": previous, "new_hash": hashed}


def _old_digest(row: Any) -> str:
    said = [
        row.record_kind, row.record_id, row.sequence, row.kind, row.at.isoformat(),
        row.actor_kind, row.actor_id, row.actor_name, row.data, row.previous_hash,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def _batches(connection: sa.Connection) -> Iterator[list[Any]]:
    order = events.c.record_kind, events.c.record_id, events.c.sequence
    query = sa.select(events).order_by(*order).limit(BATCH)
    rows = list(connection.execute(query))
    while rows:
        yield rows
        last = rows[-1]
        here = sa.tuple_(*order) > sa.tuple_(last.record_kind, last.record_id, last.sequence)
        rows = list(connection.execute(query.where(here)))


def _words(connection: sa.Connection, batch: list[Any]) -> dict[int, dict[str, Any]]:
    """By the number of the event that wrote the entry."""
    wrote = {row.id: row.data["entry_id"] for row in batch if row.kind in WROTE and "entry_id" in row.data}
    numbers = [one for one in wrote.values() if isinstance(one, int)]
    files: dict[int, list[Any]] = defaultdict(list)
    for file in connection.execute(
        sa.select(attachments).where(attachments.c.entry_id.in_(numbers)).order_by(attachments.c.id)
    ):
        files[file.entry_id].append(file)
    rows = connection.execute(sa.select(entries).where(entries.c.id.in_(numbers)))
    found = {row.id: written(cast("Any", SimpleNamespace(**row._mapping, attachments=files[row.id]))) for row in rows}
    return {event_id: found[number] for event_id, number in wrote.items() if number in found}


def _seals_that_hold(connection: sa.Connection) -> set[int]:
    held, previous = set(), NO_HASH
    with Session(connection) as session:
        for row in connection.execute(sa.select(seals).order_by(seals.c.day)).all():
            count, digest = day_digest(session, row.day, previous)
            if (row.previous_hash, row.events, row.hash) == (previous, count, digest):
                held.add(row.id)
            previous = row.hash
    return held


def _seal_anew(connection: sa.Connection, held: set[int]) -> None:
    previous = NO_HASH
    with Session(connection) as session:
        for row in connection.execute(sa.select(seals).order_by(seals.c.day)).all():
            hashed = row.hash
            if row.id in held:
                _, hashed = day_digest(session, row.day, previous)
                kept = {"previous_hash": previous, "hash": hashed}
                connection.execute(sa.update(seals).where(seals.c.id == row.id).values(**kept))
            previous = hashed


_UPDATE = (
    sa.update(events)
    .where(events.c.id == sa.bindparam("number"))
    .values(
        data=sa.bindparam("new_data", type_=Json),
        salt=sa.bindparam("new_salt"),
        previous_hash=sa.bindparam("new_previous"),
        hash=sa.bindparam("new_hash"),
    )
)
