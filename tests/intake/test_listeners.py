"""Several mailboxes at once, and accounts that come, change and go while the process runs."""

from contextlib import contextmanager
from threading import Event, Thread

import pytest

from intake.listeners import Listeners
from intake.source import ListenerState
from tests.intake.mailbox import END_SECONDS, account, mail
from tests.peers.ledger import MemoryLedger
from tests.peers.waiting import wait_for


class Mailboxes:
    """The accounts to listen to, and a ledger for each."""

    def __init__(self):
        self.accounts = []
        self.ledgers = {1: MemoryLedger(), 2: MemoryLedger()}
        self.crashes = 0
        self.failing = False

    def wanted(self):
        if self.failing:
            raise OSError("database away")
        return list(self.accounts)

    def ledger_for(self, mailbox):
        if self.crashes:
            self.crashes -= 1
            raise OSError("database away")
        return self.ledgers[mailbox.mailbox_id]

    @contextmanager
    def running(self):
        stop = Event()
        listeners = Listeners(self.wanted, self.ledger_for, reread_seconds=0.05)
        thread = Thread(target=listeners.run, args=(stop,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(END_SECONDS)
            assert not thread.is_alive()


@pytest.fixture
def mailboxes():
    return Mailboxes()


def test_a_mailbox_that_can_not_be_read_stops_no_other(dovecot, mailboxes):
    mailboxes.accounts = [account(dovecot, password="wrong"), account(dovecot, mailbox_id=2)]
    dovecot.deliver(mail(1))
    with mailboxes.running():
        mailboxes.ledgers[1].wait_for_state(ListenerState.BACKING_OFF)
        mailboxes.ledgers[2].wait_for_filed(1)


def test_accounts_are_added_and_removed(dovecot, mailboxes):
    with mailboxes.running():
        mailboxes.accounts = [account(dovecot)]
        mailboxes.ledgers[1].wait_for_state(ListenerState.IDLE)
        mailboxes.accounts = []
        mailboxes.ledgers[1].wait_for_state(ListenerState.STOPPED)
        dovecot.deliver(mail(1))
        mailboxes.accounts = [account(dovecot, mailbox_id=2)]
        mailboxes.ledgers[2].wait_for_filed(1)
    assert mailboxes.ledgers[1].rows == {}


def test_a_corrected_password_is_used_at_once(dovecot, mailboxes):
    mailboxes.accounts = [account(dovecot, password="wrong")]
    dovecot.deliver(mail(1))
    with mailboxes.running():
        mailboxes.ledgers[1].wait_for_state(ListenerState.BACKING_OFF)
        mailboxes.accounts = [account(dovecot)]
        mailboxes.ledgers[1].wait_for_filed(1)


def test_a_crashed_listener_is_started_again(dovecot, mailboxes):
    mailboxes.accounts = [account(dovecot)]
    mailboxes.crashes = 2
    dovecot.deliver(mail(1))
    with mailboxes.running():
        mailboxes.ledgers[1].wait_for_filed(1)
    assert mailboxes.crashes == 0


def test_a_list_that_can_not_be_read_ends_nobody(dovecot, mailboxes):
    mailboxes.accounts = [account(dovecot)]
    with mailboxes.running():
        mailboxes.ledgers[1].wait_for_state(ListenerState.IDLE)
        mailboxes.failing = True
        dovecot.deliver(mail(1))
        mailboxes.ledgers[1].wait_for_filed(1)
        mailboxes.failing = False
        mailboxes.accounts = []
        wait_for(lambda: mailboxes.ledgers[1].reports[-1].state is ListenerState.STOPPED)
