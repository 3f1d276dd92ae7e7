"""Programs that call the API: with a token, through the test client, and every answer held against the document."""

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from helpdesk import db
from helpdesk.app import create_app
from helpdesk.attachments.store import MemoryStore
from helpdesk.base import Base
from helpdesk.clock import SetClock
from helpdesk.house import House
from helpdesk.letters.transport import MemoryTransport
from helpdesk.people.agent import Agent
from helpdesk.people.token import make_token
from helpdesk.settings import Settings
from search.memory_index import MemoryIndex
from tests.api.calls import Api
from tests.world import START, World, build_world, find_world

NOW = START + timedelta(hours=1)


def make_app(folder: Path, **more: Any) -> Flask:
    return create_app(
        Settings(data_folder=folder, secret_key="only for tests, and long enough to sign with", **more),
        clock=SetClock(NOW),
        store=MemoryStore(),
        transport=MemoryTransport(),
        index=MemoryIndex(),
        wake_worker=lambda: None,
    )


def furnish(app: Flask) -> None:
    with app.app_context():
        Base.metadata.create_all(db.db.engine)
        build_world(db.session())
        db.commit()
        db.db.engine.dispose()


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("furnished")
    furnish(make_app(folder))
    return folder / "helpdesk.db"


@pytest.fixture
def app(furnished: Path, tmp_path: Path) -> Iterator[Flask]:
    shutil.copy(furnished, tmp_path / "helpdesk.db")
    made = make_app(tmp_path)
    yield made
    with made.app_context():
        db.db.engine.dispose()


@pytest.fixture
def house(app: Flask) -> House:
    found: House = app.extensions["house"]
    return found


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    """The world in a session of its own. Commit what you build before a program asks for it."""
    with app.app_context():
        session = db.session()
        # Otherwise a look at what was committed would begin a transaction, and that takes the write lock.
        session.expire_on_commit = False
        yield find_world(session, at=START + timedelta(minutes=30))


@pytest.fixture
def secret_of(world: World) -> Callable[[Agent], str]:
    """A new token of this agent."""

    def make(agent: Agent) -> str:
        _, secret = make_token(world.session, agent, "script", at=START)
        world.session.commit()
        return secret

    return make


@pytest.fixture
def api(app: Flask, world: World, secret_of: Callable[[Agent], str]) -> Api:
    """A program that acts as Kim."""
    return Api(app, secret_of(world.kim))


@pytest.fixture
def petra(app: Flask, world: World, secret_of: Callable[[Agent], str]) -> Api:
    """A program that acts as Petra, who alone sees the incidents of the private team."""
    return Api(app, secret_of(world.petra))


@pytest.fixture
def number(world: World) -> int:
    """An incident that Mia reported."""
    incident = world.report()
    world.session.commit()
    return incident.id
