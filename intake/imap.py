"""One IMAP connection to one mailbox: TLS verified or refused, UIDs only, nothing marked as read.

For the listener, and for the connection test of `helpdesk setup`. Fetching bodies is in `imap_fetch`,
moving and flagging in `imap_settle`. A failure comes out as a `MailboxError` that says what to do next.
"""

import select
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import cached_property
from threading import Event
from time import monotonic
from types import TracebackType
from typing import Any, Self

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import (
    CapabilityError,
    IMAPClientAbortError,
    IMAPClientError,
    IMAPClientReadOnlyError,
)

from intake.imap_sign_in import sign_in, words_of
from intake.source import (
    Folder,
    MailboxAccount,
    MailboxError,
    ServerRefused,
    Unreachable,
    Untrusted,
)

CONNECT_SECONDS = 15
READ_SECONDS = 60
GOODBYE_SECONDS = 5
SLICE_SECONDS = 0.5  # how long a stop may go unnoticed while waiting
IDLE_SECONDS = 9 * 60  # well under the 29 minutes of RFC 2177, and under the patience of most firewalls
FIRST_IDLE_SECONDS = 1.0
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
FOLDERS_MAX = 500
LISTING = 50_000  # UIDs asked for in one SEARCH: imaplib refuses an answer line of more than 1,000,000 bytes


