"""Letters as bytes. The same bytes come out each time a kept letter is read and written again.

The standard library folds a long Message-ID in References into encoded words, which breaks threads, so those
headers have a type of their own here: one identifier a line, never cut."""

from email import message_from_bytes, message_from_string
from email.headerregistry import HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy, Policy
from typing import Any


class _Identifiers(UnstructuredHeader):
    """A header of Message-IDs (RFC 5322 section 3.6.4)."""

    def fold(self, *, policy: "Policy[Any]") -> str:
        header: Any = self  # the registry mixes in the base class, which has the name
        return f"{header.name}: {(policy.linesep + ' ').join(str(header).split())}{policy.linesep}"


def _composing() -> "EmailPolicy[Any]":
    registry = HeaderRegistry()
    for name in ("references", "in-reply-to"):
        registry.map_to_type(name, _Identifiers)  # type: ignore[arg-type]  # any mixin will do
    # 7 bit bodies pass every server; no line gets near the 998 octets of RFC 5321 section 4.5.3.1.6.
    return SMTP.clone(cte_type="7bit", header_factory=registry)


_COMPOSING = _composing()
_READING = _COMPOSING.clone(cte_type="8bit", refold_source="none")


def new_letter(*addresses: str) -> EmailMessage:
    """An empty letter. Local parts outside ASCII need headers in UTF-8 (RFC 6532), all others are fine without."""
    return EmailMessage(policy=_COMPOSING if all(map(str.isascii, addresses)) else _COMPOSING.clone(utf8=True))


def to_bytes(letter: EmailMessage) -> bytes:
    """With CRLF line ends, as a mail server wants them."""
    return letter.as_bytes()


def from_bytes(raw: bytes) -> EmailMessage:
    """The letter again; as_bytes of it gives the very same bytes."""
    letter: EmailMessage = (
        message_from_string(raw.decode(), policy=_READING.clone(utf8=True))
        if needs_utf8(raw)
        else message_from_bytes(raw, policy=_READING)
    )
    return letter


def needs_utf8(raw: bytes) -> bool:
    """Whether a server must offer SMTPUTF8 (RFC 6531) to take this letter."""
    return not raw.partition(b"\r\n\r\n")[0].isascii()
