"""What a mailbox hands over and what it needs of the ledger: the words of `imap`, `listener` and `ledger`.

No database and no network here. The listener works against `MailLedger` only, so that it can be
tried with a ledger in memory; the one that keeps its word across a power cut is `intake.ledger`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Literal, Protocol

from helpdesk.mailboxes.loopback import is_loopback

MEBIBYTE = 1024 * 1024
POLL_SECONDS_MAX = 25 * 60  # a server may log out after 30 minutes of silence (RFC 9051 section 5.4)
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Disposition(StrEnum):
    """What is done on the server with a mail once it is filed, held or ignored."""

    LEAVE = "leave"
    FLAG = "flag"
    MOVE = "move"  # falls back to FLAG when the server refuses
    DELETE = "delete"  # falls back to FLAG when the server can't delete one mail alone (no UIDPLUS)


class Settlement(StrEnum):
    """What became of a mail on the server; the `how` of `MailLedger.settle`."""

    LEFT = "left"
    FLAGGED = "flagged"
    MOVED = "moved"
    DELETED = "deleted"
    GONE = "gone"  # somebody, or a previous life of ours, took it out of the folder first


class ListenerState(StrEnum):
    CONNECTING = "connecting"
    FETCHING = "fetching"
    IDLE = "idle"  # the server will tell us at once (RFC 2177)
    POLLING = "polling"  # we ask every poll_seconds
    AWAITING = "awaiting a decision"  # looked into and counted; an administrator says where to begin
    BACKING_OFF = "backing off"  # last_error says why, next_check_at when it is tried again
    STOPPED = "stopped"


@dataclass(frozen=True)
class MailboxAccount:
    """How to reach one mailbox, and what to do with its mail. A changed account (by value) is reconnected.

    Raises ValueError, with what to change, for combinations that can't work.
    """

    mailbox_id: int  # the caller's key: one listener for each
    host: str
    username: str
    password: str = field(repr=False)
    port: int = 993
    security: Literal["tls", "starttls", "plain-loopback"] = "tls"
    folders: tuple[str, ...] = ("INBOX",)
    disposition: Disposition = Disposition.MOVE
    move_to: str = "Helpdesk"  # created when missing, under the personal namespace; "/" between levels
    poll_seconds: int = 60
    batch: int = 50  # mails in one fetch, which is also bounded by batch_bytes
    batch_bytes: int = 16 * MEBIBYTE
    message_bytes_max: int = 50 * MEBIBYTE
    ca_file: Path | None = None  # a private certificate authority, PEM; None: those of the system
    # Gives an access token for XOAUTH2 or OAUTHBEARER instead of the password, or raises a MailboxError; told a
    # token that was refused, it gives another. Tokens change by the hour, so they are no part of the value.
    token: Callable[[str], str] | None = field(default=None, repr=False, compare=False)
    start_from: datetime | None = None  # aware; what the server received before is left alone
    awaits_preview: bool = False  # only looked into: nothing is fetched and nothing changed

    def __post_init__(self) -> None:
        if not self.folders:
            raise ValueError("give at least one folder to read, usually INBOX")
        if self.disposition is Disposition.MOVE and self.move_to in self.folders:
            raise ValueError(f"{self.move_to!r} is read itself, so filed mail can't be moved there; name another")
        if self.security == "plain-loopback" and not is_loopback(self.host):
            raise ValueError(f"{self.host} is another machine: the password would travel in clear; use tls or starttls")
        if CONTROL.search(self.username + self.password):
            raise ValueError("username and password can't hold line breaks or other control characters")
        if not 1 <= self.poll_seconds <= POLL_SECONDS_MAX:
            raise ValueError(f"poll_seconds goes from 1 to {POLL_SECONDS_MAX}: servers log out who is quiet longer")
        if min(self.batch, self.batch_bytes, self.message_bytes_max) < 1:
            raise ValueError("batch, batch_bytes and message_bytes_max start at 1")


class MailboxError(Exception):
    """Something stands between us and the mail; the text says what, and what to do next."""


class Unreachable(MailboxError):
    """No connection, or it broke: worth trying again by itself."""


class Untrusted(MailboxError):
    """The server can't prove who it is, or offers no encryption. Nothing was sent to it."""


