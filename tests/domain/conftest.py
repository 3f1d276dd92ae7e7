"""A session on an empty embedded database, without an app: the domain needs none."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

import intake.ledger  # noqa: F401
from helpdesk.base import Base
from helpdesk.clock import SetClock
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.opening import open_incident
from helpdesk.incidents.thread import Words
from helpdesk.journal import Actor
from helpdesk.people.agent import Agent, Team
from helpdesk.people.permissions import Role
from helpdesk.people.requester import known_requester

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> SetClock:
    return SetClock(START)


@pytest.fixture(scope="session")
def tables() -> bytes:
    """An empty database with every table, as SQLite writes it down: made once, since that takes longer than a test."""
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with engine.connect() as connection:
        made: bytes = connection.connection.driver_connection.serialize()
    engine.dispose()
    return made


@pytest.fixture
def session(tables: bytes) -> Iterator[Session]:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        connection.connection.driver_connection.deserialize(tables)
    with sessionmaker(engine)() as opened:
        yield opened
    engine.dispose()


@pytest.fixture
def kim(session: Session) -> Agent:
    agent = Agent(name="Kim", email="kim@example.org", role=Role.AGENT.value, active=True, created_at=START)
    session.add(agent)
    session.flush()
    return agent


@pytest.fixture
def team(session: Session, kim: Agent) -> Team:
    team = Team(name="Network", private=False, members=[kim])
    session.add(team)
    session.flush()
    return team


@pytest.fixture
def incident(session: Session, clock: SetClock) -> Incident:
    requester = known_requester(session, "ada@example.org", "Ada", at=clock.now())
    made, _ = open_incident(
        session, requester, "No network", Words("It is down."), source="mail", by=requester.actor(), at=clock.now()
    )
    return made


@pytest.fixture
def ada(incident: Incident) -> Actor:
    return incident.requester.actor()


SYSTEM = Actor(kind="system", name="Helpdesk")
