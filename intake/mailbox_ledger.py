"""The ledger as the listener of one mailbox sees it: every call is committed when it returns."""

import uuid
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from helpdesk.house import House
from helpdesk.mailboxes.access_tokens import sign_in_trouble
from helpdesk.mailboxes.mailbox import Mailbox, keep_lease
from helpdesk.mailboxes.preview import FolderPreview, put_previews
from intake.accounts import health_of
from intake.filing import file_row
from intake.folder_rows import keep_counts
from intake.ledger import LedgerRow, LedgerState, Source, unfiled
from intake.smtp_envelope import Envelope
from intake.source import Fetched, Found, Health, Settlement, Unsettled

Sessions = Callable[[], AbstractContextManager[Session]]
log = structlog.get_logger()


class MailboxLedger:
    """`sessions` opens a session for one call; `holder` names this process for the lease."""

    def __init__(self, sessions: Sessions, house: House, mailbox_id: int, holder: str) -> None:
        self.sessions, self.house, self.mailbox_id, self.holder = sessions, house, mailbox_id, holder

    def unknown(self, folder: str, uidvalidity: int, uids: Sequence[int]) -> list[int]:
        if not uids:
            return []
        place = (
            LedgerRow.mailbox_id == self.mailbox_id,
            LedgerRow.folder == folder,
            LedgerRow.uidvalidity == uidvalidity,
            LedgerRow.uid.between(min(uids), max(uids)),
        )
        with self.sessions() as session:
            known = set(session.scalars(select(LedgerRow.uid).where(*place)))
        return [uid for uid in uids if uid not in known]

    def record(self, folder: str, uidvalidity: int, mails: Sequence[Fetched]) -> None:
        # Bytes first: a row must never name bytes that are not there.
        hashes = {mail.uid: self.house.store.put(mail.raw) for mail in mails if mail.raw is not None}
        now = self.house.clock.now()
        with self.sessions() as session:
            keys = {mail.uid: f"imap:{self.mailbox_id}:{uidvalidity}:{mail.uid}:{folder}" for mail in mails}
            known = set(session.scalars(select(LedgerRow.key).where(LedgerRow.key.in_(keys.values()))))
            session.add_all(
                LedgerRow(
                    source=Source.IMAP.value,
                    key=keys[mail.uid],
                    mailbox_id=self.mailbox_id,
                    folder=folder,
                    uidvalidity=uidvalidity,
                    uid=mail.uid,
                    sha256=hashes.get(mail.uid),
                    size_bytes=mail.size,
                    internal_date=mail.internal_date,
                    received_at=now,
                    reason=mail.problem,
                )
                for mail in mails
                if keys[mail.uid] not in known
            )
            health_of(session, self.mailbox_id).last_mail_in_at = now
            session.commit()

    def file_recorded(self) -> int:
        with self.sessions() as session:
            rows = unfiled(session, self.mailbox_id)
            session.rollback()
            for row_id in rows:
                file_or_leave(session, self.house, row_id)
        return len(rows)

    def unsettled(self, folder: str, uidvalidity: int) -> list[Unsettled]:
        with self.sessions() as session:
            rows = session.execute(
                select(LedgerRow.uid, LedgerRow.sha256)
                .where(
                    LedgerRow.mailbox_id == self.mailbox_id,
                    LedgerRow.folder == folder,
                    LedgerRow.uidvalidity == uidvalidity,
                    LedgerRow.state != LedgerState.FETCHED.value,
                    LedgerRow.settlement.is_(None),
                )
                .order_by(LedgerRow.uid)
            )
            return [Unsettled(uid, stored=sha256 is not None) for uid, sha256 in rows if uid is not None]

    def settle(self, folder: str, uidvalidity: int, uids: Sequence[int], how: Settlement) -> None:
        with self.sessions() as session:
            session.execute(
                update(LedgerRow)
                .where(
                    LedgerRow.mailbox_id == self.mailbox_id,
                    LedgerRow.folder == folder,
                    LedgerRow.uidvalidity == uidvalidity,
                    LedgerRow.uid.in_(list(uids)),
                )
                .values(settlement=how.value)
                .execution_options(synchronize_session=False)
            )
            session.commit()

    def keep_lease(self) -> bool:
        with self.sessions() as session:
            return keep_lease(session, self.mailbox_id, self.holder, now=self.house.clock.now())

    def release_lease(self) -> None:
        with self.sessions() as session:
            health = health_of(session, self.mailbox_id)
            if health.lease_holder == self.holder:
                health.lease_holder = health.lease_until = None
            session.commit()

    def report(self, health: Health) -> None:
        with self.sessions() as session:
            row = health_of(session, self.mailbox_id)
            row.state, row.checked_at, row.next_check_at = health.state.value, health.at, health.next_check_at
            row.last_error = health.last_error or sign_in_trouble(session, self.mailbox_id) or None
            if health.exists:
                row.server_count = sum(health.exists.values())
            keep_counts(session, self.mailbox_id, health.counts)
            session.commit()

    def preview(self, found: Sequence[Found]) -> None:
        with self.sessions() as session:
            mailbox = session.get_one(Mailbox, self.mailbox_id)
            if mailbox.awaits_preview:  # else it was decided while we looked
                now = self.house.clock.now()
                put_previews(session, self.mailbox_id, [_preview(self.mailbox_id, one, now) for one in found])
            session.commit()


def _preview(mailbox_id: int, found: Found, now: datetime) -> FolderPreview:
    return FolderPreview(
        mailbox_id=mailbox_id,
        name=found.folder,
        mails=found.mails,
        size_bytes=found.size,
        oldest_at=found.oldest,
        newest_at=found.newest,
        by_year={str(year): mails for year, mails in found.by_year.items()},
        newest=[
            {"subject": subject, "sender": sender, "received_at": at.isoformat() if at else None}
            for subject, sender, at in found.newest_mails
        ],
        problem=found.problem,
        looked_at=now,
    )


def file_or_leave(session: Session, house: House, row_id: int) -> None:
    """Files one row. What breaks on the way is logged and the row stays for the sweep, so it stops no other."""
    try:
        file_row(session, house, row_id)
    except Exception:
        session.rollback()
        log.exception("mail not filed yet", row=row_id)


def take_in(session: Session, house: House, envelope: Envelope, source: Source) -> None:
    """What the SMTP and LMTP door calls: stores and commits one mail, then files it.

    A client that lost our 250 sends the same bytes again; the fingerprint finds them."""
    row = LedgerRow(
        source=source.value,
        key=f"{source.value}:{uuid.uuid4().hex}",
        envelope_from=envelope.mail_from,
        envelope_to=list(envelope.rcpt_tos),
        sha256=house.store.put(envelope.raw),
        size_bytes=len(envelope.raw),
        received_at=house.clock.now(),
    )
    session.add(row)
    session.commit()
    # It is ours from here on: whatever goes wrong now, the client need not send it again.
    file_or_leave(session, house, row.id)
