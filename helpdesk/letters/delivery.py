"""Deliveries: one row for each letter to each recipient, with what became of it. Agents see it on the reply.

`reactions.notify` makes them, `reactions.deliver` sends them, intake marks what came back."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, ForeignKey, Index, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from helpdesk.base import Base
from helpdesk.letters.kinds import Letter
from helpdesk.mailboxes.mailbox import Mailbox

ANSWER_LENGTH_MAX = 1000


class DeliveryState(StrEnum):
    QUEUED = "queued"  # to be sent
    SENDING = "sending"  # being handed over, or the process died while it was
    SENT = "sent"  # the next mail server has it
    DEFERRED = "deferred"  # not now; tried again by itself
    UNCERTAIN = "uncertain"  # handed over, but the connection broke before the server's answer: it may have arrived
    FAILED = "failed"  # refused for good, or tried often enough
    BOUNCED = "bounced"  # taken, then reported undeliverable
    SUPPRESSED = "suppressed"  # deliberately not sent; `answer` says why


# Nobody can have got it yet; it is tried again by itself.
UNSENT = (DeliveryState.QUEUED.value, DeliveryState.DEFERRED.value)
# Nothing happens any more unless somebody sends it again.
ENDED = (DeliveryState.FAILED.value, DeliveryState.BOUNCED.value, DeliveryState.UNCERTAIN.value)


class Delivery(Base):
    """`answer` holds the mail server's words, or ours where none was asked. `raw_sha256` names the composed bytes."""

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("event_id", "letter", "recipient"),
        Index("ix_deliveries_recipient_created", "recipient", "created_at"),
        Index("ix_deliveries_state_created", "state", "created_at"),
        Index("ix_deliveries_mailbox_sent", "mailbox_id", "sent_at"),
    )

    letter: Mapped[str]
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"))
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incidents.id"), index=True)
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("entries.id"), index=True)
    mailbox_id: Mapped[int | None] = mapped_column(ForeignKey("mailboxes.id"))
    recipient: Mapped[str]
    message_id: Mapped[str] = mapped_column(unique=True)
    subject: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default=DeliveryState.QUEUED.value)
    tries: Mapped[int] = mapped_column(default=0)
    answer: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    # When a letter that was put off is tried again.
    next_try_at: Mapped[datetime | None]
    raw_sha256: Mapped[str] = mapped_column(default="")
    # What a delivery report said (RFC 3463 code): "hard", "soft" or "delayed", and the code.
    bounce: Mapped[str] = mapped_column(default="")
    bounce_status: Mapped[str] = mapped_column(default="")

    mailbox: Mapped[Mailbox | None] = relationship()

    @property
    def is_to_send(self) -> bool:
        return self.state in (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.DEFERRED)

    def settle(self, state: DeliveryState, answer: str) -> None:
        """What became of it, and in whose words."""
        self.state, self.answer = state.value, answer[:ANSWER_LENGTH_MAX]


def deliveries_of_entries(session: Session, entry_ids: Iterable[int]) -> dict[int, list[Delivery]]:
    """The deliveries of each of these replies, in the order they were made."""
    found: dict[int, list[Delivery]] = defaultdict(list)
    query = select(Delivery).where(Delivery.entry_id.in_(list(entry_ids))).order_by(Delivery.id)
    for delivery in session.scalars(query):
        if delivery.entry_id is not None:
            found[delivery.entry_id].append(delivery)
    return dict(found)


def recent_deliveries(session: Session, state: DeliveryState | None = None, limit: int = 100) -> list[Delivery]:
    """The newest first, of all or in one state."""
    query = select(Delivery).order_by(Delivery.created_at.desc(), Delivery.id.desc()).limit(limit)
    return list(session.scalars(query.where(Delivery.state == state.value) if state else query))


def by_message_id(session: Session, message_id: str) -> Delivery | None:
    """The delivery with this Message-ID, with or without <>."""
    return session.scalars(select(Delivery).where(Delivery.message_id == message_id.strip(" <>").lower())).first()


def letters_of_event(session: Session, event_id: int) -> set[tuple[str, str]]:
    """(letter, recipient) of what was made of an event already."""
    rows = session.execute(select(Delivery.letter, Delivery.recipient).where(Delivery.event_id == event_id))
    return {(letter, recipient) for letter, recipient in rows}


def automatic_since(
    session: Session, since: datetime, letters: Iterable[str], condition: ColumnElement[bool], *, limit: int
) -> int:
    """How many of these letters that meet the condition were made since then; counts no further than `limit`."""
    counted = (
        select(Delivery.id)
        .where(
            Delivery.created_at > since,
            Delivery.state != DeliveryState.SUPPRESSED.value,
            Delivery.letter.in_(list(letters)),
            condition,
        )
        .limit(limit)
    )
    return session.scalar(select(func.count()).select_from(counted.subquery())) or 0


def was_consulted(session: Session, incident_id: int, address: str) -> bool:
    """Whether agents asked this address something of which the requester knows nothing."""
    query = select(Delivery.id).where(
        Delivery.incident_id == incident_id,
        Delivery.recipient == address,
        Delivery.letter == Letter.CONSULTATION.value,
    )
    return session.scalars(query.limit(1)).first() is not None
