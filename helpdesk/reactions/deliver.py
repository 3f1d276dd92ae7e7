"""The reaction that sends one letter through the transport and keeps what the mail server said.

It commits on its own: that it is about to send, right before the first byte of the letter leaves, and what came of
it. Who finds a letter in between sends it no second time: it is uncertain, and people decide."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from helpdesk.attachments.store import BlobStore
from helpdesk.errands import TryLater, back_off_seconds
from helpdesk.errors import Conflict
from helpdesk.incidents.incident import Incident
from helpdesk.journal import Actor, EventKind, record
from helpdesk.letters.addresses import wire_address
from helpdesk.letters.delivery import UNSENT, Delivery, DeliveryState
from helpdesk.letters.transport import NotSent, Transport, Uncertain
from helpdesk.letters.wire import from_bytes
from helpdesk.people.address_health import mark, trouble_of, well_again

MAIL = Actor(kind="system", name="Mail")
BROKE_OFF = "The desk stopped while the letter was handed over: it may have arrived."
REFUSED = "hard"


class CalledBack(Exception):
    """Somebody called the letter back, or another worker has it, in the moment before it would have left."""


def deliver(
    session: Session,
    delivery_id: int,
    *,
    transport: Transport,
    store: BlobStore,
    now: datetime,
    last_try: bool = False,
) -> None:
    """Sends it, unless that was done, called back or suppressed already.

    Raises TryLater after a temporary refusal. A permanent one, or any on the last try, ends it: the incident gets a
    DELIVERY_FAILED event; where nobody can tell, DELIVERY_UNCERTAIN. Raises Conflict when there is no such delivery,
    or its bytes are gone."""
    delivery = session.get(Delivery, delivery_id)
    if delivery is None:
        raise Conflict(f"There is no delivery {delivery_id}.")
    if delivery.state == DeliveryState.SENDING:
        _uncertain(session, delivery, BROKE_OFF, now)
    if delivery.state not in UNSENT or delivery.mailbox is None:
        return
    letter, said_before = from_bytes(store.get(delivery.raw_sha256)), delivery.answer
    recipient, number = wire_address(delivery.recipient), delivery.id
    mailbox = delivery.mailbox
    delivery.tries += 1
    try:
        with _no_transaction(session, delivery):
            answer = transport.send(letter, mailbox, recipient, lambda: _about_to_send(session, number))
    except CalledBack:
        session.rollback()
    except NotSent as refusal:
        _refused(session, delivery, refusal, last_try=last_try, now=now)
    except Uncertain as doubt:
        _uncertain(session, delivery, str(doubt), now)
    else:
        _sent(session, delivery, answer, said_before, now)


@contextmanager
def _no_transaction(session: Session, delivery: Delivery) -> Iterator[None]:
    """Commits, and keeps what is loaded: a mail server that takes its time must not keep the database waiting. What
    others did with the delivery meanwhile is seen afterwards."""
    before, session.expire_on_commit = session.expire_on_commit, False
    try:
        session.commit()
        yield
    finally:
        session.expire_on_commit = before
        session.expire(delivery)


def _about_to_send(session: Session, number: int) -> None:
    taken = session.execute(
        update(Delivery)
        .where(Delivery.id == number, Delivery.state.in_(UNSENT))
        .values(state=DeliveryState.SENDING.value)
        .execution_options(synchronize_session=False)
    )
    session.commit()
    if getattr(taken, "rowcount", 0) != 1:
        raise CalledBack


def _sent(session: Session, delivery: Delivery, answer: str, said_before: str, now: datetime) -> None:
    delivery.settle(DeliveryState.SENT, answer)
    delivery.sent_at, delivery.next_try_at = now, None
    # It was this very refusal that made the address look bad.
    trouble = trouble_of(session, [delivery.recipient]).get(delivery.recipient)
    if trouble is not None and said_before and trouble.said == said_before[:500]:
        well_again(session, delivery.recipient)
    session.commit()


def _refused(session: Session, delivery: Delivery, refusal: NotSent, *, last_try: bool, now: datetime) -> None:
    reason = str(refusal)
    if not (refusal.permanent or last_try):
        after_seconds = back_off_seconds(delivery.tries)
        if _still_ours(session, delivery):
            delivery.settle(DeliveryState.DEFERRED, reason)
            delivery.next_try_at = now + timedelta(seconds=after_seconds)
        session.commit()
        raise TryLater(f"The letter to {delivery.recipient} waits: {reason}", after_seconds) from refusal
    if not _still_ours(session, delivery):
        return
    delivery.settle(DeliveryState.FAILED, reason)
    delivery.next_try_at = None
    if refusal.recipient:
        mark(session, delivery.recipient, REFUSED, _status(reason), reason, at=now)
    _tell(session, delivery, EventKind.DELIVERY_FAILED, now)
    session.commit()


def _still_ours(session: Session, delivery: Delivery) -> bool:
    """Whether nobody called it back while the mail server was talked to; the row is locked until the commit."""
    session.refresh(delivery, with_for_update=True)
    return delivery.is_to_send


def _uncertain(session: Session, delivery: Delivery, reason: str, now: datetime) -> None:
    delivery.settle(DeliveryState.UNCERTAIN, reason)
    delivery.next_try_at = None
    _tell(session, delivery, EventKind.DELIVERY_UNCERTAIN, now)
    session.commit()


def _status(answer: str) -> str:
    """The RFC 3463 code in a server's words, "" when there is none."""
    second = [*answer.split(maxsplit=2), "", ""][1]
    return second if second.count(".") == 2 and second.replace(".", "").isdecimal() else ""


def _tell(session: Session, delivery: Delivery, kind: EventKind, now: datetime) -> None:
    if delivery.incident_id is None:
        return
    record(
        session,
        Incident.record_kind,
        delivery.incident_id,
        kind,
        by=MAIL,
        at=now,
        recipient=delivery.recipient,
        answer=delivery.answer,
        entry_id=delivery.entry_id,
        letter=delivery.letter,
    )
