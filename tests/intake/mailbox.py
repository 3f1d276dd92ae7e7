"""What the mailbox tests share: accounts on the test's Dovecot, mails, and a listener in a thread."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any, Protocol

from intake.listener import listen
from intake.source import MailboxAccount
from tests.peers.dovecot import PASSWORD, USER
from tests.peers.ledger import MemoryLedger

END_SECONDS = 20.0


class Address(Protocol):
    host: str
    port: int


def account(server: Address, **changes: Any) -> MailboxAccount:
    """The desk's mailbox on this server, without TLS unless told otherwise; polled every second."""
    usual: dict[str, Any] = {
        "mailbox_id": 1,
        "host": server.host,
        "port": server.port,
        "username": USER,
        "password": PASSWORD,
        "security": "plain-loopback",
        "poll_seconds": 1,
    }
    return MailboxAccount(**(usual | changes))


def mail(number: int, body: str = "It smokes.") -> bytes:
    return (
        f"From: kim@example.org\r\nTo: desk@example.com\r\nSubject: Printer {number}\r\n"
        f"Message-ID: <{number}@example.org>\r\n\r\n{body}\r\n"
    ).encode()


@contextmanager
def listening(mailbox: MailboxAccount, ledger: MemoryLedger) -> Iterator[Event]:
    """A listener at work; it has ended when the block is left."""
    stop = Event()
    thread = Thread(target=listen, args=(mailbox, ledger, stop), daemon=True)
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join(END_SECONDS)
        assert not thread.is_alive(), "the listener doesn't end"