class ImapSession:
    """A signed-in connection. Not for use by two threads; use as a context manager."""

    def __init__(self, account: MailboxAccount, client: IMAPClient) -> None:
        self.account = account
        self.client = client
        self.permanent_flags: frozenset[bytes] = frozenset()
        self.read_only = False
        self.selected = ""  # the folder that is open, as the server spells it
        self.asking_for: list[int] = []  # UIDs of the latest FETCH: those a connection that broke had asked for
        self._idle_round_seconds = FIRST_IDLE_SECONDS
        self._idle_refused = False
        self._hurried = False

    @classmethod
    def connect(cls, account: MailboxAccount) -> Self:
        """Connects, secures and signs in. Raises Unreachable, Untrusted or LoginRefused."""
        with explained(account, "connect"):
            client = _open(account)
            try:
                sign_in(client, account)
                client.normalise_times = False  # otherwise INTERNALDATE comes naive, in local time
            except BaseException:
                _drop(client)
                raise
        return cls(account, client)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Says goodbye after an orderly end; after an error it only hangs up: the server may be gone."""
        if error is None:
            with suppress(OSError, ValueError, IMAPClientError):
                self.client.socket().settimeout(GOODBYE_SECONDS)
                self.client.logout()
        _drop(self.client)

    @property
    def can_idle(self) -> bool:
        """Whether `wait` works here; some servers announce IDLE and refuse it for a folder."""
        return not self._idle_refused and bool(self.client.has_capability("IDLE"))

    def select(self, name: str, *, only_look: bool = False) -> Folder:
        """Opens a folder afresh: flags, UIDVALIDITY and count are as of now. Read-only ones are opened so, and all
        are with `only_look` (EXAMINE): then nothing that is done can change anything."""
        server_name = self.server_name(name)
        with explained(self.account, f"open the folder {name!r}"):
            try:
                answer = self._opened(server_name, only_look=only_look)
            except IMAPClientAbortError:
                raise
            except IMAPClientError as error:
                if self.client.folder_exists(server_name):
                    raise
                raise ServerRefused(
                    f"There is no folder {name!r} in this mailbox, or no longer: mend the list of its folders"
                ) from error
        if b"UIDVALIDITY" not in answer:
            raise ServerRefused(
                f"{self.account.host} gives no UIDVALIDITY for {name!r}; this folder can't be read safely"
            )
        self.selected = server_name
        # Without PERMANENTFLAGS the client assumes that all flags can be kept (RFC 9051 section 7.1).
        self.permanent_flags = frozenset(answer.get(b"PERMANENTFLAGS", (rb"\Flagged",)))
        return Folder(name, answer[b"UIDVALIDITY"], answer.get(b"UIDNEXT", 0), answer.get(b"EXISTS", 0))

    def _opened(self, server_name: str, *, only_look: bool) -> dict[bytes, Any]:
        self.read_only = only_look
        try:
            return dict(self.client.select_folder(server_name, readonly=only_look))
        except IMAPClientReadOnlyError:
            self.read_only = True
            return dict(self.client.select_folder(server_name, readonly=True))

    def folders(self) -> list[str]:
        """Names of the folders that hold mail, as `select` takes them, INBOX first."""
        with explained(self.account, "list its folders"):
            listed = self.client.list_folders()
        names = {str(name) for flags, _, name in listed if not {rb"\Noselect", rb"\NonExistent"} & set(flags)}
        return sorted(names, key=lambda name: (name.upper() != "INBOX", name.casefold()))[:FOLDERS_MAX]

    def server_name(self, name: str) -> str:
        """A folder's name as this server spells it: personal namespace and separator (RFC 2342)."""
        if name.upper() == "INBOX" or not self.client.has_capability("NAMESPACE"):
            return name
        spaces = self._namespaces
        prefix, separator = (spaces.personal or (("", "/"),))[0]
        if separator:
            name = name.replace("/", separator)
        prefixes = [start for space in spaces if space for start, _ in space if start]
        return name if any(name.startswith(start) for start in prefixes) else prefix + name

    @cached_property
    def _namespaces(self) -> Any:
        return self.client.namespace()

    def uids(self, folder: Folder) -> list[int]:
        """All UIDs in the selected folder, ascending, however many there are."""
        if not folder.exists:
            return []
        edges: list[int] = []
        if folder.exists > LISTING:
            # Sequence numbers serve only to cut the folder into slices of UIDs; an expunge in between makes
            # slices smaller, and hides nothing.
            steps = ",".join(str(number) for number in range(LISTING, folder.exists, LISTING))
            edges = self._search(steps)
        found: set[int] = set()
        for low, high in zip([1, *(edge + 1 for edge in edges)], [*edges, None], strict=True):
            found.update(uid for uid in self._search(f"UID {low}:{high or '*'}") if uid >= low)
        return sorted(found)

    def uids_since(self, moment: datetime, uids: list[int]) -> list[int]:
        """Those of `uids` (ascending) that may have been received since `moment`: SINCE knows days only, of the
        server's own zone (RFC 9051 section 6.4.4), so two days more are asked for."""
        day = moment.astimezone(UTC) - timedelta(days=2)
        since = self._search(f"UID {uids[0]}:{uids[-1]} SINCE {day.day}-{MONTHS[day.month - 1]}-{day.year}")
        return sorted(set(since).intersection(uids))

    def uids_above(self, uid: int) -> list[int]:
        """UIDs greater than `uid`, ascending. "n:*" always names the last mail too (RFC 9051 section 9)."""
        return [found for found in self._search(f"UID {uid + 1}:*") if found > uid]

    def still_here(self, uids: list[int]) -> set[int]:
        """Which of `uids` the selected folder still holds."""
        return {uid for part in chunks(uids, 500) for uid in self._search("UID " + ",".join(map(str, part)))}

    def _search(self, criteria: str) -> list[int]:
        # Never a CHARSET: some servers refuse it, and numbers need none.
        with explained(self.account, "list the mails"):
            return sorted(int(uid) for uid in self.client.search(criteria))

    def wait(self, timeout_seconds: float, stop: Event, tick: Callable[[], None]) -> bool:
        """Waits in IDLE until the server announces mail (True), the time is up or `stop` is set (False).

        `tick` is called every half second. The first round after news is short: a change that the server
        reports in the same packet as its "+ idling" is seen only when the round ends.
        """
        early = self._announced_early()
        if early and not self._hurried:
            self._hurried = True
            return True
        self._hurried = False  # a server that repeats itself costs one look a second
        seconds = min(timeout_seconds, FIRST_IDLE_SECONDS if early else self._idle_round_seconds)
        with explained(self.account, "wait for mail"):
            if not self._enter_idle():
                return False
            self._until_readable(seconds, stop, tick)
            _, news = self.client.idle_done()
        said = early or any(_is_news(answer) for answer in news)
        self._idle_round_seconds = FIRST_IDLE_SECONDS if said else IDLE_SECONDS
        return said

    def _announced_early(self) -> bool:
        """Whether mail was announced with the answer to another command since the folder was opened: IDLE would not
        repeat that (RFC 9051 section 7.4.1). imapclient keeps such answers and has no call for them."""
        return len(self.client._imap.untagged_responses.get("EXISTS", ())) > 1

    def _enter_idle(self) -> bool:
        try:
            self.client.idle()
        except IMAPClientAbortError:
            raise
        except IMAPClientError as error:
            if "b'* " in str(error):  # news before "+ idling" puts imapclient out of step with the server
                raise Unreachable(f"{self.account.host} had news at the start of IDLE; connecting again") from error
            self._idle_refused = True
        return not self._idle_refused

    def _until_readable(self, seconds: float, stop: Event, tick: Callable[[], None]) -> None:
        end = monotonic() + seconds
        poller = select.poll()
        poller.register(self.client.socket().fileno(), select.POLLIN)
        while not stop.is_set() and (left := end - monotonic()) > 0:
            if _decrypted(self.client.socket()) or poller.poll(min(left, SLICE_SECONDS) * 1000):
                return
            tick()

    def noop(self) -> None:
        """Keeps the connection from being logged out, and notices when it is gone."""
        with explained(self.account, "answer"):
            self.client.noop()


