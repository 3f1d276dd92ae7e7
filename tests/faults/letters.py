"""What came of the letters of a desk, held against what a mail server really took."""

from collections import Counter
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.letters.delivery import Delivery, DeliveryState
from tests.faults.conftest import Fault

# Nothing more will happen with these by itself.
ENDED = (DeliveryState.SENT, DeliveryState.UNCERTAIN, DeliveryState.FAILED, DeliveryState.SUPPRESSED)


def letters(session: Session, kept: Counter[str], scenario: str, known: Collection[int] = ()) -> Fault:
    """Of all deliveries but the `known` ones. Lost is a letter that the desk believes sent and nobody got, and one
    that is neither on its way nor ended; a failed one is shown to people, and so not lost."""
    deliveries = [one for one in session.scalars(select(Delivery)) if one.id not in known]
    composed = [one for one in deliveries if one.raw_sha256]
    states = Counter(one.state for one in composed)
    lost = [
        one
        for one in composed
        if one.state not in ENDED or (one.state == DeliveryState.SENT and not kept[one.message_id])
    ]
    # One that the desk believes failed must not have arrived: it would be written once more.
    wrong = [one for one in composed if one.state == DeliveryState.FAILED and kept[one.message_id]]
    assert not wrong, [(one.answer, one.message_id) for one in wrong]
    session.rollback()
    return Fault(
        scenario=scenario,
        sent=sum(kept[one.message_id] > 0 for one in composed),
        sent_twice=sum(max(0, kept[one.message_id] - 1) for one in composed),
        uncertain=states[DeliveryState.UNCERTAIN.value],
        lost=len(lost),
    )
