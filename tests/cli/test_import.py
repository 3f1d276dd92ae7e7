"""`helpdesk mail import`, as somebody at a terminal meets it; and a kill in the middle of it."""

import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select

from helpdesk.cli.desk import session_of
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.thread import Entry
from intake.importing.job import ImportJob
from intake.ledger import LedgerRow, LedgerState
from tests.intake.old_mail import mbox, old
from tests.peers.desk import CHECKOUT, Desk
from tests.peers.waiting import wait_for

MAILS = 60


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    path = tmp_path / "inbox"
    path.write_bytes(mbox(*(old(n, to="support@northwind.example") for n in reversed(range(MAILS)))))
    return path


def start(desk: Desk, *arguments: str | Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "helpdesk", "mail", "import", *map(str, arguments)],
        cwd=desk.folder,
        env=desk.environment() | {"PYTHONPATH": str(CHECKOUT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def run(desk: Desk, *arguments: str | Path) -> tuple[int, str]:
    process = start(desk, *arguments)
    said, complained = process.communicate(timeout=120)
    return process.returncode, said + complained


def wait_until(desk: Desk, process: "subprocess.Popen[str]", entries: int) -> None:
    wait_for(lambda: numbers(desk)["entries"] >= entries or process.poll() is not None, 60)
    assert process.poll() is None, process.communicate()


def numbers(desk: Desk) -> dict[str, int]:
    with session_of(desk.app) as session:
        counted = {
            "rows": select(func.count()).select_from(LedgerRow),
            "unfiled": select(func.count()).where(LedgerRow.state == LedgerState.FETCHED.value),
            "incidents": select(func.count()).select_from(Incident),
            "entries": select(func.count()).select_from(Entry),
            "jobs": select(func.count()).select_from(ImportJob),
        }
        found = {name: session.scalar(query) or 0 for name, query in counted.items()}
        session.rollback()
        return found


def test_dry_run_then_import_then_again(desk: Desk, inbox: Path) -> None:
    status, said = run(desk, inbox, "--dry-run")
    assert status == 0, said
    assert f"{MAILS} mails, written 2019-05-06 to 2019-07-04." in said
    assert "0 of them are here already. Nothing was stored" in said
    assert numbers(desk)["rows"] == 0
    status, said = run(desk, inbox)
    assert status == 0, said
    assert f"{MAILS}  new incidents" in said
    assert run(desk, inbox)[1].count(f"{MAILS}  here already") == 1
    found = numbers(desk)
    assert (found["rows"], found["incidents"], found["unfiled"]) == (MAILS, MAILS, 0)
    with session_of(desk.app) as session:
        assert Counter(session.scalars(select(Incident.state))) == {"closed": MAILS}


def test_killed_in_the_middle_the_same_command_goes_on(desk: Desk, inbox: Path) -> None:
    for moment in (5, 20, 45):
        process = start(desk, inbox)
        wait_until(desk, process, moment)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate(timeout=10)
    status, said = run(desk, inbox)
    assert status == 0, said
    assert f"{MAILS}  new incidents" in said
    assert numbers(desk) == {"rows": MAILS, "unfiled": 0, "incidents": MAILS, "entries": MAILS, "jobs": 1}
    print(f"\nimport killed 3 times: {MAILS} mails, filed {MAILS}, twice 0, lost 0")


def test_what_cannot_be(desk: Desk, inbox: Path, tmp_path: Path) -> None:
    status, said = run(desk, tmp_path / "nowhere")
    assert status == 2
    assert "does not exist" in said
    status, said = run(desk, inbox, "--mailbox", "nobody@example.org")
    assert status == 1
    assert "There is no mailbox nobody@example.org. There are: " in said
    odd = tmp_path / "old.pst"
    odd.write_bytes(b"!BDN" + bytes(50))
    status, said = run(desk, odd)
    assert status == 1
    assert "readpst" in said
    assert "Traceback" not in said
