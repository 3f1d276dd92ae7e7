"""A mailbox whose beginning is undecided is looked into and not touched; then the decision holds. On a real Dovecot."""

from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.errors import Conflict
from helpdesk.mailboxes.mailbox import Mailbox, MailboxFolder
from helpdesk.mailboxes.preview import begin, previews
from helpdesk.mailboxes.sealed import seal
from intake.accounts import account_of
from intake.ledger import LedgerRow
from intake.mailbox_ledger import MailboxLedger
from intake.source import Found, ListenerState
from tests.intake.desk import START, furnish
from tests.intake.mailbox import account, listening, mail
from tests.peers.ledger import MemoryLedger
from tests.peers.waiting import wait_for

DAYS = [datetime(2024, 5, 1, 12, tzinfo=UTC), datetime(2026, 3, 1, 23, 59, 59, tzinfo=UTC), START]


@pytest.fixture
def ledger():
    return MemoryLedger()


@pytest.fixture
def filled(dovecot):
    """Three mails, received on three days."""
    with dovecot.client() as client:
        for number, day in enumerate(DAYS):
            client.append("INBOX", mail(number), msg_time=day)
    return dovecot


def counted(ledger):
    count = ledger.reports[-1].counts["INBOX"]
    return count.server, count.known, count.skipped


def test_it_is_counted_and_nothing_else(filled, ledger):
    with listening(account(filled, awaits_preview=True, folders=("INBOX", "Nowhere")), ledger):
        ledger.wait_for_state(ListenerState.AWAITING)
    inbox, nowhere = ledger.previews[0]
    assert (inbox.mails, inbox.oldest, inbox.newest) == (3, DAYS[0], DAYS[2])
    assert inbox.size == sum(len(mail(number)) for number in range(3))
    assert inbox.by_year == {2024: 1, 2026: 2}
    assert [subject for subject, _, _ in inbox.newest_mails] == ["Printer 2", "Printer 1", "Printer 0"]
    assert "no folder 'Nowhere'" in nowhere.problem
    assert (ledger.rows, ledger.recorded) == ({}, [])
    assert filled.flags() == {1: set(), 2: set(), 3: set()}
    assert filled.folders() == {"INBOX"}


def test_new_mail_is_counted_only_too(filled, ledger, monkeypatch):
    monkeypatch.setattr("intake.listener.LOOK_SECONDS", 0.1)
    monkeypatch.setattr("intake.listener.LEASE_SECONDS", 0.1)
    with listening(account(filled, awaits_preview=True), ledger):
        ledger.wait_for(lambda: ledger.previews)
        filled.deliver(mail(4))
        ledger.wait_for(lambda: ledger.previews[-1][0].mails == 4)
    assert ledger.rows == {}
    assert len(filled.messages()) == 4


def test_an_empty_mailbox_is_shown_as_empty(dovecot, ledger):
    with listening(account(dovecot, awaits_preview=True), ledger):
        ledger.wait_for_state(ListenerState.AWAITING)
    assert ledger.previews[0] == [Found("INBOX")]


def test_older_mail_is_left_alone_and_counted(filled, ledger):
    start = datetime(2026, 3, 2, tzinfo=UTC)  # a second after the mail of the day before
    with listening(account(filled, start_from=start), ledger):
        ledger.wait_for_filed(1)
        ledger.wait_for_state(ListenerState.IDLE)
        filled.deliver(mail(7))
        ledger.wait_for_filed(2)
        ledger.wait_for(lambda: counted(ledger) == (2, 0, 2))
    assert sorted(uid for _, _, uid in ledger.rows) == [3, 4]
    assert sorted(filled.messages()) == [1, 2]
    assert filled.flags() == {1: set(), 2: set()}


def test_old_mail_that_somebody_moves_in_is_left_alone_too(filled, ledger):
    with listening(account(filled, start_from=START), ledger):
        ledger.wait_for_filed(1)
        ledger.wait_for_state(ListenerState.IDLE)
        with filled.client() as client:
            client.append("INBOX", mail(8), msg_time=DAYS[0])
        filled.deliver(mail(9))
        ledger.wait_for_filed(2)
    assert sorted(uid for _, _, uid in ledger.rows) == [3, 5]


@pytest.mark.parametrize(("start_from", "taken"), [(None, 3), (DAYS[1], 2), (START + timedelta(days=1), 0)])
def test_the_decision_is_carried_out(sessions, house, filled, start_from, taken):
    with sessions() as session:
        furnish(session)
        mailbox = session.query(Mailbox).one()
        mailbox.imap_host, mailbox.imap_port, mailbox.imap_security = filled.host, filled.port, "plain-loopback"
        mailbox.imap_username, mailbox.poll_seconds, mailbox.awaits_preview = filled.username, 1, True
        mailbox.imap_password_sealed = seal(house.signing_key, filled.password)
        session.commit()
    ledger = MailboxLedger(sessions, house, 1, "one")

    def now_wanted():
        with sessions() as session:
            return account_of(session.query(Mailbox).one(), house)

    def shown():
        with sessions() as session:
            return [(one.name, one.mails, one.by_year) for one in previews(session, 1)]

    with listening(now_wanted(), ledger):
        assert wait_for(shown) == [("INBOX", 3, {"2024": 1, "2026": 2})]
    with sessions() as session:
        assert session.query(LedgerRow).count() == 0
        begin(session, session.query(Mailbox).one(), start_from=start_from, at=house.clock.now())
        session.commit()
    assert shown() == []
    with sessions() as session, pytest.raises(Conflict):
        begin(session, session.query(Mailbox).one(), start_from=None, at=START)

    def counted():
        with sessions() as session:
            row = session.query(MailboxFolder).one_or_none()
            return row and (row.server_count, row.known_count, row.skipped_count, row.gap_since)

    with listening(now_wanted(), ledger):
        wait_for(lambda: counted() == (3 - taken, 0, 3 - taken, None), what="the numbers to add up")
    with sessions() as session:
        assert session.query(LedgerRow).count() == taken
        assert session.query(Mailbox).one().listening_since == START
    ledger.preview([Found("INBOX", 3)])  # of a look that was under way when it was decided
    assert shown() == []
