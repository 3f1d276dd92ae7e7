"""What a delivery report does: it lands on the letter it is about, marks the address, and hands the incident back."""

from datetime import datetime

from sqlalchemy.orm import Session

from helpdesk.incidents.incident import Incident
from helpdesk.incidents.lifecycle import State
from helpdesk.journal import Actor, EventKind
from helpdesk.letters.delivery import Delivery, DeliveryState, by_message_id
from helpdesk.people.address_health import mark
from intake.decision import Decision
from intake.mail.arrival import Bounce, RecipientReport
from intake.mail.bounce_kind import kind_of

SAID_LENGTH_MAX = 500
RECIPIENTS_MAX = 20


def apply_report(
    session: Session, incident: Incident, report: Bounce, decision: Decision, entry_id: int, *, by: Actor, at: datetime
) -> None:
    """Each letter of ours has one reader and a Message-ID of its own, so the letter named tells whom it is about,
    whatever address it was passed on to afterwards (RFC 3464 section 2.3.2)."""
    delivery, about = note_report(session, report, decision, at=at)
    final = [one for one in about if kind_of(one) != "delayed"]
    incident._record(
        EventKind.BOUNCED,
        by=by,
        at=at,
        entry_id=entry_id,
        letter=delivery.letter if delivery else "",
        answered_entry_id=delivery.entry_id if delivery else None,
        recipients=[one.recipient for one in about][:RECIPIENTS_MAX],
        status=report.status,
        # A delay is no end: readers of the event tell nobody of it (RFC 3464 section 2.3.3).
        action="failed" if final else "delayed",
        severity=kind_of(final[0] if final else about[0]),
        diagnostic=report.diagnostic[:SAID_LENGTH_MAX],
    )
    # Waiting for an answer to what never arrived would be waiting for ever.
    if final and incident.current is State.PENDING_REQUESTER:
        incident.resume(by=by, at=at)


def note_report(
    session: Session, report: Bounce, decision: Decision, *, at: datetime
) -> tuple[Delivery | None, list[RecipientReport]]:
    """Marks the letter and the addresses; returns the letter, if it is still known, and what is said of whom."""
    delivery = by_message_id(session, decision.bounced_message_id or "")
    about = _about(report, delivery)
    for one in about:
        _note(session, delivery, one, at)
    return delivery, about


def _about(report: Bounce, delivery: Delivery | None) -> list[RecipientReport]:
    """The recipients reported on; where our letter's own reader is known, just them."""
    summary = RecipientReport("", report.action, report.status, report.diagnostic)
    found = list(report.reports) or [summary]
    if delivery is None:
        return found
    own = [one for one in found if one.recipient.lower() == delivery.recipient]
    return [_for(delivery.recipient, one) for one in (own or found)[:1]]


def _for(recipient: str, one: RecipientReport) -> RecipientReport:
    return RecipientReport(recipient, one.action, one.status, one.diagnostic)


def _note(session: Session, delivery: Delivery | None, one: RecipientReport, at: datetime) -> None:
    kind, said = kind_of(one), " ".join(filter(None, (one.status, one.diagnostic)))[:SAID_LENGTH_MAX]
    if one.recipient:
        mark(session, one.recipient.lower(), kind, one.status, said, at=at)
    if delivery is None:
        return
    delivery.bounce, delivery.bounce_status = kind, one.status
    # A delay is not the end of it: the mail server goes on trying.
    if kind != "delayed":
        delivery.settle(DeliveryState.BOUNCED, said)
