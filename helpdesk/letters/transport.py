"""How a composed letter leaves: the Protocol, and what can come of one try.

Real ones are `letters.smtp` and the demo's `letters.captured`; `MemoryTransport` keeps letters in a list."""

from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Protocol

from helpdesk.mailboxes.mailbox import Mailbox


class NotSent(Exception):
    """The letter did not leave. `permanent`: a 5xx, so trying again is useless (RFC 5321 section 4.2.1)."""

    def __init__(self, reason: str, *, permanent: bool) -> None:
        super().__init__(reason)
        self.permanent = permanent


class Transport(Protocol):
    def send(self, letter: EmailMessage, mailbox: Mailbox, recipient: str) -> str:
        """Hands one letter over for one recipient; returns the server's answer. Raises NotSent."""


@dataclass
class MemoryTransport:
    sent: list[tuple[EmailMessage, str]] = field(default_factory=list)
    refusals: dict[str, NotSent] = field(default_factory=dict)

    def send(self, letter: EmailMessage, mailbox: Mailbox, recipient: str) -> str:
        if recipient in self.refusals:
            raise self.refusals[recipient]
        self.sent.append((letter, recipient))
        return "250 kept in memory"
