"""The mail process: a listener for each mailbox, the SMTP and LMTP doors, and a sweep for what a kill left unfiled."""

import fcntl
import socket
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from threading import Event, Thread

import structlog
from sqlalchemy.orm import Session

from helpdesk import heartbeats
from helpdesk.errors import Conflict
from helpdesk.house import House
from helpdesk.mailboxes.mailbox import active_mailboxes, without_tag
from intake.accounts import accounts
from intake.importing.importer import import_until
from intake.ledger import Source, unfiled
from intake.listeners import Listeners
from intake.mailbox_ledger import MailboxLedger, file_or_leave, take_in
from intake.smtp_door import SmtpDoor
from intake.smtp_envelope import DoorRules, Envelope
from intake.source import MailboxAccount

SWEEP_SECONDS = 15.0

log = structlog.get_logger(__name__)


@contextmanager
def sole_on_this_machine(folder: Path) -> Iterator[str]:
    """Keeps a second mail process off this machine, and gives the name under which mailboxes are leased.

    The name outlives the process, so after a crash the next one goes on at once instead of waiting the lease out;
    the lock is the kernel's and ends with the process, however that dies. Raises Conflict when one runs already."""
    with (folder / f"mail-{socket.gethostname()}.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict("A mail process runs on this machine already. End that one first.") from None
        file.seek(0)
        name = file.read().strip() or f"{socket.gethostname()}:{uuid.uuid4().hex}"
        file.seek(0)
        file.truncate()
        file.write(name)
        file.flush()
        yield name


@dataclass
class MailProcess:
    """Runs until `stop` is set. `sessions` opens a database session for one piece of work, in any thread."""

    sessions: Callable[[], AbstractContextManager[Session]]
    house: House
    stop: Event = field(default_factory=Event)
    ports: dict[Source, int] = field(default_factory=dict)

    def run(self, ready: Callable[[dict[Source, int]], None] | None = None) -> None:
        """Opens the doors, says on which ports, and listens. Raises OSError when a port is taken."""
        with ExitStack() as doors:
            holder = doors.enter_context(sole_on_this_machine(self.house.settings.data_folder))

            def ledger_for(account: MailboxAccount) -> MailboxLedger:
                return MailboxLedger(self.sessions, self.house, account.mailbox_id, holder)

            for source, port in (
                (Source.SMTP, self.house.settings.smtp_door_port),
                (Source.LMTP, self.house.settings.lmtp_door_port),
            ):
                if port is not None:
                    self.ports[source] = doors.enter_context(self._door(source, port)).port
            if ready:
                ready(self.ports)
            sweeper = Thread(target=self._sweep, name="sweep", daemon=True)
            sweeper.start()
            importing = (self.sessions, self.house, self.stop)
            importer = Thread(target=import_until, args=importing, name="import", daemon=True)
            importer.start()
            Listeners(self._accounts, ledger_for, self.house.clock).run(self.stop)
            sweeper.join(timeout=SWEEP_SECONDS)
            importer.join(timeout=SWEEP_SECONDS)

    def _accounts(self) -> list[MailboxAccount]:
        with self.sessions() as session:
            found = accounts(session, self.house)
            session.rollback()
            return found

    def _door(self, source: Source, port: int) -> SmtpDoor:
        settings = self.house.settings
        rules = DoorRules(
            recipient_allowed=self._is_ours,
            message_bytes_max=settings.message_bytes_max,
            networks=[ip_network(network) for network in settings.mail_door_networks],
        )

        def deliver(envelope: Envelope) -> None:
            with self.sessions() as session:
                take_in(session, self.house, envelope, source)

        return SmtpDoor(deliver, rules, host=settings.mail_door_host, port=port, lmtp=source is Source.LMTP)

    def _is_ours(self, recipient: str) -> bool:
        address = recipient.strip("<>").lower()
        with self.sessions() as session:
            ours = {mailbox.address.lower() for mailbox in active_mailboxes(session)}
            session.rollback()
        return without_tag(address) in ours or address in ours

    def _sweep(self) -> None:
        """Files what was stored and not filed because a process died in between; and shows that we live."""
        while True:
            try:
                with self.sessions() as session:
                    heartbeats.beat(session, "mail", self.house.clock.now())
                    left = unfiled(session)
                    session.rollback()
                    for row_id in left:
                        file_or_leave(session, self.house, row_id)
            except Exception:  # the database is away, say: the sweep must outlive it
                log.exception("sweep failed")
            if self.stop.wait(SWEEP_SECONDS):
                return
