"""Letters out by SMTP (RFC 5321) through the server of the mailbox they are sent from.

Each letter goes in a transaction of its own, so one bad recipient stops nobody else. What a server refuses for
good (5xx) is told apart from what may still work later."""

from email.message import EmailMessage
from smtplib import SMTP, SMTPDataError

from helpdesk.errors import Invalid
from helpdesk.letters.addresses import wire_address
from helpdesk.letters.smtp_session import answer, explained, signed_in
from helpdesk.letters.transport import NotSent
from helpdesk.letters.wire import needs_utf8, to_bytes
from helpdesk.mailboxes.mailbox import Mailbox

TIMEOUT_SECONDS = 30.0  # for one step; all steps together stay within an errand's claim
# 5xx that speak of the sign-in (RFC 4954 section 6): the letter itself is all right.
_SETTINGS_CODES = {530, 534, 535, 538}


class SmtpTransport:
    def __init__(self, signing_key: str, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._signing_key = signing_key
        self._timeout_seconds = timeout_seconds

    def send(self, letter: EmailMessage, mailbox: Mailbox, recipient: str) -> str:
        """Hands the letter over; returns the server's answer. Raises NotSent."""
        raw, sender = to_bytes(letter), _wire(mailbox.address)
        with signed_in(mailbox, self._signing_key, self._timeout_seconds) as client, explained(mailbox):
            return _hand_over(client, raw, sender, _wire(recipient))

    def check(self, mailbox: Mailbox) -> str:
        """Signs in and asks whether this mailbox may send, without sending. Returns what to tell. Raises NotSent."""
        with signed_in(mailbox, self._signing_key, self._timeout_seconds) as client, explained(mailbox):
            _accepted(*client.mail(_wire(mailbox.address)))
            client.rset()
        return f"{mailbox.smtp_host}:{mailbox.smtp_port} takes letters from {mailbox.address}."


def _wire(address: str) -> str:
    try:
        return wire_address(address)
    except Invalid as error:
        raise NotSent(str(error), permanent=True) from error


def _hand_over(client: SMTP, raw: bytes, sender: str, recipient: str) -> str:
    _accepted(*client.mail(sender, _options(client, raw, sender, recipient)))
    _accepted(*client.rcpt(recipient))
    try:
        return _accepted(*client.data(raw))
    except SMTPDataError as error:
        return _accepted(error.smtp_code, error.smtp_error)


def _options(client: SMTP, raw: bytes, sender: str, recipient: str) -> list[str]:
    options = []
    if client.has_extn("size"):
        limit = client.esmtp_features["size"].strip()
        if limit.isdigit() and 0 < int(limit) < len(raw):
            raise NotSent(
                f"The letter has {len(raw):,} bytes, and the server takes {int(limit):,}. Attach less.", permanent=True
            )
        options.append(f"size={len(raw)}")
    if needs_utf8(raw) or not f"{sender}{recipient}".isascii():
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
