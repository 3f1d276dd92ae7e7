"""Listens to one mailbox for as long as it may: fetch, record, file, settle, wait; reconnecting when that breaks.

`Listeners` runs one for each mailbox. A mail is recorded by the ledger before anything else happens to it, so a
kill at any moment leaves either nothing or something that the next life finishes.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import SystemRandom
from threading import Event
from time import monotonic

import structlog

from helpdesk.clock import Clock, SystemClock
from intake.folder_count import count, young_enough
from intake.imap import IDLE_SECONDS, ImapSession
from intake.imap_fetch import batches, fetch, withheld
from intake.imap_preview import look
from intake.imap_settle import settle
from intake.source import (
    Fetched,
    Folder,
    FolderCount,
    Health,
    ListenerState,
    LoginRefused,
    MailboxAccount,
    MailboxError,
    MailLedger,
    ServerRefused,
    Settlement,
)

LEASE_SECONDS = 10.0  # the ledger is promised a renewal every 20
FULL_CHECK_SECONDS = 15 * 60  # between comparisons of the whole folder, beside the one at each connection
LOOK_SECONDS = 5 * 60  # between looks into a mailbox that waits for a decision
BACK_OFF_FIRST_SECONDS = 1.0
BACK_OFF_REFUSED_SECONDS = 30.0  # repeated wrong passwords lock an account at many providers
BACK_OFF_MAX_SECONDS = 300.0
LASTING_SECONDS = 60.0  # a connection that lasted this long puts the back-off back to its beginning
BREAKS_MAX = 5  # a mail that breaks the connection this often is recorded without its body

log = structlog.get_logger(__name__)


class LeaseLost(Exception):
    """Another machine listens to this mailbox now."""


@dataclass(frozen=True)
class Seen:
    """How far a folder was read in this connection."""

    uidvalidity: int
    highest_uid: int = 0


def listen(account: MailboxAccount, ledger: MailLedger, stop: Event, clock: Clock | None = None) -> None:
    """Listens until `stop` is set. Raises nothing that a mailbox, a server or the ledger can cause."""
    Listener(account, ledger, stop, clock or SystemClock()).run()


class Listener:
    def __init__(self, account: MailboxAccount, ledger: MailLedger, stop: Event, clock: Clock) -> None:
        self._account = account
        self._ledger = ledger
        self._stop = stop
        self._clock = clock
        self._failures = 0
        self._leased_at: float | None = None  # None: the lease isn't ours
        self._connected_at: float | None = None
        self._seen: dict[str, Seen] = {}
        self._exists: dict[str, int] = {}
        self._counts: dict[str, FolderCount] = {}
        self._breaks: Counter[tuple[str, int, int]] = Counter()  # folder, uidvalidity, uid

    def run(self) -> None:
        while not self._stop.is_set():
            try:
                self._attempt()
            except LeaseLost:
                log.info("another machine has this mailbox", mailbox=self._account.mailbox_id)
                self._stop.wait(LEASE_SECONDS)
            except MailboxError as error:
                self._back_off(str(error), isinstance(error, LoginRefused))
            except Exception as error:
                log.exception("listener failed", mailbox=self._account.mailbox_id)
                self._back_off(f"{type(error).__name__}: {error}", refused=False)
        self._end()

    def _attempt(self) -> None:
        """One connection, from the lease to its end."""
        self._connected_at = None
        self._hold_lease()
        self._ledger.file_recorded()  # what a previous life recorded waits for no server
        self._report(ListenerState.CONNECTING)
        if self._account.awaits_preview:
            self._await_decision()
            return
        with ImapSession.connect(self._account) as session:
            self._connected_at = monotonic()
            self._seen.clear()
            full_check_at = monotonic() + FULL_CHECK_SECONDS
            while not self._stop.is_set():
                self._wait(session, problem=self._round(session))
                if monotonic() >= full_check_at:
                    self._seen.clear()
                    full_check_at = monotonic() + FULL_CHECK_SECONDS

    def _await_decision(self) -> None:
        """Looks and touches nothing. Once it is decided where to begin, the account is another one."""
        with ImapSession.connect(self._account) as session:
            self._connected_at = monotonic()
            found = look(session, self._renew_lease)
        self._hold_lease()
        self._ledger.preview(found)
        self._exists = {one.folder: one.mails for one in found if not one.problem}
        problem = "; ".join(one.problem for one in found if one.problem)
        self._report(ListenerState.AWAITING, problem, next_seconds=LOOK_SECONDS)
        end = monotonic() + LOOK_SECONDS
        while not self._stop.wait(LEASE_SECONDS) and monotonic() < end:
            self._renew_lease()

    def _round(self, session: ImapSession) -> str:
        """Every folder once, the first one last so that it stays selected for IDLE. Returns what was refused."""
        self._report(ListenerState.FETCHING)
        problems = []
        for name in reversed(self._account.folders):
            try:
                self._check(session, name)
            except ServerRefused as error:
                self._exists.pop(name, None)
                self._counts.pop(name, None)
                problems.append(str(error))
        if len(problems) == len(self._account.folders):
            raise ServerRefused("; ".join(problems))
        return "; ".join(problems)

    def _check(self, session: ImapSession, name: str) -> None:
        folder = session.select(name)
        self._exists[name] = folder.exists
        seen = self._seen.get(name)
        is_whole = seen is None or seen.uidvalidity != folder.uidvalidity
        if seen is None or is_whole:
            seen, uids = Seen(folder.uidvalidity), session.uids(folder)
        else:
            uids = session.uids_above(seen.highest_uid)
        unknown = self._ledger.unknown(name, folder.uidvalidity, uids) if uids else []
        wanted = young_enough(session, unknown)
        if is_whole:
            self._counts[name] = FolderCount(folder.uidvalidity, self._clock.now())
        self._shift(name, server=len(uids), known=len(uids) - len(unknown), skipped=len(unknown) - len(wanted))
        if wanted:
            self._report(ListenerState.FETCHING)  # so that mail that can't be taken in shows as a gap
        for batch in self._batches(session, folder, wanted):
            if self._stop.is_set():
                return
            self._take(session, folder, batch)
        self._ledger.file_recorded()
        self._settle(session, folder)
        if is_whole and uids:  # some were taken in, some are gone from the folder by now
            too_old = set(unknown).difference(wanted)
            self._counts[name] = count(session, self._ledger, name, uids[-1], too_old, self._clock.now())
        self._seen[name] = Seen(folder.uidvalidity, max([seen.highest_uid, *uids[-1:]]))
        # Counting opened the folder anew: of what came before that, no server tells again.
        if is_whole and uids and session.uids_above(uids[-1]):
            self._check(session, name)

    def _batches(self, session: ImapSession, folder: Folder, uids: list[int]) -> Iterator[list[Fetched]]:
        """The mails themselves. One that breaks the connection each time is given up alone, stopping no other."""
        place = (folder.name, folder.uidvalidity)
        broke = {uid: times for (*where, uid), times in self._breaks.items() if tuple(where) == place}
        hopeless = [uid for uid in uids if broke.get(uid, 0) >= BREAKS_MAX]
        if hopeless:
            yield [withheld(uid, "the connection broke each time it was fetched") for uid in hopeless]
        try:
            for batch in batches(session, [uid for uid in uids if uid not in hopeless], broke.keys()):
                yield fetch(session, batch)
        except Exception:
            self._breaks.update((*place, uid) for uid in session.asking_for)
            raise

    def _take(self, session: ImapSession, folder: Folder, mails: Sequence[Fetched]) -> None:
        self._hold_lease()
        self._ledger.record(folder.name, folder.uidvalidity, mails)
        for mail in mails:
            self._breaks.pop((folder.name, folder.uidvalidity, mail.uid), None)
        self._shift(folder.name, known=len(mails))
        self._report(ListenerState.FETCHING)
        self._ledger.file_recorded()
        self._settle(session, folder)

    def _settle(self, session: ImapSession, folder: Folder) -> None:
        waiting = self._ledger.unsettled(folder.name, folder.uidvalidity)
        if not waiting:
            return
        self._hold_lease()
        for how, uids in settle(session, waiting).items():
            self._ledger.settle(folder.name, folder.uidvalidity, uids, how)
            if how in (Settlement.MOVED, Settlement.DELETED):
                self._exists[folder.name] -= len(uids)
                self._shift(folder.name, server=-len(uids), known=-len(uids))

    def _shift(self, name: str, *, server: int = 0, known: int = 0, skipped: int = 0) -> None:
        """Between two comparisons of the whole folder its numbers follow what is done."""
        was = self._counts[name]
        self._counts[name] = FolderCount(
            was.uidvalidity, self._clock.now(), was.server + server, was.known + known, was.skipped + skipped
        )

    def _wait(self, session: ImapSession, problem: str) -> None:
        """Until the server has news of the first folder, or the others are due."""
        first_is_open = self._account.folders[0] in self._exists
        alone = len(self._account.folders) == 1
        idle = session.can_idle and first_is_open
        seconds = IDLE_SECONDS if idle and alone else self._account.poll_seconds
        state = ListenerState.IDLE if idle else ListenerState.POLLING
        self._report(state, problem, next_seconds=seconds)
        end = monotonic() + seconds
        while not self._stop.is_set() and (left := end - monotonic()) > 0:
            if idle and session.wait(left, self._stop, self._renew_lease):
                return
            if not idle:
                self._stop.wait(min(left, LEASE_SECONDS))
                self._renew_lease()
            elif not session.can_idle:
                return

    def _hold_lease(self) -> None:
        self._leased_at = None
        if not self._ledger.keep_lease():
            raise LeaseLost
        self._leased_at = monotonic()

    def _renew_lease(self) -> None:
        if self._leased_at is None or monotonic() - self._leased_at >= LEASE_SECONDS:
            self._hold_lease()

    def _back_off(self, error: str, refused: bool) -> None:
        if self._connected_at is not None and monotonic() - self._connected_at > LASTING_SECONDS:
            self._failures = 0
        first = BACK_OFF_REFUSED_SECONDS if refused else BACK_OFF_FIRST_SECONDS
        seconds = min(BACK_OFF_MAX_SECONDS, first * 2 ** min(self._failures, 10))
        seconds *= SystemRandom().uniform(0.75, 1)  # so that many mailboxes don't come back in one moment
        self._failures += 1
        log.warning("mailbox", mailbox=self._account.mailbox_id, error=error, again_in_seconds=round(seconds, 1))
        self._report(ListenerState.BACKING_OFF, error, next_seconds=seconds)
        self._stop.wait(seconds)

    def _report(self, state: ListenerState, error: str = "", next_seconds: float | None = None) -> None:
        if self._leased_at is None:
            return  # the machine that has the mailbox reports on it
        now = self._clock.now()
        due = now + timedelta(seconds=next_seconds) if next_seconds is not None else None
        try:
            self._ledger.report(Health(state, now, error, dict(self._exists), due, dict(self._counts)))
        except Exception:  # a report that can't be written must not end the listening
            log.exception("health not recorded", mailbox=self._account.mailbox_id, state=state)

    def _end(self) -> None:
        if self._leased_at is None:
            return
        self._report(ListenerState.STOPPED)
        try:
            self._ledger.release_lease()
        except Exception:  # it runs out by itself
            log.exception("lease not released", mailbox=self._account.mailbox_id)
