"""What an agent does with held mail: accept it as new, attach it, put it away, or have it looked at again."""

from datetime import datetime

from sqlalchemy.orm import Session

from helpdesk.errors import Conflict, NotAllowed
from helpdesk.house import House
from helpdesk.incidents.incident import Incident
from helpdesk.journal import Actor
from helpdesk.people.permissions import Permission
from intake.filing import Filed, file_row
from intake.ledger import LedgerRow, LedgerState
from intake.mail.arrival import Arrival
from intake.mail.limits import Limits
from intake.mail.parse import parse
from intake.matching import Decision, Outcome


def accept(session: Session, house: House, row: LedgerRow, *, by: Actor, at: datetime) -> Filed:
    """Files it as a new incident, and commits."""
    return _decided(session, house, row, Outcome.NEW, f"{by.name} accepted it as a new incident.", None, by, at)


def attach_to(session: Session, house: House, row: LedgerRow, incident: Incident, *, by: Actor, at: datetime) -> Filed:
    """Files it in the thread of an incident, and commits. The caller checked that this agent may see it."""
    said = f"{by.name} attached it to {incident.number}."
    return _decided(session, house, row, Outcome.JOIN, said, incident.id, by, at)


def discard(row: LedgerRow, *, by: Actor, at: datetime) -> None:
    """Puts it away; the bytes stay in the store. The door commits."""
    _may(by, row)
    row.state = LedgerState.DISCARDED.value
    row.dealt_with_by, row.dealt_with_at = by.name, at


def parse_again(session: Session, house: House, row: LedgerRow, *, by: Actor, at: datetime) -> Filed:
    """Looks at it once more with the rules and the parser of today, and commits."""
    _may(by, row)
    row.state, row.filed_fingerprint = LedgerState.FETCHED.value, None
    row.dealt_with_by, row.dealt_with_at = by.name, at
    session.commit()
    return file_row(session, house, row.id)


def raw(house: House, row: LedgerRow) -> bytes:
    """The bytes as they came. Raises Conflict when only the server has them."""
    if row.sha256 is None:
        raise Conflict("This mail is too large and was left on the server. Fetch it there with a mail client.")
    return house.store.get(row.sha256)


def read(house: House, row: LedgerRow) -> Arrival:
    """What it says."""
    return parse(raw(house, row), limits=Limits(bytes_max=house.settings.message_bytes_max))


def _decided(
    session: Session,
    house: House,
    row: LedgerRow,
    outcome: Outcome,
    said: str,
    incident_id: int | None,
    by: Actor,
    at: datetime,
) -> Filed:
    _may(by, row)
    raw(house, row)
    row.dealt_with_by, row.dealt_with_at = by.name, at
    before = tuple(str(one) for one in row.decision.get("evidence", ()))
    session.commit()
    return file_row(session, house, row.id, Decision(outcome, "an agent", (*before, said), incident_id))


def _may(by: Actor, row: LedgerRow) -> None:
    if not by.may(Permission.HANDLE_HELD_MAIL):
        raise NotAllowed("You may not deal with held mail. Ask a lead or an administrator.")
    if row.state != LedgerState.HELD.value:
        raise Conflict("This mail has been dealt with already. Look at the list again.")
