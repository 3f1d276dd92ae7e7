"""Letters out by SMTP (RFC 5321) through the server of the mailbox they are sent from.

Each letter goes in a transaction of its own, so one bad recipient stops nobody else. What a server refuses for
good (5xx), what may still work later, and what nobody can tell are told apart."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from smtplib import SMTP, SMTPException
from time import monotonic

from helpdesk.errors import Invalid
from helpdesk.letters.addresses import one_line, wire_address
from helpdesk.letters.smtp_session import answer, explained, signed_in
from helpdesk.letters.transport import NotSent, Uncertain, nothing
from helpdesk.letters.wire import needs_utf8, to_bytes
from helpdesk.mailboxes.mailbox import Mailbox

TIMEOUT_SECONDS = 30.0  # for one step
SILENT_SECONDS = 60.0  # for which a server that did not answer in time is left alone
# Servers look a letter over before they answer (RFC 5321 section 4.5.3.2.6 allows 10 minutes); who hangs up earlier
# does not know whether it was taken. All steps together should stay within an errand's claim.
TAKING_SECONDS = 180.0
# 5xx that speak of the sign-in (RFC 4954 section 6): the letter itself is all right.
_SETTINGS_CODES = {530, 534, 535, 538}
_LINE_END, _LEADING_DOT = re.compile(rb"\r\n|\n|\r"), re.compile(rb"^\.", re.MULTILINE)


class SmtpTransport:
    def __init__(
        self, signing_key: str, timeout_seconds: float = TIMEOUT_SECONDS, taking_seconds: float = TAKING_SECONDS
    ) -> None:
        self._signing_key = signing_key
        self._timeout_seconds, self._taking_seconds = timeout_seconds, taking_seconds
        self._silent_until: dict[tuple[str, int], float] = {}

    def send(
        self, letter: EmailMessage, mailbox: Mailbox, recipient: str, about_to_send: Callable[[], None] = nothing
    ) -> str:
        """Hands the letter over; returns the server's answer. Notes on the mailbox how large letters may be.
        Raises NotSent and Uncertain."""
        raw, sender = to_bytes(letter), _wire(mailbox.address)
        with (
            self._remembering_silence(mailbox),
            signed_in(mailbox, self._signing_key, self._timeout_seconds) as client,
            explained(mailbox),
        ):
            mailbox.smtp_size_max = _size_max(client)
            _agree(client, raw, sender, _wire(recipient), mailbox.smtp_size_max)
            about_to_send()
            _hand_over(client, raw)
            return _taken(client, self._taking_seconds)

    @contextmanager
    def _remembering_silence(self, mailbox: Mailbox) -> Iterator[None]:
        """A server that lets us wait is not asked for every single letter, so that those of others get their turn."""
        server, began = (mailbox.smtp_host, mailbox.smtp_port), monotonic()
        if began < self._silent_until.get(server, 0.0):
            raise NotSent(f"{server[0]}:{server[1]} did not answer a moment ago. It is asked again.", permanent=False)
        try:
            yield
        except NotSent:
            if monotonic() - began >= self._timeout_seconds:
                self._silent_until[server] = monotonic() + SILENT_SECONDS
            raise

    def check(self, mailbox: Mailbox) -> str:
        """Signs in and asks whether this mailbox may send, without sending. Returns what to tell. Raises NotSent."""
        with signed_in(mailbox, self._signing_key, self._timeout_seconds) as client, explained(mailbox):
            mailbox.smtp_size_max = _size_max(client)
            _accepted(*client.mail(_wire(mailbox.address)))
            client.rset()
        return f"{mailbox.smtp_host}:{mailbox.smtp_port} takes letters from {mailbox.address}."


def _wire(address: str) -> str:
    try:
        return wire_address(address)
    except Invalid as error:
        raise NotSent(str(error), permanent=True) from error


def _size_max(client: SMTP) -> int | None:
    """The most bytes the server takes (RFC 1870 section 4); None when it does not say, or says 0 for no limit."""
    said = client.esmtp_features.get("size", "").strip() if client.has_extn("size") else ""
    return int(said) or None if said.isascii() and said.isdecimal() and len(said) < 19 else None


def _agree(client: SMTP, raw: bytes, sender: str, recipient: str, size_max: int | None) -> None:
    """Everything up to the server's “go ahead”: so far nobody has got anything."""
    _accepted(*client.mail(sender, _options(client, raw, f"{sender}{recipient}", size_max)))
    code, words = client.rcpt(recipient)
    try:
        _accepted(code, words)
    except NotSent as refusal:
        refusal.recipient = refusal.permanent
        raise
    code, words = client.docmd("DATA")
    if code != 354:
        _accepted(code if code >= 400 else 451, words)


def _hand_over(client: SMTP, raw: bytes) -> None:
    """The letter without the line that ends it: a server must not take what breaks off here."""
    lines = _LINE_END.sub(b"\r\n", raw)
    client.send(_LEADING_DOT.sub(b"..", lines if lines.endswith(b"\r\n") else lines + b"\r\n"))


def _taken(client: SMTP, timeout_seconds: float) -> str:
    """Ends the letter and waits for the answer. From here on, no answer is no “no”."""
    if client.sock is not None:
        client.sock.settimeout(timeout_seconds)
    client.send(b".\r\n")  # where even this fails, the server never saw the end
    try:
        code, words = client.getreply()
    except (SMTPException, OSError) as error:
        raise Uncertain(f"The letter was handed over, then: {one_line(str(error))}") from error
    if 200 <= code < 300 or 400 <= code < 600:
        return _accepted(code, words)
    raise Uncertain(f"The letter was handed over, then the server said something odd: {answer(code, words)}")


def _options(client: SMTP, raw: bytes, addresses: str, size_max: int | None) -> list[str]:
    options = []
    if size_max is not None and size_max < len(raw):
        raise NotSent(
            f"The letter has {len(raw):,} bytes, and the server takes {size_max:,}. Attach less.", permanent=True
        )
    if client.has_extn("size"):
        options.append(f"size={len(raw)}")
    if needs_utf8(raw) or not addresses.isascii():
        if not client.has_extn("smtputf8"):
            raise NotSent("The server takes no addresses with letters outside ASCII.", permanent=True)
        options.append("SMTPUTF8")
    return options


def _accepted(code: int, words: bytes | str) -> str:
    """The server's words when it said yes. Raises NotSent otherwise (RFC 5321 section 4.2.1)."""
    said = answer(code, words)
    if 200 <= code < 300:
        return said
    raise NotSent(said, permanent=500 <= code < 600 and code not in _SETTINGS_CODES)
