"""One listener thread for each mailbox, started, replaced and ended as the list of accounts changes.

For the mail process. No mailbox waits for another: a slow, broken or crashed one concerns its own thread only.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from threading import Event, Thread
from time import monotonic

import structlog

from helpdesk.clock import Clock, SystemClock
from intake.listener import listen
from intake.source import MailboxAccount, MailLedger

REREAD_SECONDS = 10.0
END_SECONDS = 20.0

log = structlog.get_logger(__name__)


@dataclass
class Running:
    account: MailboxAccount
    thread: Thread
    stop: Event


class Listeners:
    """Keeps one listener alive for each account.

    `accounts` gives those that should be listened to now; it is asked every few seconds, in the thread of `run`.
    `ledger_for` is called in the listener's own thread and gives a ledger that only this thread uses.
    """

    def __init__(
        self,
        accounts: Callable[[], Iterable[MailboxAccount]],
        ledger_for: Callable[[MailboxAccount], MailLedger],
        clock: Clock | None = None,
        reread_seconds: float = REREAD_SECONDS,
    ) -> None:
        self._accounts = accounts
        self._ledger_for = ledger_for
        self._clock = clock or SystemClock()
        self._reread_seconds = reread_seconds
        self._running: dict[int, Running] = {}

    def run(self, stop: Event) -> None:
        """Returns after `stop` is set and the listeners have ended, or after 20 seconds without those that hang."""
        while not stop.is_set():
            self._adjust()
            stop.wait(self._reread_seconds)
        self._end()

    def _adjust(self) -> None:
        try:
            wanted = {account.mailbox_id: account for account in self._accounts()}
        except Exception:  # those that listen go on; the list is asked again
            log.exception("list of mailboxes not read")
            return
        for mailbox_id, running in list(self._running.items()):
            if wanted.get(mailbox_id) != running.account:
                running.stop.set()
            if not running.thread.is_alive():
                del self._running[mailbox_id]
        for mailbox_id in wanted.keys() - self._running.keys():
            self._start(wanted[mailbox_id])

    def _start(self, account: MailboxAccount) -> None:
        stop = Event()
        name = f"mailbox-{account.mailbox_id}"
        # Daemon: a listener that hangs in a dead connection must not keep the process from ending.
        thread = Thread(target=self._listen, args=(account, stop), name=name, daemon=True)
        self._running[account.mailbox_id] = Running(account, thread, stop)
        thread.start()

    def _listen(self, account: MailboxAccount, stop: Event) -> None:
        try:
            listen(account, self._ledger_for(account), stop, self._clock)
        except Exception:  # started again when the list is next read
            log.exception("listener crashed", mailbox=account.mailbox_id)

    def _end(self) -> None:
        for running in self._running.values():
            running.stop.set()
        deadline = monotonic() + END_SECONDS
        for running in self._running.values():
            running.thread.join(max(0.0, deadline - monotonic()))
