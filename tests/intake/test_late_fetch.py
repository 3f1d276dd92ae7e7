"""A mail that was left on the server for its size, fetched all the same from a real Dovecot."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from helpdesk.errands import TryLater
from helpdesk.house import House
from helpdesk.mailboxes.mailbox import Mailbox
from helpdesk.mailboxes.sealed import seal
from intake.accounts import account_of
from intake.imap import ImapSession
from intake.imap_fetch import fetch, listed
from intake.late_fetch import fetch_late
from intake.ledger import LedgerRow
from intake.mailbox_ledger import MailboxLedger
from tests.intake.mailbox import mail
from tests.peers.dovecot import PASSWORD, USER

LARGE = mail(1, "It smokes. " * 2000)


@pytest.fixture
def left(session: Session, house: House, dovecot) -> Callable[[], LedgerRow]:
    """A row whose mail stayed on the server, as the listener records it."""
    house = replace(house, settings=house.settings.model_copy(update={"message_bytes_max": 1000}))
    mailbox = session.query(Mailbox).one()
    mailbox.imap_host, mailbox.imap_port, mailbox.imap_security = dovecot.host, dovecot.port, "plain-loopback"
    mailbox.imap_username, mailbox.imap_password_sealed = USER, seal(house.signing_key, PASSWORD)
    session.commit()
    dovecot.deliver(LARGE)

    def made() -> LedgerRow:
        ledger = MailboxLedger(lambda: Session(session.get_bind()), house, mailbox.id, "test")
        account = account_of(mailbox, house)
        session.rollback()  # the ledger writes in sessions of its own
        with ImapSession.connect(account) as imap:
            folder = imap.select("INBOX")
            ledger.record("INBOX", folder.uidvalidity, fetch(imap, list(listed(imap, imap.uids(folder)))))
        ledger.file_recorded()
        session.expire_all()
        row = session.query(LedgerRow).one()
        assert (row.state, row.sha256) == ("held", None)
        return row  # its transaction is open, as an errand's is

    return made


def test_it_is_fetched_and_filed(session: Session, house: House, left: Callable[[], LedgerRow], dovecot) -> None:
    row = left()
    fetch_late(session, house, row.id, last_try=False)
    session.expire_all()
    assert (row.state, row.subject) == ("filed", "Printer 1")
    assert house.store.get(row.sha256 or "") == LARGE
    assert dovecot.messages() == {1: LARGE}
    fetch_late(session, house, row.id, last_try=False)  # a second errand finds nothing to do


def test_one_that_is_gone_says_so(session: Session, house: House, left: Callable[[], LedgerRow], dovecot) -> None:
    row = left()
    dovecot.doveadm("expunge", "-u", USER, "mailbox", "INBOX", "all")
    fetch_late(session, house, row.id, last_try=False)
    session.expire_all()
    assert row.state == "held"
    assert "no longer in INBOX" in row.reason


def test_renumbered_mail_is_never_taken_for_another(
    session: Session, house: House, left: Callable[[], LedgerRow], dovecot
) -> None:
    row = left()
    dovecot.set_uidvalidity(77)
    fetch_late(session, house, row.id, last_try=False)
    session.expire_all()
    assert (row.state, row.sha256) == ("held", None)
    assert "new numbers" in row.reason


def test_a_server_that_is_away_is_asked_again(
    session: Session, house: House, left: Callable[[], LedgerRow], dovecot
) -> None:
    row = left()
    dovecot.kill()
    with pytest.raises(TryLater):
        fetch_late(session, house, row.id, last_try=False)
    fetch_late(session, house, row.id, last_try=True)
    session.expire_all()
    assert row.state == "held"
    assert "could not be fetched" in row.reason
