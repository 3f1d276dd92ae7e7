"""Which events were committed since one asked last, on either database. For `web.watcher` only.

Ids are commit order on SQLite and are not on PostgreSQL: nothing that commits late may be skipped."""

from typing import Protocol

from sqlalchemy import Connection, func, select, text

from helpdesk.journal import Event

SQLITE_EVERY_SECONDS = 0.25
POSTGRES_EVERY_SECONDS = 0.5
LOOK_BACK = 10_000


class NewEvents(Protocol):
    """Asked every `every_seconds`; remembers what it told already."""

    every_seconds: float

    def news(self) -> list[tuple[str, int]]:
        """(record kind, record number) of each new event."""


_events = select(Event.id, Event.record_kind, Event.record_id).order_by(Event.id)


class SqliteEvents:
    """Writers take turns, so numbers are in the order of commits. The data version tells that there was one."""

    every_seconds = SQLITE_EVERY_SECONDS

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._version = self._data_version()
        self._last = connection.scalar(select(func.coalesce(func.max(Event.id), 0))) or 0

    def _data_version(self) -> int:
        version: int = self._connection.exec_driver_sql("PRAGMA data_version").scalar_one()
        return version

    def news(self) -> list[tuple[str, int]]:
        version = self._data_version()
        if version == self._version:
            return []
        rows = self._connection.execute(_events.where(Event.id > self._last)).all()
        self._version, self._last = version, max([self._last, *(row.id for row in rows)])
        return [(row.record_kind, row.record_id) for row in rows]


class PostgresEvents:
    """Numbers are not in the order of commits there: one that was drawn early may be committed late. So the floor
    below which nothing is looked at rises only once every transaction that was running when its number was seen
    has ended; what lies above is told apart by the numbers seen already."""

    every_seconds = POSTGRES_EVERY_SECONDS

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        _, ends_before = self._horizon()
        newest = connection.scalar(select(func.coalesce(func.max(Event.id), 0))) or 0
        self._floor, self._seen = 0, set[int]()
        self._marks = [(ends_before, newest)]
        # What was committed before we came is no news; look back far enough to know what was still on its way.
        self._floor = max(0, newest - LOOK_BACK)
        self._seen = {row.id for row in connection.execute(_events.where(Event.id > self._floor))}

    def _horizon(self) -> tuple[int, int]:
        """(the oldest transaction still running, the first one not begun yet)."""
        query = text(
            "SELECT pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint"
            " FROM (SELECT pg_current_snapshot() AS s) AS now"
        )
        oldest, next_one = self._connection.execute(query).one()
        return oldest, next_one

    def news(self) -> list[tuple[str, int]]:
        oldest, next_one = self._horizon()
        rows = self._connection.execute(_events.where(Event.id > self._floor)).all()
        fresh = [row for row in rows if row.id not in self._seen]
        self._seen.update(row.id for row in fresh)
        if fresh:
            self._marks.append((next_one, rows[-1].id))
        self._raise_floor(oldest)
        return [(row.record_kind, row.record_id) for row in fresh]

    def _raise_floor(self, oldest: int) -> None:
        # A number is drawn a moment before its transaction gets its own; one mark is kept back for that moment.
        while len(self._marks) > 1 and self._marks[0][0] <= oldest:
            self._floor = max(self._floor, self._marks.pop(0)[1])
            self._seen = {number for number in self._seen if number > self._floor}


def new_events(connection: Connection) -> NewEvents:
    """For this connection, which must commit by itself and be used by nobody else."""
    return SqliteEvents(connection) if connection.dialect.name == "sqlite" else PostgresEvents(connection)
