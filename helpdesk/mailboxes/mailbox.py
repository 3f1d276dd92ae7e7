"""A mailbox of the desk: its address, its IMAP and SMTP accounts, and what becomes of a mail once it is filed."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, UniqueConstraint, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from helpdesk.base import Base
from helpdesk.people.agent import Team

LEASE_SECONDS = 90


class SenderName(StrEnum):
    """Who a reply is from, as its reader sees it."""

    AGENT_AND_DESK = "agent_and_desk"
    AGENT_VIA_DESK = "agent_via_desk"
    DESK = "desk"

    def of(self, agent: str, desk: str) -> str:
        if self is SenderName.DESK:
            return desk
        return f"{agent} via {desk}" if self is SenderName.AGENT_VIA_DESK else f"{agent} ({desk})"


class Mailbox(Base):
    """`imap_host` empty: mail comes through the SMTP door only. `smtp_host` empty: nothing can be sent from here."""

    __tablename__ = "mailboxes"

    name: Mapped[str] = mapped_column(unique=True)
    address: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str] = mapped_column(default="")
    # A SenderName; "" is the usual one.
    sender_name: Mapped[str] = mapped_column(default="")
    # Below every letter to a requester from here, such as what the law wants a firm to say of itself.
    footer: Mapped[str] = mapped_column(default="")
    active: Mapped[bool] = mapped_column(default=True)
    acknowledges: Mapped[bool] = mapped_column(default=True)
    # Providers without plus addressing lose the token there; the other ways of matching still hold.
    plus_addressing: Mapped[bool] = mapped_column(default=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"))
    created_at: Mapped[datetime]
    # Whose Authentication-Results count here (RFC 8601 section 2.5); empty: nobody's.
    authserv_id: Mapped[str] = mapped_column(default="")
    # Whether DKIM signatures and DMARC alignment are looked at by the desk itself where no such header speaks.
    checks_signatures: Mapped[bool] = mapped_column(default=False)
    # Mail that the server received before is old: filed if it was asked for, and never acknowledged.
    listening_since: Mapped[datetime | None]
    # None: everything. Older mail is left alone.
    start_from: Mapped[datetime | None]
    # An administrator has yet to look at what the first connection found and to say where to begin; until then
    # nothing is fetched and nothing on the server is touched.
    awaits_preview: Mapped[bool] = mapped_column(default=False)
    # How the desk signs in: with a password, or with OAuth 2.0 at Google, at Microsoft or elsewhere.
    sign_in: Mapped[str] = mapped_column(default="password")

    imap_host: Mapped[str] = mapped_column(default="")
    imap_port: Mapped[int] = mapped_column(default=993)
    imap_security: Mapped[str] = mapped_column(default="tls")
    imap_username: Mapped[str] = mapped_column(default="")
    imap_password_sealed: Mapped[str] = mapped_column(default="")
    folders: Mapped[list[str]] = mapped_column(default=lambda: ["INBOX"])
    disposition: Mapped[str] = mapped_column(default="move")
    move_to: Mapped[str] = mapped_column(default="Helpdesk")
    poll_seconds: Mapped[int] = mapped_column(default=60)

    smtp_host: Mapped[str] = mapped_column(default="")
    smtp_port: Mapped[int] = mapped_column(default=587)
    smtp_security: Mapped[str] = mapped_column(default="starttls")
    smtp_username: Mapped[str] = mapped_column(default="")
    smtp_password_sealed: Mapped[str] = mapped_column(default="")
    # The most bytes one letter may have, as the server said at the last session (RFC 1870); None: it did not say.
    smtp_size_max: Mapped[int | None] = mapped_column(BigInteger)
    # A private certificate authority, for both directions; empty: the system's.
    ca_file: Mapped[str] = mapped_column(default="")

    team: Mapped[Team | None] = relationship(lazy="joined")
    health: Mapped["MailboxHealth | None"] = relationship(back_populates="mailbox", cascade="all, delete-orphan")

    @property
    def sender(self) -> SenderName:
        return SenderName(self.sender_name or SenderName.AGENT_AND_DESK)

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


class MailboxHealth(Base):
    """How a mailbox is doing, and which process has it: one lease, so that several machines may run `mail`."""

    __tablename__ = "mailbox_health"

    mailbox_id: Mapped[int] = mapped_column(ForeignKey("mailboxes.id"), unique=True)
    lease_holder: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(default="unknown")
    last_error: Mapped[str | None]
    server_count: Mapped[int | None]
    checked_at: Mapped[datetime | None]
    next_check_at: Mapped[datetime | None]
    last_mail_in_at: Mapped[datetime | None]

    mailbox: Mapped[Mailbox] = relationship(back_populates="health")


class MailboxFolder(Base):
    """What the server and the ledger have of one folder, as the listener last counted it. `server_count`: mails in
    the folder; `known_count`: those of them that have a row of the ledger; `skipped_count`: those left alone because
    they are older than `start_from`. All is well when the last two add up to the first."""

    __tablename__ = "mailbox_folders"
    __table_args__ = (UniqueConstraint("mailbox_id", "name"),)

    mailbox_id: Mapped[int] = mapped_column(ForeignKey("mailboxes.id"))
    name: Mapped[str]
    uidvalidity: Mapped[int] = mapped_column(BigInteger)
    server_count: Mapped[int]
    known_count: Mapped[int]
    skipped_count: Mapped[int] = mapped_column(default=0)
    counted_at: Mapped[datetime]
    # When a difference was first seen; None while the numbers agree.
    gap_since: Mapped[datetime | None]
    # When the server last gave all mails new numbers (another UIDVALIDITY, RFC 9051 section 2.3.1.1).
    renumbered_at: Mapped[datetime | None]


def keep_lease(session: Session, mailbox_id: int, holder: str, *, now: datetime) -> bool:
    """Takes or renews the lease of one mailbox and commits; False when another process holds it."""
    if session.scalars(select(MailboxHealth.id).where(MailboxHealth.mailbox_id == mailbox_id)).first() is None:
        session.add(MailboxHealth(mailbox_id=mailbox_id))
        session.commit()
    free = or_(
        MailboxHealth.lease_holder == holder,
        MailboxHealth.lease_until.is_(None),
        MailboxHealth.lease_until < now,
    )
    taken = session.execute(
        update(MailboxHealth)
        .where(MailboxHealth.mailbox_id == mailbox_id, free)
        .values(lease_holder=holder, lease_until=now + timedelta(seconds=LEASE_SECONDS))
        .execution_options(synchronize_session=False)
    )
    session.commit()
    return getattr(taken, "rowcount", 0) == 1


def active_mailboxes(session: Session) -> list[Mailbox]:
    return list(session.scalars(select(Mailbox).where(Mailbox.active).order_by(Mailbox.id)))


def own_addresses(session: Session) -> frozenset[str]:
    """All addresses that are ours, retired ones too: mail from them is never a requester's."""
    return frozenset(address.lower() for address in session.scalars(select(Mailbox.address)))


def without_tag(address: str) -> str:
    """The address without what follows a + in its local part."""
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"
