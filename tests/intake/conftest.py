"""The desk of `tests.intake.desk`, on the embedded database and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

from helpdesk.base import Base
from helpdesk.db import prepare
from helpdesk.house import House
from helpdesk.incidents.incident import Incident
from tests.intake.desk import arrive, furnish, letter, make_house


@pytest.fixture(params=["sqlite", "postgresql"])
def sessions(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sessionmaker[Session]]:
    is_sqlite = request.param == "sqlite"
    url = f"sqlite:///{tmp_path / 'desk.db'}" if is_sqlite else request.getfixturevalue("postgres").create_database()
    engine = create_engine(url)
    prepare(engine)
    Base.metadata.create_all(engine)
    yield sessionmaker(engine)
    engine.dispose()


@pytest.fixture
def session(sessions: sessionmaker[Session]) -> Iterator[Session]:
    with sessions() as opened:
        furnish(opened)
        yield opened


@pytest.fixture
def house(tmp_path: Path) -> House:
    return make_house(tmp_path / "house")


@pytest.fixture
def first(session: Session, house: House) -> Incident:
    """Ada's mail about the network, filed."""
    return session.get_one(Incident, arrive(session, house, letter()).incident_id)