class LoginRefused(MailboxError):
    """User name or password is wrong, or this way of signing in is closed."""


class ServerRefused(MailboxError):
    """The server understood and said no; the connection itself is sound."""


@dataclass(frozen=True)
class Folder:
    """A folder as it was when selected. UIDs mean nothing without uidvalidity (RFC 9051 section 2.3.1.1)."""

    name: str
    uidvalidity: int
    uid_next: int
    exists: int  # mails in it


@dataclass(frozen=True)
class Fetched:
    """One mail as the server gave it.

    `raw` is None when the body was left on the server; then `problem` says why in words for an agent, and
    `header` holds the header block if the server gave that.
    """

    uid: int
    internal_date: datetime | None  # aware; when the server received it
    raw: bytes | None = field(repr=False)
    size: int  # bytes, as the server says (RFC822.SIZE)
    header: bytes | None = field(default=None, repr=False)
    problem: str = ""


@dataclass(frozen=True)
class Unsettled:
    """A mail that is dealt with here, but not yet moved, flagged or deleted on the server."""

    uid: int
    stored: bool = True  # False: its body is on the server only, so it is flagged where it is and never deleted


@dataclass(frozen=True)
class FolderCount:
    """One folder compared with the ledger: of `server` mails in it, `known` have a row, and `skipped` are left alone
    because they are too old. Whatever is missing from the sum is a gap."""

    uidvalidity: int
    at: datetime
    server: int = 0
    known: int = 0
    skipped: int = 0


@dataclass(frozen=True)
class Found:
    """A folder at the first look into a mailbox. `newest`: (subject, sender, received) of the latest, newest first."""

    folder: str
    mails: int = 0
    size: int = 0  # bytes, as the server says
    oldest: datetime | None = None  # aware, as the server received them
    newest: datetime | None = None
    by_year: Mapping[int, int] = field(default_factory=dict)
    newest_mails: Sequence[tuple[str, str, datetime | None]] = ()
    problem: str = ""


@dataclass(frozen=True)
class Health:
    """How one listener is doing, for the mailbox page and `helpdesk doctor`."""

    state: ListenerState
    at: datetime
    last_error: str = ""  # what to do next, in words; empty when the last attempt went well
    exists: Mapping[str, int] = field(default_factory=dict)  # folder -> mails on the server at the last look
    next_check_at: datetime | None = None
    counts: Mapping[str, FolderCount] = field(default_factory=dict)  # of the folders compared in this connection


class MailLedger(Protocol):
    """The database side of ONE mailbox, used by one listener thread at a time.

    Every call is durable when it returns (committed). Any exception makes the listener drop the connection,
    back off and start again with a full comparison, so nothing needs mending by the caller.
    """

    def unknown(self, folder: str, uidvalidity: int, uids: Sequence[int]) -> list[int]:
        """Those of `uids` (ascending, up to 100,000s) that have no row yet, ascending."""

    def record(self, folder: str, uidvalidity: int, mails: Sequence[Fetched]) -> None:
        """Raw bytes first, then rows, committed. Idempotent by (folder, uidvalidity, uid)."""

    def file_recorded(self) -> int:
        """Parses and files what is recorded and not dealt with; returns how many. No mail stops another."""

    def unsettled(self, folder: str, uidvalidity: int) -> list[Unsettled]:
        """Filed, held or ignored, but not settled on the server, by uid. Only rows of this uidvalidity."""

    def settle(self, folder: str, uidvalidity: int, uids: Sequence[int], how: Settlement) -> None:
        """Notes what became of these mails on the server. Idempotent."""

    def keep_lease(self) -> bool:
        """Takes or renews the lease; False: another machine has it. Asked every 20 seconds or more often."""

    def release_lease(self) -> None:
        """Gives the lease back at an orderly end, so that another machine needn't wait it out."""

    def report(self, health: Health) -> None:
        """Keeps the latest health of this mailbox. Only the holder of the lease reports."""

    def preview(self, found: Sequence[Found]) -> None:
        """Keeps what the first look found, in the place of what was found before."""
