"""The reaction that sends one letter through the transport and keeps what the mail server said.

It commits on its own, before the letter leaves and after: whatever dies in between, the row tells, and the next
try carries the same Message-ID, so that a reader's mail client shows the letter once."""

from datetime import datetime

from sqlalchemy.orm import Session

from helpdesk.attachments.store import BlobStore
from helpdesk.errands import Errand, TryLater, send_on
from helpdesk.errors import Conflict
from helpdesk.incidents.incident import Incident
from helpdesk.journal import Actor, EventKind, record
from helpdesk.letters.addresses import wire_address
from helpdesk.letters.delivery import Delivery, DeliveryState
from helpdesk.letters.transport import NotSent, Transport
from helpdesk.letters.wire import from_bytes
from helpdesk.reactions import DELIVER

MAIL = Actor(kind="system", name="Mail")


def deliver(
    session: Session,
    delivery_id: int,
    *,
    transport: Transport,
    store: BlobStore,
    now: datetime,
    last_try: bool = False,
) -> None:
    """Sends it, unless it is sent, failed or suppressed already.

    Raises TryLater after a temporary refusal. A permanent one, or any on the last try, ends it: the incident gets
    a DELIVERY_FAILED event. Raises Conflict when there is no such delivery, or its bytes are gone."""
    delivery = session.get(Delivery, delivery_id)
    if delivery is None:
        raise Conflict(f"There is no delivery {delivery_id}.")
    if not delivery.is_to_send or delivery.mailbox is None:
        return
    letter = from_bytes(store.get(delivery.raw_sha256))
    delivery.state, delivery.tries = DeliveryState.SENDING.value, delivery.tries + 1
    session.commit()
    try:
        answer = transport.send(letter, delivery.mailbox, wire_address(delivery.recipient))
    except NotSent as refusal:
        _refused(session, delivery, refusal, last_try=last_try, now=now)
        return
    delivery.settle(DeliveryState.SENT, answer)
    delivery.sent_at = now
    session.commit()


def _refused(session: Session, delivery: Delivery, refusal: NotSent, *, last_try: bool, now: datetime) -> None:
    reason = str(refusal)
    if not (refusal.permanent or last_try):
        delivery.settle(DeliveryState.DEFERRED, reason)
        session.commit()
        raise TryLater(f"The letter to {delivery.recipient} waits: {reason}") from refusal
    delivery.settle(DeliveryState.FAILED, reason)
    if delivery.incident_id is not None:
        record(
            session,
            Incident.record_kind,
            delivery.incident_id,
            EventKind.DELIVERY_FAILED,
            by=MAIL,
            at=now,
            recipient=delivery.recipient,
            answer=delivery.answer,
            entry_id=delivery.entry_id,
            letter=delivery.letter,
        )
    session.commit()


def send_again(session: Session, delivery: Delivery, *, now: datetime) -> Errand:
    """Somebody mended what was in the way; the door commits.

    Raises Conflict for a letter that is on its way, that arrived, or that was never composed."""
    ended = delivery.state in (DeliveryState.FAILED, DeliveryState.BOUNCED)
    if not ended or not delivery.raw_sha256:
        raise Conflict("Only a letter that failed or came back can be sent again. Write a new reply instead.")
    delivery.settle(DeliveryState.QUEUED, "")
    delivery.tries, delivery.sent_at = 0, None
    return send_on(session, DELIVER, at=now, delivery_id=delivery.id)
