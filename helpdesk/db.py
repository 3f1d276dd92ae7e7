"""The database of the doors: the only import of Flask-SQLAlchemy. Everybody below receives a Session."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Engine, event
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from helpdesk.administered import Door, watch
from helpdesk.base import Base
from helpdesk.errands import enlist
from helpdesk.errors import Stale
from helpdesk.journal import Actor
from helpdesk.reactions import TABLE

BUSY_TIMEOUT_MILLISECONDS = 20_000

db = SQLAlchemy(model_class=Base, disable_autonaming=True)

# A page that only reads must not queue for SQLite's one write lock; all else takes it at the start, since a
# transaction that began by reading can't be promoted once somebody else has written.
_reading: ContextVar[bool] = ContextVar("reading", default=False)


@contextmanager
def only_reading() -> Iterator[None]:
    """Transactions begun in here take no write lock on SQLite."""
    token = _reading.set(True)
    try:
        yield
    finally:
        _reading.reset(token)


@contextmanager
def writing() -> Iterator[None]:
    """Transactions begun in here may write, also within a page that only reads."""
    token = _reading.set(False)
    try:
        yield
    finally:
        _reading.reset(token)


def begin_reading() -> None:
    """For the rest of this request: see `only_reading`."""
    _reading.set(True)


def begin_writing() -> None:
    """For the rest of this request: the default."""
    _reading.set(False)


def _prepare_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # transactions are begun by _begin, not by the driver
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    # FULL: what is committed outlives a power cut, for mail is moved on the server right after.
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MILLISECONDS}")
    cursor.execute("PRAGMA cache_size = -32000")
    cursor.execute("PRAGMA temp_store = MEMORY")
    cursor.close()


def _begin(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN" if _reading.get() else "BEGIN IMMEDIATE")


def prepare(engine: Engine) -> None:
    """Sets up connections of an engine; needed on SQLite only."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin)


def bind(app: Flask) -> None:
    """Ties the database to an app."""
    db.init_app(app)
    with app.app_context():
        prepare(db.engine)


def session() -> Session:
    """The session of this request or task."""
    return db.session()


def commit() -> None:
    """Commits. Raises Stale when somebody else changed the same record in between; nothing is saved then."""
    try:
        db.session.commit()
    except StaleDataError as error:
        db.session.rollback()
        raise Stale("Somebody else saved at the same moment. Look at what they changed, then try again.") from error
    except IntegrityError as error:
        db.session.rollback()
        if "events" in str(error.orig):
            raise Stale("Somebody else acted at the same moment. Look at what they did, then try again.") from error
        raise


def _wake() -> None:
    current_app.extensions["house"].wake_worker()


def _who() -> Actor | None:
    acting: Callable[[], Actor | None] | None = current_app.extensions.get("acting")
    return acting() if acting else None


def _now() -> datetime:
    now: datetime = current_app.extensions["house"].clock.now()
    return now


enlist(db.session, TABLE, _wake)
watch(db.session, Door(_who, _now))
