"""What agents do about letters in the outbox: send one again, hurry it up, stop it, say that it arrived.

Each changes the row only as long as it is still in a state for that; the door commits."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from helpdesk.errands import Errand, hurry, send_on
from helpdesk.errors import Conflict
from helpdesk.incidents.incident import Incident
from helpdesk.journal import Actor, EventKind, record
from helpdesk.letters.delivery import ENDED, UNSENT, Delivery, DeliveryState
from helpdesk.reactions import DELIVER


def send_again(session: Session, delivery: Delivery, *, now: datetime, by: Actor | None = None) -> Errand:
    """Somebody mended what was in the way, or knows that it did not arrive.

    Raises Conflict for a letter that is on its way, that arrived, or that was never composed."""
    if not delivery.raw_sha256:
        raise Conflict("This letter was never put together. Mend what is in the way, then write a new reply.")
    values = {"state": DeliveryState.QUEUED.value, "tries": 0, "sent_at": None, "next_try_at": None}
    if not _change(session, delivery, ENDED, **values, bounce="", bounce_status=""):
        raise Conflict("Only a letter that failed, came back or is uncertain can be sent again. Look at it once more.")
    _note(session, delivery, EventKind.RESENT, by, now)
    return send_on(session, DELIVER, at=now, delivery_id=delivery.id)


def send_now(session: Session, delivery: Delivery, *, now: datetime) -> None:
    """Does not wait for the next try. Raises Conflict for a letter that no longer waits."""
    if not _change(session, delivery, UNSENT, next_try_at=None):
        raise Conflict("This letter does not wait any more. Look at it once more.")
    if not hurry(session, DELIVER, "delivery_id", delivery.id, now=now):
        send_on(session, DELIVER, at=now, delivery_id=delivery.id)


def stop(session: Session, delivery: Delivery, *, by: Actor, now: datetime) -> None:
    """A letter that waits, or waits for its next try, is not sent. Raises Conflict when it is too late."""
    values = {"state": DeliveryState.SUPPRESSED.value, "answer": f"{by.name} stopped it.", "next_try_at": None}
    if not _change(session, delivery, UNSENT, **values):
        raise Conflict("This letter is being sent, or has left already. Look at it once more.")
    _note(session, delivery, EventKind.WITHDRAWN, by, now)


def arrived(session: Session, delivery: Delivery, *, by: Actor, now: datetime) -> None:
    """Somebody knows of an uncertain letter that it arrived. Raises Conflict when it is not uncertain any more."""
    values = {"state": DeliveryState.SENT.value, "answer": f"{by.name} says that it arrived.", "sent_at": now}
    if not _change(session, delivery, (DeliveryState.UNCERTAIN.value,), **values):
        raise Conflict("Nobody is in doubt about this letter any more. Look at it once more.")
    _note(session, delivery, EventKind.DELIVERED, by, now)


def _change(session: Session, delivery: Delivery, states: tuple[str, ...], **values: object) -> bool:
    session.flush()
    changed = session.execute(
        update(Delivery)
        .where(Delivery.id == delivery.id, Delivery.state.in_(states))
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    session.refresh(delivery)
    return getattr(changed, "rowcount", 0) == 1


def _note(session: Session, delivery: Delivery, kind: EventKind, by: Actor | None, now: datetime) -> None:
    if delivery.incident_id is None or by is None:
        return
    record(
        session, Incident.record_kind, delivery.incident_id, kind, by=by, at=now,
        recipient=delivery.recipient, letter=delivery.letter, delivery_id=delivery.id,
    )  # fmt: skip
