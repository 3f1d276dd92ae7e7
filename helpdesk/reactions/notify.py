"""The reaction that tells people: an event becomes letters, each a Delivery with an errand that sends it.

Running it twice makes nothing twice. It commits nothing; the worker does."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from helpdesk import errands
from helpdesk.errors import Invalid
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.thread import Entry, MessageReference
from helpdesk.journal import Event, EventKind
from helpdesk.letters.addresses import wire_address
from helpdesk.letters.compose import compose
from helpdesk.letters.contents import Occasion, Stationery
from helpdesk.letters.delivery import Delivery, DeliveryState, letters_of_event
from helpdesk.letters.kinds import BY_HAND, Letter
from helpdesk.letters.readers import Planned, plan
from helpdesk.letters.restraint import reason_against
from helpdesk.mailboxes.mailbox import Mailbox, active_mailboxes
from helpdesk.reactions import DEPART
from helpdesk.reactions.digests import leaves_at
from helpdesk.reactions.queueing import queue

NO_MAILBOX = "No mailbox is set up to send from. Add one under Settings, then write again."


def notify(session: Session, event: Event, *, stationery: Stationery, now: datetime) -> None:
    """Composes and queues every letter that this event asks for; what must not be sent is recorded with its reason.

    What an agent wrote and may still call back gets an errand of its own, see `reactions.depart`."""
    incident = session.get(Incident, event.record_id) if event.record_kind == Incident.record_kind else None
    if incident is None:
        return
    planned, entry = plan(session, incident, event), _kept_back(session, event)
    if entry is not None:
        planned = [one for one in planned if one.letter not in BY_HAND]
        if entry.is_waiting:
            errands.send_on(session, DEPART, at=entry.send_at or now, entry_id=entry.id)
    make_letters(session, incident, event, planned, stationery, now=now)


def _kept_back(session: Session, event: Event) -> Entry | None:
    """The letter that this event wrote or put off, as long as it has yet to leave, or was called back."""
    if event.kind not in (EventKind.REPLIED, EventKind.CONSULTED, EventKind.SCHEDULED):
        return None
    entry = session.get(Entry, event.data.get("entry_id", 0))
    return entry if entry is not None and (entry.send_at or entry.withdrawn_at) else None


def make_letters(
    session: Session, incident: Incident, event: Event, planned: list[Planned], stationery: Stationery, *, now: datetime
) -> None:
    """Each of these letters as a Delivery, once, whichever were made before."""
    mailbox, made = sending_mailbox(session, incident), letters_of_event(session, event.id)
    for one in planned:
        leaves = leaves_at(session, incident, event, one, now=now)
        if leaves is not None and (one.letter.value, one.address) not in made:
            occasion = Occasion(session, stationery, incident, event, one)
            _make(occasion, mailbox, _copied(one, planned), now, leaves)


def sending_mailbox(session: Session, incident: Incident) -> Mailbox | None:
    """The one that the requester wrote to; else, or when that is retired, the first there is."""
    if incident.mailbox and incident.mailbox.active:
        return incident.mailbox
    return next(iter(active_mailboxes(session)), None)


def _copied(one: Planned, planned: Iterable[Planned]) -> tuple[Planned, ...]:
    if one.letter is not Letter.REPLY:
        return ()
    return tuple(other for other in planned if other is not one and _is_address(other.address))


def _is_address(address: str) -> bool:
    try:
        return bool(wire_address(address))
    except Invalid:
        return False


def _make(
    occasion: Occasion, mailbox: Mailbox | None, copied: tuple[Planned, ...], now: datetime, leaves: datetime
) -> None:
    session, delivery = occasion.session, _row(occasion, mailbox, now)
    state, reason = _obstacle(occasion, mailbox, now)
    if state or mailbox is None:
        delivery.settle(state or DeliveryState.FAILED, reason)
        session.add(delivery)
        session.flush()
        return
    letter = compose(occasion, mailbox, delivery.message_id, now=now, copied=copied)
    queue(session, delivery, letter, store=occasion.stationery.store, leaves=leaves)
    session.add(
        MessageReference(
            message_id=delivery.message_id, incident_id=delivery.incident_id, entry_id=delivery.entry_id, ours=True
        )
    )


def _row(occasion: Occasion, mailbox: Mailbox | None, now: datetime) -> Delivery:
    planned = occasion.planned
    message_id = occasion.stationery.message_id(
        occasion.event.id, planned.address, mailbox, incident_id=occasion.incident.id, side=planned.letter.side
    )
    return Delivery(
        letter=planned.letter.value,
        event_id=occasion.event.id,
        incident_id=occasion.incident.id,
        entry_id=planned.entry.id if planned.entry else None,
        mailbox=mailbox,
        recipient=planned.address,
        message_id=message_id,
        state=DeliveryState.QUEUED.value,
        created_at=now,
    )


def _obstacle(occasion: Occasion, mailbox: Mailbox | None, now: datetime) -> tuple[DeliveryState | None, str]:
    """(state, reason) of a letter that will not be composed; (None, "") when all is well."""
    planned = occasion.planned
    if planned.overtaken:
        return DeliveryState.SUPPRESSED, planned.overtaken
    reason = reason_against(
        occasion.session, planned.letter, planned.address, incident=occasion.incident, event=occasion.event, now=now
    )
    if reason:
        return DeliveryState.SUPPRESSED, reason
    try:
        wire_address(planned.address)
    except Invalid as error:
        return DeliveryState.FAILED, str(error)
    return (None, "") if mailbox else (DeliveryState.FAILED, NO_MAILBOX)
