"""Which events are new, asked of either database: none is skipped, not even one that commits late, none told twice."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.orm import Session

from helpdesk.base import Base
from helpdesk.journal import Actor, EventKind, record
from helpdesk.web.new_events import PostgresEvents, new_events
from tests.peers.postgres import Postgres
from tests.world import START

KIM = Actor("agent", "Kim Novak", 1)


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "sqlite":
        address = f"sqlite:///{tmp_path / 'events.db'}"
    else:
        server: Postgres = request.getfixturevalue("postgres")
        address = server.create_database()
    made = create_engine(address)
    Base.metadata.create_all(made)
    yield made
    made.dispose()


@pytest.fixture
def watching(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection:
        yield connection.execution_options(isolation_level="AUTOCOMMIT")


def note(session: Session, number: int) -> None:
    record(session, "incident", number, EventKind.NOTED, by=KIM, at=START)


def test_each_is_told_once(engine: Engine, watching: Connection) -> None:
    with Session(engine) as session:
        note(session, 1)
        session.commit()
        events = new_events(watching)
        assert events.news() == []
        note(session, 2)
        session.commit()
        note(session, 3)
        session.commit()
        assert events.news() == [("incident", 2), ("incident", 3)]
        assert events.news() == []


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)  # on SQLite writers take turns
def test_one_that_commits_late_is_not_skipped(engine: Engine, watching: Connection) -> None:
    events = new_events(watching)
    assert isinstance(events, PostgresEvents)
    with Session(engine) as slow, Session(engine) as quick:
        note(slow, 1)
        slow.flush()  # has its number now
        for number in range(2, 6):
            note(quick, number)
            quick.commit()
            assert events.news() == [("incident", number)]
        slow.commit()
        assert events.news() == [("incident", 1)]
        note(quick, 6)
        quick.commit()
        assert events.news() == [("incident", 6)]
        note(quick, 7)
        quick.commit()
        assert events.news() == [("incident", 7)]
        # What is settled is forgotten, so asking stays cheap.
        assert len(events._seen) <= 2
