"""The thread of an incident: what was written, by whom, and the Message-IDs by which mail finds its way back."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.attachments import Attachment
from helpdesk.base import Base
from helpdesk.errors import Invalid
from helpdesk.journal import Actor

if TYPE_CHECKING:
    from helpdesk.incidents.incident import Incident

TEXT_LENGTH_MAX = 1_000_000


class EntryKind(StrEnum):
    MESSAGE = "message"  # the requester's, or that of somebody copied
    REPLY = "reply"  # an agent's, to the requester
    NOTE = "note"  # among agents only
    CONSULTATION = "consultation"  # an agent's, to a third party; the requester never sees it
    ADVICE = "advice"  # a third party's answer to that, as unseen


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody wrote, before it is part of a thread.

    `quoted` is what the new text stood above or below, folded away on the page; `html` is sanitised already;
    `cc` are further readers' addresses; `automatic` says why it counts as sent by a machine. `sender` is the address
    it was written from, `to` whom it was written to besides the requester, `trust` the verdict on its sender, and
    `features` what else a page shows of a mail: away_until, invitation, signature, encrypted."""

    text: str
    html: str = ""
    quoted: str = ""
    attachments: tuple[Attachment, ...] = ()
    cc: tuple[str, ...] = ()
    message_id: str | None = None
    references: tuple[str, ...] = ()
    automatic: str = ""
    sender: str = ""
    to: tuple[str, ...] = ()
    trust: str = ""
    features: dict[str, Any] = field(default_factory=dict)

    def checked(self) -> "Words":
        """Itself. Raises Invalid when there is nothing in it, or far too much."""
        if not (self.text.strip() or self.html.strip() or self.attachments):
            raise Invalid("Write something first.", field="text")
        if len(self.text) > TEXT_LENGTH_MAX:
            raise Invalid(f"Shorten the text to {TEXT_LENGTH_MAX:,} characters, or attach it as a file.", field="text")
        return self


class Entry(Base):
    __tablename__ = "entries"
    # Few letters wait at any time: the outbox lists them without looking at the rest.
    __table_args__ = (
        Index(
            "ix_entries_waiting",
            "send_at",
            sqlite_where=sql("send_at IS NOT NULL"),
            postgresql_where=sql("send_at IS NOT NULL"),
        ),
    )

    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    kind: Mapped[str]
    at: Mapped[datetime]
    author_kind: Mapped[str]
    author_id: Mapped[int | None]
    author_name: Mapped[str]
    text: Mapped[str]
    html: Mapped[str] = mapped_column(default="")
    quoted: Mapped[str] = mapped_column(default="")
    cc: Mapped[list[str]] = mapped_column(default=list)
    message_id: Mapped[str | None]
    automatic: Mapped[str] = mapped_column(default="")
    sender: Mapped[str] = mapped_column(default="")
    to: Mapped[list[str]] = mapped_column(default=list)
    trust: Mapped[str] = mapped_column(default="")
    features: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # A letter leaves at `send_at`, unless it was withdrawn before, or somebody answered and that was to stop it.
    # None once it has left; see `helpdesk.incidents.sending`.
    send_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    unless_answered: Mapped[bool] = mapped_column(default=False)

    incident: Mapped["Incident"] = relationship(back_populates="entries")
    attachments: Mapped[list[Attachment]] = relationship(order_by=Attachment.id, cascade="all, delete-orphan")

    @property
    def is_waiting(self) -> bool:
        """Whether it is a letter that has yet to leave."""
        return self.send_at is not None and self.withdrawn_at is None

    @property
    def is_public(self) -> bool:
        """Whether the requester may read it: a message, or a reply that left."""
        kinds = (EntryKind.MESSAGE.value, EntryKind.REPLY.value)
        return self.kind in kinds and self.withdrawn_at is None and self.send_at is None


class MessageReference(Base):
    """A Message-ID (RFC 5322 section 3.6.4, without <>) that leads to an incident.

    `ours`: we sent it. Others are a requester's own, and the ancestors they named."""

    __tablename__ = "message_references"

    message_id: Mapped[str] = mapped_column(index=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("entries.id"))
    ours: Mapped[bool] = mapped_column(default=False)


def entry_of(kind: EntryKind, words: Words, by: Actor, at: datetime) -> Entry:
    """What was written as a row, which belongs to no incident yet."""
    return Entry(
        kind=kind.value,
        at=at,
        author_kind=by.kind,
        author_id=by.id,
        author_name=by.name,
        text=words.text.strip(),
        html=words.html,
        quoted=words.quoted,
        cc=list(words.cc),
        message_id=words.message_id,
        automatic=words.automatic,
        sender=words.sender,
        to=list(words.to),
        trust=words.trust,
        features=dict(words.features),
        attachments=list(words.attachments),
    )


def references_of(words: Words, entry: Entry) -> list[MessageReference]:
    """The Message-IDs by which mail finds back to this entry's incident; the entry must have its numbers."""
    known = {one.lower() for one in (words.message_id, *words.references) if one}
    return [MessageReference(message_id=one, incident_id=entry.incident_id, entry_id=entry.id) for one in sorted(known)]


class ParticipantRole(StrEnum):
    COPIED = "copied"  # reads along and may join in
    THIRD_PARTY = "third_party"  # was consulted by agents; the requester does not know of them


class Participant(Base):
    """Somebody besides the requester who takes part by mail."""

    __tablename__ = "participants"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    address: Mapped[str]
    name: Mapped[str] = mapped_column(default="")
    role: Mapped[str] = mapped_column(default=ParticipantRole.COPIED.value)
    added_at: Mapped[datetime]
