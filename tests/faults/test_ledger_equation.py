"""The ledger equation: as many rows as mails, each dealt with, and a kill at any moment changes nothing of it.

All real mails of `shared/mail` go into a real Dovecot and are fetched by a real mail process; then once more with
that process killed by SIGKILL at random moments and started again."""

import os
import signal
from collections import Counter
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import func, select

from helpdesk.incidents.incident import Incident
from helpdesk.incidents.thread import Entry
from intake.ledger import LedgerRow, LedgerState
from tests.peers.desk import Desk, desk_on
from tests.peers.dovecot import Dovecot, dovecot_server
from tests.peers.waiting import wait_for

KILLS = 24
TIMEOUT_SECONDS = 240.0

Story = Counter[tuple[str, str, str, str | None, int]]


@pytest.fixture
def mails(shared_dir: Path) -> list[bytes]:
    found = sorted((shared_dir / "mail").rglob("*.eml"))
    assert len(found) > 700
    # No IMAP server takes a mail without a single byte.
    return [path.read_bytes() or b"\r\n" for path in found]


def progress(desk: Desk) -> int:
    """Grows by three for each mail: stored, looked at, settled on the server."""
    with desk.session() as session:
        stored, looked_at, settled = session.execute(
            select(
                func.count(),
                func.count().filter(LedgerRow.state != LedgerState.FETCHED.value),
                func.count().filter(LedgerRow.settlement.is_not(None)),
            ).select_from(LedgerRow)
        ).one()
        session.rollback()
    return int(stored + looked_at + settled)


def story(desk: Desk) -> Story:
    """What became of the mails: their bytes, their state and rule, how many entries came of each."""
    with desk.session() as session:
        rows = session.scalars(select(LedgerRow)).all()
        return Counter(
            (row.sha256 or "", row.state, row.decision.get("rule", ""), row.subject, int(row.entry_id is not None))
            for row in rows
        )


def counts(desk: Desk) -> dict[str, int]:
    with desk.session() as session:
        return {
            "rows": session.scalar(select(func.count()).select_from(LedgerRow)) or 0,
            "unexplained": session.scalar(select(func.count()).select_from(LedgerRow).where(LedgerRow.reason == ""))
            or 0,
            "filed": session.scalar(
                select(func.count()).select_from(LedgerRow).where(LedgerRow.state == LedgerState.FILED.value)
            )
            or 0,
            "entries": session.scalar(select(func.count()).select_from(Entry)) or 0,
            "incidents": session.scalar(select(func.count()).select_from(Incident)) or 0,
            "left unlooked at": session.scalar(
                select(func.count()).select_from(LedgerRow).where(LedgerRow.state == LedgerState.FETCHED.value)
            )
            or 0,
        }


def undisturbed(desk: Desk, mails: list[bytes]) -> None:
    process = desk.start("mail")
    _wait(desk, 3 * len(mails), lambda: process.poll() is None)


def killed_again_and_again(desk: Desk, mails: list[bytes]) -> None:
    random = Random(2026)
    for moment in sorted(random.sample(range(1, 3 * len(mails) - 10), KILLS)):
        process = desk.start("mail")
        _wait(desk, moment, lambda process=process: process.poll() is None)  # type: ignore[misc]
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)
    undisturbed(desk, mails)


def _wait(desk: Desk, moment: int, lives: Callable[[], bool]) -> None:
    def reached() -> bool:
        assert lives(), desk.log()[-3000:]
        return progress(desk) >= moment

    wait_for(reached, TIMEOUT_SECONDS, what=f"step {moment}")


def _run(dovecot: Dovecot, tmp_path: Path, mails: list[bytes], how: Callable[[Desk, list[bytes]], None]) -> Desk:
    dovecot.deliver(*mails)
    with desk_on(tmp_path) as desk:
        desk.connect(dovecot)
        how(desk, mails)
    assert dovecot.messages("INBOX") == {}
    assert len(dovecot.messages("Helpdesk")) == len(mails)
    return desk


def _check(desk: Desk, dovecot: Dovecot, mails: list[bytes]) -> tuple[dict[str, int], Story]:
    found, told = counts(desk), story(desk)
    assert found["rows"] == len(mails)
    assert found["left unlooked at"] == found["unexplained"] == 0
    assert found["entries"] == found["filed"]
    # The same bytes end in one place only, and no bytes are missing.
    ended = Counter(digest for (digest, state, *_), times in told.items() for _ in range(times) if state != "ignored")
    assert ended == Counter(set(ended))
    assert {digest for digest, *_ in told} == {sha256(raw).hexdigest() for raw in dovecot.messages("Helpdesk").values()}
    return found, told


def test_every_mail_ends_somewhere_whatever_is_killed(mails: list[bytes], tmp_path: Path) -> None:
    results = []
    for how in (undisturbed, killed_again_and_again):
        folder = tmp_path / how.__name__
        folder.mkdir()
        with dovecot_server() as dovecot:
            results.append(_check(_run(dovecot, folder, mails, how), dovecot, mails))
        print(f"\n{how.__name__}: {len(mails)} mails, {results[-1][0]}")
    assert results[0] == results[1]
