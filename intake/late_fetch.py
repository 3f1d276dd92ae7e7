"""Fetches one mail that was left on the server for its size, because an agent wants it all the same.

An errand of the worker: a large mail may take minutes, which neither a page nor the listener has. No transaction is
open while the server is asked."""

from dataclasses import replace

from sqlalchemy.orm import Session

from helpdesk.errands import TryLater
from helpdesk.errors import Refused
from helpdesk.house import House
from helpdesk.mailboxes.mailbox import Mailbox
from intake.accounts import account_of
from intake.filing import file_row
from intake.imap import ImapSession
from intake.imap_fetch import fetch, listed
from intake.ledger import LedgerRow, LedgerState
from intake.source import MEBIBYTE, MailboxAccount, MailboxError, Unreachable

LARGE_BYTES_MAX = 256 * MEBIBYTE


def fetch_late(session: Session, house: House, row_id: int, *, last_try: bool) -> None:
    """Fetches, keeps and files it, and commits; what is in the way becomes the reason it is held for.

    Raises TryLater while the server can't be reached."""
    row = session.get(LedgerRow, row_id)
    if row is None or row.state != LedgerState.HELD.value or row.sha256 is not None:
        return
    mailbox = session.get(Mailbox, row.mailbox_id) if row.mailbox_id else None
    if mailbox is None or row.uid is None:
        return
    place = (row.folder or "INBOX", row.uidvalidity, row.uid)
    try:
        account = replace(account_of(mailbox, house), message_bytes_max=LARGE_BYTES_MAX)
        session.commit()
        raw = _body(account, *place)
    except Unreachable as error:
        session.rollback()
        if not last_try:
            raise TryLater(str(error)) from error
        _keep_held(session, row_id, str(error))
        return
    except (MailboxError, Refused, ValueError) as error:
        session.rollback()
        _keep_held(session, row_id, str(error))
        return
    _file(session, house, row_id, raw)


def _body(account: MailboxAccount, folder: str, uidvalidity: int | None, uid: int) -> bytes:
    with ImapSession.connect(account) as imap:
        opened = imap.select(folder)
        if opened.uidvalidity != uidvalidity:
            raise MailboxError(f"the server gave all mails of {folder} new numbers since; it was taken in anew then")
        for mail in fetch(imap, list(listed(imap, [uid]))):
            if mail.raw is not None:
                return mail.raw
            raise MailboxError(mail.problem)
    raise MailboxError(f"it is no longer in {folder} on {account.host}")


def _file(session: Session, house: House, row_id: int, raw: bytes) -> None:
    sha256 = house.store.put(raw)
    row = session.get_one(LedgerRow, row_id, populate_existing=True, with_for_update=True)
    if row.state != LedgerState.HELD.value:
        session.rollback()
        return
    row.sha256, row.size_bytes, row.state, row.reason = sha256, len(raw), LedgerState.FETCHED.value, ""
    session.commit()
    file_row(session, house, row_id)


def _keep_held(session: Session, row_id: int, problem: str) -> None:
    row = session.get_one(LedgerRow, row_id)
    if row.state == LedgerState.HELD.value:
        row.reason = f"It could not be fetched: {problem}."
    session.commit()
