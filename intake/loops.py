"""Suspected loops: two machines that write to each other, or one gone wild. Held, so that it ends."""

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk.incidents.incident import NUMBER_PREFIX
from helpdesk.incidents.thread import Entry
from helpdesk.policies import MailPolicy
from intake.decision import Decision, Outcome
from intake.incoming import Incoming
from intake.ledger import LedgerRow

HOUR = timedelta(hours=1)


def loop(session: Session, mail: Incoming, wishes: MailPolicy, found: Decision | None) -> Decision | None:
    """HOLD for mail beyond what the site takes within an hour; None when all is well. Old mail comes in any number."""
    if mail.is_old or mail.is_form or not mail.sender:
        return None
    incident_id = found.incident_id if found else None
    reason = _flood(session, mail, wishes)
    if not reason and incident_id and mail.arrival.automatic is not None:
        reason = _ping_pong(session, mail, wishes, incident_id)
    if not reason:
        return None
    return Decision(Outcome.HOLD, "loop", (*(found.evidence if found else ()), reason), incident_id)


def _flood(session: Session, mail: Incoming, wishes: MailPolicy) -> str:
    limit = wishes.incoming_per_address_an_hour
    query = select(func.count()).where(
        LedgerRow.sender == mail.sender, LedgerRow.received_at > mail.now - HOUR, LedgerRow.id != mail.row_id
    )
    if (session.scalar(query) or 0) < limit:
        return ""
    return f"{mail.sender} sent more than {limit} mails within an hour: a loop, perhaps. Allow the sender if not."


def _ping_pong(session: Session, mail: Incoming, wishes: MailPolicy, incident_id: int) -> str:
    limit = wishes.automatic_into_incident_an_hour
    query = select(func.count()).where(
        Entry.incident_id == incident_id, Entry.automatic != "", Entry.at > mail.now - HOUR
    )
    if (session.scalar(query) or 0) < limit:
        return ""
    return f"More than {limit} automatic mails came into {NUMBER_PREFIX}{incident_id} within an hour: a loop, perhaps."