def chunks(uids: list[int], size: int) -> Iterator[list[int]]:
    for start in range(0, len(uids), size):
        yield uids[start : start + size]


@contextmanager
def explained(account: MailboxAccount, wish: str) -> Iterator[None]:
    """Turns what the libraries raise into a MailboxError in words. `wish` completes "... refused to"."""
    server = f"{account.host}:{account.port}"
    try:
        yield
    except MailboxError:
        raise
    except ssl.SSLCertVerificationError as error:
        raise Untrusted(
            f"{server} shows a certificate that can't be verified ({error.verify_message}); "
            "check the host name, or give the file of your own certificate authority"
        ) from error
    except ssl.SSLError as error:
        raise Unreachable(f"no encrypted connection to {server} ({error.reason}); check port and security") from error
    except (IMAPClientAbortError, OSError, EOFError) as error:
        raise Unreachable(f"the connection to {server} failed ({words_of(error)}); it is tried again") from error
    except IMAPClientError as error:
        raise ServerRefused(f"{server} refused to {wish}: {words_of(error)}") from error


def _trust(account: MailboxAccount) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(account.ca_file) if account.ca_file else None)
    except OSError as error:  # ssl.SSLError is one too
        raise Untrusted(f"no certificate authority can be read from {account.ca_file}; give a PEM file") from error


def _open(account: MailboxAccount) -> IMAPClient:
    context = _trust(account)
    timeout = SocketTimeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
    wrapped = account.security == "tls"
    client = IMAPClient(account.host, port=account.port, ssl=wrapped, ssl_context=context, timeout=timeout)
    if account.security == "starttls":
        try:
            client.starttls(context)
        except CapabilityError as error:
            _drop(client)
            raise Untrusted(f"{account.host} offers no STARTTLS; use tls, usually on port 993") from error
        except BaseException:
            _drop(client)
            raise
    return client


def _drop(client: IMAPClient) -> None:
    with suppress(OSError, ValueError):
        client.shutdown()


def _decrypted(sock: Any) -> bool:
    # What TLS has already read is not seen by poll().
    return isinstance(sock, ssl.SSLSocket) and sock.pending() > 0


def _is_news(answer: Any) -> bool:
    # Others reading, flagging or expunging isn't news; neither is "* OK Still here", which wakes firewalls.
    return isinstance(answer, tuple) and b"EXISTS" in answer
