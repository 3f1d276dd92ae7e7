"""The ledger: one row for each thing that ever came in, with its raw bytes, committed before anything is parsed.

Keyed by where it came from, so that whatever dies at whatever moment, nothing is lost and nothing filed twice."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, validates

from helpdesk.base import Base


class LedgerState(StrEnum):
    FETCHED = "fetched"  # stored, not yet looked at
    FILED = "filed"  # in an incident
    HELD = "held"  # waits for an agent, with its reason
    IGNORED = "ignored"  # rightly in no incident, with its reason
    DISCARDED = "discarded"  # an agent put it away; the bytes are still there


class Source(StrEnum):
    IMAP = "imap"
    SMTP = "smtp"
    LMTP = "lmtp"
    FORM = "form"
    IMPORT = "import"


class LedgerRow(Base):
    """`key` names the place it came from: mailbox, folder, UIDVALIDITY and UID for IMAP, the submission's key for
    a form. `decision` is what matching said, with its evidence; `rule` and `concerns_id` (the incident it names, also
    where it did not join) repeat two of its members for the pages that look for them. `filed_fingerprint` is set once
    it is dealt with, and unique, so that two copies of one mail meet here even when two processes file them at once."""

    __tablename__ = "ledger"
    __table_args__ = (
        Index("ix_ledger_place", "mailbox_id", "folder", "uidvalidity", "uid"),
        Index("ix_ledger_state", "state", "id"),
        Index("ix_ledger_sender_received", "sender", "received_at"),
        Index("ix_ledger_mailbox", "mailbox_id", "id"),
        Index("ix_ledger_rule", "rule", "id"),
    )

    source: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    mailbox_id: Mapped[int | None] = mapped_column(ForeignKey("mailboxes.id"))
    folder: Mapped[str | None]
    uidvalidity: Mapped[int | None] = mapped_column(BigInteger)
    uid: Mapped[int | None] = mapped_column(BigInteger)
    envelope_from: Mapped[str | None]
    envelope_to: Mapped[list[str]] = mapped_column(default=list)
    hints: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # None: the body was left on the server; `reason` says why.
    sha256: Mapped[str | None] = mapped_column(index=True)
    size_bytes: Mapped[int]
    internal_date: Mapped[datetime | None]
    received_at: Mapped[datetime] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(default=LedgerState.FETCHED.value)
    reason: Mapped[str] = mapped_column(default="")
    decision: Mapped[dict[str, Any]] = mapped_column(default=dict)
    rule: Mapped[str] = mapped_column(default="")
    concerns_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    filed_fingerprint: Mapped[str | None] = mapped_column(unique=True)
    message_id: Mapped[str | None] = mapped_column(index=True)
    sender: Mapped[str] = mapped_column(default="")
    subject: Mapped[str] = mapped_column(default="")
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incidents.id"), index=True)
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("entries.id"), index=True)
    settlement: Mapped[str | None]
    dealt_with_by: Mapped[str | None]
    dealt_with_at: Mapped[datetime | None]
    # Of an import: which one. Nobody is written to on account of imported mail.
    import_id: Mapped[int | None] = mapped_column(index=True)

    @validates("decision")
    def _repeat(self, _: str, decision: dict[str, Any]) -> dict[str, Any]:
        named = decision.get("incident_id")
        self.rule, self.concerns_id = str(decision.get("rule") or ""), named if isinstance(named, int) else None
        return decision


def unfiled(session: Session, mailbox_id: int | None = None, limit: int = 500) -> list[int]:
    """Numbers of rows that are stored and not yet looked at, oldest first. Those of an import are left to it, which
    knows what was wished for them."""
    query = select(LedgerRow.id).where(LedgerRow.state == LedgerState.FETCHED.value, LedgerRow.import_id.is_(None))
    if mailbox_id is not None:
        query = query.where(LedgerRow.mailbox_id == mailbox_id)
    return list(session.scalars(query.order_by(LedgerRow.id).limit(limit)))


def held_count(session: Session) -> int:
    query = select(func.count()).select_from(LedgerRow).where(LedgerRow.state == LedgerState.HELD.value)
    return session.scalar(query) or 0


def row_of_entry(session: Session, entry_id: int) -> LedgerRow | None:
    """The row an entry of a thread came from: its raw bytes and why it joined."""
    return session.scalars(select(LedgerRow).where(LedgerRow.entry_id == entry_id)).first()


def twin(session: Session, row_id: int, fingerprint: str) -> LedgerRow | None:
    """The row under which the very same mail was dealt with already."""
    query = select(LedgerRow).where(LedgerRow.filed_fingerprint == fingerprint, LedgerRow.id != row_id)
    return session.scalars(query).first()
