"""Mail process and worker killed by SIGKILL at random moments, while mail comes in and is acknowledged."""

import os
import signal
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from subprocess import Popen

from sqlalchemy import func, select, update

from helpdesk.errands import Errand, ErrandState, waiting
from helpdesk.incidents.thread import Entry
from helpdesk.letters.delivery import Delivery
from intake.ledger import LedgerRow, LedgerState
from tests.faults.conftest import Fault
from tests.faults.letters import letters
from tests.peers.desk import Desk, desk_on
from tests.peers.dovecot import Dovecot
from tests.peers.smtp_sink import SmtpSink
from tests.peers.waiting import wait_for

MAILS, KILLS = 30, 6
TIMEOUT_SECONDS = 120.0


def mail(number: int) -> bytes:
    # A sender of its own each: nobody is sent many acknowledgements an hour.
    return (
        f"From: person{number}@example.org\r\nTo: support@northwind.example\r\nSubject: Printer {number}\r\n"
        f"Message-ID: <kill{number}@example.org>\r\nDate: {datetime.now(UTC):%a, %d %b %Y %H:%M:%S} +0000\r\n\r\n"
        "It smokes.\r\n"
    ).encode()


def progress(desk: Desk, sink: SmtpSink) -> int:
    with desk.session() as session:
        stored = session.scalar(select(func.count()).select_from(LedgerRow)) or 0
        filed = session.scalar(select(func.count()).where(LedgerRow.state != LedgerState.FETCHED.value)) or 0
        session.rollback()
    return stored + filed + len(sink.mails)


def let_claims_pass(desk: Desk) -> None:
    """The five minutes after which what a dead worker had claimed is due again."""
    with desk.session() as session:
        session.execute(
            update(Errand)
            .where(Errand.state == ErrandState.CLAIMED.value)
            .values(claimed_until=datetime.now(UTC) - timedelta(seconds=1))
        )
        session.commit()


def all_done(desk: Desk) -> bool:
    with desk.session() as session:
        filed = session.scalar(select(func.count()).where(LedgerRow.state != LedgerState.FETCHED.value)) or 0
        left = waiting(session)
        session.rollback()
    return filed >= MAILS and not left


def test_killed_while_mail_comes_in_and_letters_leave(
    tmp_path: Path, dovecot: Dovecot, sink: SmtpSink, fault: Callable[[Fault], Fault]
) -> None:
    random = Random(2026)
    dovecot.deliver(*(mail(number) for number in range(MAILS)))
    with desk_on(tmp_path) as desk:
        desk.connect(dovecot, sink)
        running: dict[str, Popen[bytes]] = {name: desk.start(name) for name in ("mail", "worker")}
        for moment in sorted(random.sample(range(3, 3 * MAILS - 5), KILLS)):
            wait_for(lambda moment=moment: progress(desk, sink) >= moment, TIMEOUT_SECONDS, f"step {moment}")  # type: ignore[misc]
            name = random.choice(list(running))
            os.killpg(running[name].pid, signal.SIGKILL)
            running[name].wait(10)
            let_claims_pass(desk)
            running[name] = desk.start(name)
        wait_for(lambda: all_done(desk), TIMEOUT_SECONDS, "everything filed and sent")
        with desk.session() as session:
            kept = Counter(str(one.message["Message-ID"]).strip("<>") for one in sink.mails)
            entries = Counter(session.scalars(select(Entry.message_id)))
            sending = letters(session, kept, "")
            acknowledged = session.scalar(
                select(func.count()).where(Delivery.letter == "acknowledgement", Delivery.raw_sha256 != "")
            )
            session.rollback()
    found = fault(
        Fault(
            scenario=f"kill -9 of mail process and worker, {KILLS} times",
            mails=MAILS,
            filed=len(entries),
            twice=sum(entries.values()) - len(entries),
            lost=MAILS - len(entries) + sending.lost,
            sent=sending.sent,
            sent_twice=sending.sent_twice,
            uncertain=sending.uncertain,
        )
    )
    assert acknowledged == MAILS
    assert found.sent + found.uncertain >= MAILS
