"""The peers as pytest fixtures. Each worker of pytest-xdist starts its own, when the first test asks."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.peers.chromium import launch_options
from tests.peers.dovecot import Dovecot, dovecot_server
from tests.peers.postgres import Postgres, postgres_server
from tests.peers.redis import redis_server
from tests.peers.smtp_sink import SmtpSink, smtp_sink


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL of this run; `postgres.create_database()` gives the URL of an empty database."""
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    with redis_server() as url:
        yield url


@pytest.fixture
def dovecot() -> Iterator[Dovecot]:
    """An empty Dovecot; it starts in well under a second, so each test has its own."""
    with dovecot_server() as server:
        yield server


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    """A mail server that keeps what it is sent."""
    with smtp_sink() as server:
        yield server


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """How pytest-playwright starts the browser."""
    return launch_options()
