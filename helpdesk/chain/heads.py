"""The newest event of every chain, in a table of its own and written in the event's transaction: an event cut off the
end of a chain is missed at once, and whoever writes the next one need not look for the last."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, String, Table, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from helpdesk.base import Base, Id

# A row for each record, found by its key alone: no number of its own, and on SQLite no second tree beside the index.
chain_heads = Table(
    "chain_heads",
    Base.metadata,
    Column("record_kind", String, primary_key=True),
    Column("record_id", Id, primary_key=True, autoincrement=False),
    Column("sequence", Id, nullable=False),
    Column("hash", String, nullable=False),
    sqlite_with_rowid=False,
)


class Head(NamedTuple):
    sequence: int
    hash: str


_ASKED = select(chain_heads.c.sequence, chain_heads.c.hash).where(
    chain_heads.c.record_kind == bindparam("kind"), chain_heads.c.record_id == bindparam("number")
)


def head_of(session: Session, record_kind: str, record_id: int) -> Head | None:
    """As it is in the database; events that are not committed yet are not in it."""
    with session.no_autoflush:
        row = session.connection().execute(_ASKED, {"kind": record_kind, "number": record_id}).first()
    return Head(*row) if row else None


def keep_heads(connection: Connection, heads: Iterable[dict[str, Any]]) -> None:
    """Each of these rows as the newest of its chain."""
    rows = list(heads)
    if rows:
        connection.execute(_UPSERTS[connection.dialect.name], rows)


def _upsert(insert: Any) -> Any:
    made = insert(chain_heads)
    new = {"sequence": made.excluded.sequence, "hash": made.excluded.hash}
    return made.on_conflict_do_update(index_elements=["record_kind", "record_id"], set_=new)


_UPSERTS = {"sqlite": _upsert(sqlite.insert), "postgresql": _upsert(postgresql.insert)}
