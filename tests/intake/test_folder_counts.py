"""“The server has N, we have N”: counted at each full check, and a gap is kept in sight until it closes."""

from datetime import timedelta

import pytest

from helpdesk.mailboxes.mailbox import Mailbox, MailboxFolder
from intake.mailbox_ledger import MailboxLedger
from intake.source import Disposition, FolderCount, Health, ListenerState
from tests.intake.desk import START, furnish
from tests.intake.mailbox import account, listening, mail
from tests.peers.ledger import MemoryLedger


@pytest.fixture
def ledger():
    return MemoryLedger()


def numbers(health):
    return {name: (one.server, one.known, one.skipped) for name, one in health.counts.items()}


@pytest.mark.parametrize(("disposition", "expected"), [(Disposition.LEAVE, (3, 3, 0)), (Disposition.MOVE, (0, 0, 0))])
def test_what_was_taken_in_adds_up(dovecot, ledger, disposition, expected):
    dovecot.deliver(mail(1), mail(2))
    with listening(account(dovecot, disposition=disposition), ledger):
        ledger.wait_for_filed(2)
        ledger.wait_for_state(ListenerState.IDLE)
        dovecot.deliver(mail(3))
        ledger.wait_for_filed(3)
        ledger.wait_for(lambda: numbers(ledger.reports[-1]) == {"INBOX": expected})


def test_mail_that_can_not_be_taken_in_is_a_gap(dovecot, ledger):
    dovecot.deliver(mail(1), mail(2))

    def full():
        raise OSError("disk full")

    ledger.on_record = full
    with listening(account(dovecot), ledger):
        health = ledger.wait_for_state(ListenerState.BACKING_OFF)
    assert numbers(health) == {"INBOX": (2, 0, 0)}


def test_a_folder_that_was_deleted_is_named_and_no_longer_counted(dovecot, ledger):
    with dovecot.client() as client:
        client.create_folder("Sales")
    with listening(account(dovecot, folders=("INBOX", "Sales")), ledger):
        first = ledger.wait_for_state(ListenerState.IDLE)
        assert set(first.counts) == {"INBOX", "Sales"}
        with dovecot.client() as client:
            client.delete_folder("Sales")
        trouble = ledger.wait_for(lambda: next((h for h in ledger.reports if h.last_error), None))
    assert "There is no folder 'Sales' in this mailbox, or no longer" in trouble.last_error
    assert set(trouble.counts) == {"INBOX"}


@pytest.fixture
def desk(sessions, house):
    with sessions() as session:
        furnish(session)
        session.query(Mailbox).one().folders = ["INBOX", "Sales"]
        session.commit()
    return MailboxLedger(sessions, house, 1, "one")


@pytest.fixture
def report(desk, sessions):
    def report(minutes, *counts, name="INBOX", uidvalidity=1):
        at = START + timedelta(minutes=minutes)
        desk.report(Health(ListenerState.IDLE, at, counts={name: FolderCount(uidvalidity, at, *counts)}))
        with sessions() as session:
            return session.query(MailboxFolder).filter_by(name=name).one_or_none()

    return report


def test_a_gap_has_a_beginning_and_an_end(report):
    assert report(0, 3, 3).gap_since is None
    assert report(15, 5, 3).gap_since == START + timedelta(minutes=15)
    assert report(30, 5, 3).gap_since == START + timedelta(minutes=15)
    row = report(45, 6, 3, 3)
    assert (row.gap_since, row.server_count, row.known_count, row.skipped_count) == (None, 6, 3, 3)


def test_a_long_first_fetch_is_no_gap_while_it_gets_on(report):
    report(0, 1000, 0)
    assert report(10, 1000, 50).gap_since == START + timedelta(minutes=10)
    assert report(20, 1000, 50).gap_since == START + timedelta(minutes=10)


def test_a_renumbered_folder_is_visible(report):
    assert report(0, 3, 3).renumbered_at is None
    row = report(15, 3, 3, uidvalidity=2)
    assert (row.uidvalidity, row.renumbered_at) == (2, START + timedelta(minutes=15))
    assert report(30, 3, 3, uidvalidity=2).renumbered_at == START + timedelta(minutes=15)


def test_a_folder_that_is_read_no_longer_is_forgotten(report, sessions):
    report(0, 3, 3, name="Sales")
    with sessions() as session:
        session.query(Mailbox).one().folders = ["INBOX"]
        session.commit()
    report(1, 3, 3)
    with sessions() as session:
        assert [row.name for row in session.query(MailboxFolder)] == ["INBOX"]
    assert report(2, 3, 3, name="Sales") is None
