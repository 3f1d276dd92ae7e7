"""A disk that is full, a database that is locked or away, while mail comes in: it waits, and is filed once."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from resource import RLIM_INFINITY, RLIMIT_FSIZE, prlimit

import psycopg
import pytest
from sqlalchemy import event, func, select

from helpdesk.incidents.thread import Entry
from helpdesk.mailboxes.mailbox import MailboxHealth
from intake.ledger import LedgerRow
from intake.source import ListenerState
from tests.faults.conftest import Fault
from tests.faults.rig import rig
from tests.faults.test_imap_faults import mail
from tests.peers.desk import Desk, desk_on
from tests.peers.dovecot import Dovecot
from tests.peers.postgres import Postgres
from tests.peers.waiting import wait_for

Note = Callable[[Fault], Fault]
FULL_BYTES = 100_000


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("intake.listener.BACK_OFF_FIRST_SECONDS", 0.05)
    monkeypatch.setattr("intake.listener.BACK_OFF_MAX_SECONDS", 0.1)


def listens(desk: Desk) -> bool:
    with desk.session() as session:
        state = session.scalar(select(MailboxHealth.state))
        session.rollback()
    return state == ListenerState.IDLE.value


def test_the_disk_is_full(tmp_path: Path, dovecot: Dovecot, fault: Note) -> None:
    """No file of the mail process can grow beyond a size, as when a quota is reached; then there is room again."""
    mails = [mail(lines=20_000) for _ in range(4)]
    with desk_on(tmp_path) as desk:
        desk.connect(dovecot)
        process = desk.start("mail")
        wait_for(lambda: listens(desk), 60, "the listener")
        prlimit(process.pid, RLIMIT_FSIZE, (FULL_BYTES, RLIM_INFINITY))
        dovecot.deliver(*mails)
        wait_for(lambda: "File too large" in desk.log() or "disk" in desk.log(), 60, "the full disk to be noticed")
        with desk.session() as session:
            assert session.scalar(select(func.count()).where(LedgerRow.sha256.is_not(None))) == 0
            session.rollback()
        assert process.poll() is None, desk.log()
        assert len(dovecot.messages()) == len(mails)
        prlimit(process.pid, RLIMIT_FSIZE, (RLIM_INFINITY, RLIM_INFINITY))
        wait_for(lambda: len(dovecot.messages("Helpdesk")) == len(mails), 90, "the mails to be filed")
        with desk.session() as session:
            entries = list(session.scalars(select(Entry.message_id)))
            session.rollback()
    missing = len(mails) - len(set(entries))
    fault(
        Fault(
            "disk full while mail is stored", len(mails), len(set(entries)), len(entries) - len(set(entries)), missing
        )
    )


def test_the_database_is_locked(tmp_path: Path, dovecot: Dovecot, fault: Note) -> None:
    """Somebody, such as a backup that hangs, holds the one write lock of SQLite for longer than anybody waits."""
    with rig(tmp_path, dovecot, is_impatient=True) as desk:
        mails = [mail() for _ in range(4)]
        dovecot.deliver(mails[0])
        desk.start()
        desk.wait_for_mails(1)
        refused: list[object] = []
        event.listen(desk.engine, "handle_error", refused.append)
        with sqlite3.connect(tmp_path / "desk.db", isolation_level=None) as holder:
            holder.execute("BEGIN IMMEDIATE")
            dovecot.deliver(*mails[1:])
            wait_for(lambda: len(refused) > 2, 30, "the lock to be met")
            assert desk.found()[0] == 1
            holder.execute("ROLLBACK")
        holder.close()
        desk.wait_for_mails(len(mails))
        fault(desk.fault("database locked while mail comes in", mails))


def test_the_database_goes_away(tmp_path: Path, dovecot: Dovecot, postgres: Postgres, fault: Note) -> None:
    """PostgreSQL ends every connection of ours again and again, as at a restart or a failover."""
    url = postgres.create_database()
    name = url.rpartition("/")[2]
    with rig(tmp_path, dovecot, url) as desk:
        mails = [mail() for _ in range(8)]
        dovecot.deliver(*mails[:3])
        desk.start()
        with psycopg.connect(url.replace("+psycopg", "").replace(name, "postgres"), autocommit=True) as administrator:
            for number, one in enumerate(mails[3:]):
                dovecot.deliver(one)
                rows = number + 1
                wait_for(lambda rows=rows: _rows(url) >= rows, 30, "mail to come in")  # type: ignore[misc]
                administrator.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
                )
        desk.wait_for_mails(len(mails))
        fault(desk.fault("database ends its connections, 5 times", mails))
    postgres.drop_database(url)


def _rows(url: str) -> int:
    with psycopg.connect(url.replace("+psycopg", "")) as looking:
        found = looking.execute("SELECT count(*) FROM ledger").fetchone()
    return int(found[0]) if found else 0
