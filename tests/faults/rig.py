"""A real listener with the real ledger in a thread, on a database of its own: quick to break and to look into."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event, Thread
from typing import Any

from sqlalchemy import Engine, create_engine, event, func, select
from sqlalchemy.orm import Session, sessionmaker

from helpdesk.attachments.store import FileStore
from helpdesk.base import Base
from helpdesk.clock import SystemClock
from helpdesk.db import only_reading, prepare
from helpdesk.house import House
from helpdesk.incidents.thread import Entry
from intake.ledger import LedgerRow, LedgerState
from intake.listener import listen
from intake.mailbox_ledger import MailboxLedger
from intake.source import MailboxAccount
from tests.faults.conftest import Fault
from tests.intake.desk import furnish, make_house
from tests.intake.mailbox import account
from tests.peers.waiting import wait_for

SETTLED_SECONDS = 60.0
BUSY_MILLISECONDS = 200


@dataclass
class Rig:
    engine: Engine
    sessions: sessionmaker[Session]
    house: House
    account: MailboxAccount
    stop: Event
    thread: Thread | None = None

    def start(self) -> None:
        self.stop.clear()
        ledger = MailboxLedger(self.sessions, self.house, 1, "this machine")
        self.thread = Thread(target=listen, args=(self.account, ledger, self.stop), daemon=True)
        self.thread.start()

    def end(self) -> None:
        self.stop.set()
        if self.thread is not None:
            self.thread.join(30)
            assert not self.thread.is_alive(), "the listener doesn't end"

    def found(self) -> tuple[int, int, int]:
        """(rows, not looked at, not settled on the server)"""
        with only_reading(), self.sessions() as session:
            rows, unfiled, unsettled = session.execute(
                select(
                    func.count(),
                    func.count().filter(LedgerRow.state == LedgerState.FETCHED.value),
                    func.count().filter(LedgerRow.settlement.is_(None)),
                ).select_from(LedgerRow)
            ).one()
            session.rollback()
        return int(rows), int(unfiled), int(unsettled)

    def wait_for_mails(self, number: int) -> None:
        """Until so many rows are dealt with, here and on the server."""

        def all_dealt_with() -> bool:
            rows, unfiled, unsettled = self.found()
            return rows >= number and not unfiled and not unsettled

        wait_for(all_dealt_with, SETTLED_SECONDS, what=f"{number} mails dealt with")

    def fault(self, scenario: str, mails: list[bytes]) -> Fault:
        """What became of these mails, each with a Message-ID of its own."""
        with only_reading(), self.sessions() as session:
            filed = Counter(session.scalars(select(Entry.message_id)))
        wanted = {identifier(mail) for mail in mails}
        assert len(wanted) == len(mails)
        return Fault(
            scenario=scenario,
            mails=len(mails),
            filed=len(filed),
            twice=sum(filed.values()) - len(filed),
            lost=len(wanted - filed.keys()),
        )


def identifier(mail: bytes) -> str:
    return mail.partition(b"Message-ID: <")[2].partition(b">")[0].decode()


@contextmanager
def rig(folder: Path, server: Any, url: str = "", *, is_impatient: bool = False, **changes: Any) -> Iterator[Rig]:
    """A desk that listens to `server`, which has host and port. Ends what it started. `is_impatient`: with a locked
    database it waits for a fraction of a second only, and not for twenty."""
    engine = create_engine(url or f"sqlite:///{folder / 'desk.db'}", pool_pre_ping=bool(url))
    prepare(engine)
    if is_impatient:
        event.listen(engine, "connect", _impatient)
    Base.metadata.create_all(engine)
    sessions = sessionmaker(engine)
    with sessions() as session:
        furnish(session)
    house = replace(make_house(folder / "house"), store=FileStore(folder / "files"), clock=SystemClock())
    made = Rig(engine, sessions, house, account(server, **changes), Event())
    try:
        yield made
    finally:
        made.end()
        engine.dispose()


def _impatient(connection: Any, _: Any) -> None:
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
