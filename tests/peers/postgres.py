"""A private PostgreSQL cluster without durability, for databases that live as long as the tests."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from pwd import getpwnam

import psycopg

from tests.peers.processes import Server, folder, free_port
from tests.peers.required import require
from tests.peers.waiting import wait_for

SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "listen_addresses": "127.0.0.1",
}


class Postgres:
    """Use `postgres_server()`."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._numbers = count(1)

    def create_database(self) -> str:
        """A fresh, empty UTF-8 database; its SQLAlchemy URL."""
        name = f"helpdesk_{next(self._numbers)}"
        with self._connect() as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{name}"

    def drop_database(self, url: str) -> None:
        """Ends the connections to it and drops it, to save room in a long run."""
        with self._connect() as connection:
            connection.execute(f"DROP DATABASE {url.rpartition('/')[2]} WITH (FORCE)")

    def answers(self) -> bool:
        with suppress(psycopg.OperationalError), self._connect() as connection:
            return connection.execute("SELECT 1").fetchone() == (1,)
        return False

    def _connect(self) -> psycopg.Connection:
        where = {"host": "127.0.0.1", "port": self.port, "user": "postgres", "dbname": "postgres"}
        return psycopg.connect(**where, autocommit=True, connect_timeout=5)


@contextmanager
def postgres_server() -> Iterator[Postgres]:
    initdb, postgres = require("initdb"), require("postgres")
    user = "postgres" if os.geteuid() == 0 else None  # it refuses to run as root
    with folder("postgres") as where:
        if user:
            os.chown(where, getpwnam(user).pw_uid, getpwnam(user).pw_gid)
        data = where / "data"
        _initialise(initdb, data, user)
        server = Postgres(free_port())
        options = [f"-c{name}={value}" for name, value in SETTINGS.items()]
        command = [postgres, "-D", str(data), "-p", str(server.port), "-k", str(where), *options]
        process = Server(command, where / "postgres.log", user)
        try:
            process.wait_until_accepting(server.port)
            wait_for(server.answers, what="PostgreSQL")
            yield server
        finally:
            process.stop(signal.SIGQUIT)  # immediate: nothing is to be kept


def _initialise(initdb: str, data: Path, user: str | None) -> None:
    command = [initdb, "-D", str(data), "-U", "postgres", "--auth=trust", "--encoding=UTF8"]
    command += ["--locale=C.UTF-8", "--no-sync", "--no-instructions"]
    subprocess.run(command, check=True, capture_output=True, user=user, group=user, extra_groups=[] if user else None)
