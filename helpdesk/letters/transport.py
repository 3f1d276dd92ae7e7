"""How a composed letter leaves: the Protocol, and what can come of one try.

Real ones are `letters.smtp` and the demo's `letters.captured`; `MemoryTransport` keeps letters in a list."""

from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Protocol

from helpdesk.mailboxes.mailbox import Mailbox


class NotSent(Exception):
    """The letter did not leave. `permanent`: a 5xx, so trying again is useless (RFC 5321 section 4.2.1); `recipient`:
    it was this address that the server refused."""

    def __init__(self, reason: str, *, permanent: bool, recipient: bool = False) -> None:
        super().__init__(reason)
        self.permanent, self.recipient = permanent, recipient


class Uncertain(Exception):
    """The whole letter was handed over, and no answer came: it may have arrived (RFC 5321 section 4.5.3.2.6)."""


def nothing() -> None:
    """For a caller who keeps no note of the moment."""


class Transport(Protocol):
    def send(
        self, letter: EmailMessage, mailbox: Mailbox, recipient: str, about_to_send: Callable[[], None] = nothing
    ) -> str:
        """Hands one letter over for one recipient; returns the server's answer. Raises NotSent and Uncertain.

        `about_to_send` is called once all is agreed and before the first byte of the letter leaves: until then
        nobody can have got it. What it raises ends the try."""


@dataclass
class MemoryTransport:
    sent: list[tuple[EmailMessage, str]] = field(default_factory=list)
    refusals: dict[str, NotSent | Uncertain] = field(default_factory=dict)

    def send(
        self, letter: EmailMessage, mailbox: Mailbox, recipient: str, about_to_send: Callable[[], None] = nothing
    ) -> str:
        refusal = self.refusals.get(recipient)
        if isinstance(refusal, NotSent):
            raise refusal
        about_to_send()
        if refusal is not None:
            raise refusal
        self.sent.append((letter, recipient))
        return "250 kept in memory"
