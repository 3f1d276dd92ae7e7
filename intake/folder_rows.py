"""What the listener counted, kept in `MailboxFolder` for the ledger page and the alarms. Used by `MailboxLedger`."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.mailboxes.mailbox import Mailbox, MailboxFolder
from intake.source import FolderCount


def keep_counts(session: Session, mailbox_id: int, counts: Mapping[str, FolderCount]) -> None:
    """One row for each folder that is read; the caller commits."""
    if not counts:
        return
    rows = {row.name: row for row in session.scalars(select(MailboxFolder).filter_by(mailbox_id=mailbox_id))}
    read = session.scalars(select(Mailbox.folders).where(Mailbox.id == mailbox_id)).one_or_none() or []
    for name, row in rows.items():
        if name not in read:
            session.delete(row)
    for name, count in counts.items():
        if name in read:
            _keep(session, rows.get(name), mailbox_id, name, count)


def _keep(session: Session, row: MailboxFolder | None, mailbox_id: int, name: str, count: FolderCount) -> None:
    if row is None:
        row = MailboxFolder(mailbox_id=mailbox_id, name=name, uidvalidity=count.uidvalidity, known_count=0)
        session.add(row)
    elif row.counted_at == count.at:
        return
    if row.uidvalidity != count.uidvalidity:
        row.uidvalidity, row.renumbered_at = count.uidvalidity, count.at
    gap = count.server - count.known - count.skipped
    moves_on = count.known > row.known_count  # a long first fetch is no gap while it gets on
    if not gap:
        row.gap_since = None
    elif row.gap_since is None or moves_on:
        row.gap_since = count.at
    row.server_count, row.known_count, row.skipped_count = count.server, count.known, count.skipped
    row.counted_at = count.at
