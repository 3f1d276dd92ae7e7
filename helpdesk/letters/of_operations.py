"""The letters that a bulk change, a macro or a rule set off: what has left can't be undone, and is named."""

from collections import defaultdict

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from helpdesk.incidents.incident import Incident
from helpdesk.incidents.operation import Operation, Outcome
from helpdesk.journal import Event
from helpdesk.letters.delivery import Delivery, DeliveryState
from helpdesk.letters.kinds import Letter
from helpdesk.letters.message_ids import Side

# Never handed over to anybody.
_KEPT = (DeliveryState.SUPPRESSED.value, DeliveryState.FAILED.value)


def letters_that_left(session: Session, operation: Operation) -> dict[int, list[str]]:
    """“the resolution to mia@example.org” of each letter to a requester that is out of our hands, by the number of
    the incident."""
    of_outcome = and_(
        Event.record_kind == Incident.record_kind,
        Event.record_id == Outcome.incident_id,
        Event.sequence.between(Outcome.first_sequence, Outcome.last_sequence),
    )
    query = (
        select(Outcome.incident_id, Delivery.letter, Delivery.recipient)
        .join(Event, of_outcome)
        .join(Delivery, Delivery.event_id == Event.id)
        .where(Outcome.operation_id == operation.id, Delivery.state.not_in(_KEPT))
        .order_by(Delivery.id)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for number, letter, recipient in session.execute(query):
        if Letter(letter).side is Side.REQUESTER:
            found[number].append(f"the {letter.replace('_', ' ')} to {recipient}")
    return dict(found)
