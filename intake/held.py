"""What an agent does with held mail: accept it as new, attach it, put it away and take that back, have it looked at
again, or have a large one fetched. What is about an incident is told in its journal."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from helpdesk.errands import send_on
from helpdesk.errors import Conflict, Invalid, NotAllowed
from helpdesk.house import House
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.merge import surviving
from helpdesk.incidents.participants import add_participant, participant
from helpdesk.incidents.thread import ParticipantRole
from helpdesk.journal import Actor, EventKind
from helpdesk.people.permissions import Permission
from helpdesk.people.requester import normalized
from helpdesk.reactions import FETCH
from intake.decision import Decision, Outcome
from intake.filing import Filed, file_row
from intake.incoming import read_mail
from intake.ledger import LedgerRow, LedgerState
from intake.mail.arrival import Arrival

BY_HAND = "an agent"  # the rule of a decision that a person made


@dataclass(frozen=True, slots=True)
class Person:
    """Whom an accepted mail is filed for, where that is not its sender."""

    address: str
    name: str = ""


def accept(
    session: Session, house: House, row: LedgerRow, *, by: Actor, at: datetime, requester: Person | None = None
) -> Filed:
    """Files it as a new incident, of its sender or of this requester, and commits.

    Raises Conflict when somebody else was quicker, Invalid for no address."""
    _may(by, row)
    said = f"{by.name} accepted it as a new incident."
    if requester is not None:
        address = normalized(requester.address)
        row.hints = row.hints | {"requester": {"address": address, "name": requester.name.strip()[:200]}}
        said = f"{by.name} accepted it as a new incident of {address}."
    return _decided(session, house, row, Outcome.NEW, said, None, by, at)


def attach_to(
    session: Session,
    house: House,
    row: LedgerRow,
    incident: Incident,
    *,
    by: Actor,
    at: datetime,
    takes_part: bool = False,
) -> Filed:
    """Files it in the thread of an incident, and commits. The caller checked that this agent may see it.

    `takes_part`: what its sender writes joins by itself from now on. Whoever was consulted unseen stays unseen."""
    _may(by, row)
    incident = surviving(session, incident)
    sender = _address(row)
    known = participant(incident, sender) if sender else None
    unseen = known is not None and known.role == ParticipantRole.THIRD_PARTY.value
    outcome = Outcome.ADVICE if unseen else Outcome.JOIN
    said = f"{by.name} attached it to {incident.number}."
    filed = _decided(session, house, row, outcome, said, incident.id, by, at)
    is_requester = any(one.address == sender for one in incident.requester.addresses)
    if takes_part and sender and known is None and not is_requester:
        add_participant(incident, sender, by=by, at=at)
        session.commit()
    return filed


def discard(session: Session, row: LedgerRow, *, by: Actor, at: datetime) -> None:
    """Puts it away; the bytes stay in the store. The door commits."""
    _may(by, row)
    row.state = LedgerState.DISCARDED.value
    row.dealt_with_by, row.dealt_with_at = by.name, at
    _note(session, row, EventKind.MAIL_DISCARDED, by, at)


def take_back(session: Session, row: LedgerRow, *, by: Actor, at: datetime) -> None:
    """It was put away and is held again. The door commits."""
    _may(by, row, LedgerState.DISCARDED)
    row.state = LedgerState.HELD.value
    row.dealt_with_by, row.dealt_with_at = by.name, at
    _note(session, row, EventKind.MAIL_HELD, by, at)


def parse_again(session: Session, house: House, row: LedgerRow, *, by: Actor, at: datetime) -> Filed:
    """Looks at it once more with the rules and the parser of today, and commits."""
    _may(by, row)
    row.state, row.filed_fingerprint = LedgerState.FETCHED.value, None
    row.dealt_with_by, row.dealt_with_at = by.name, at
    session.commit()
    return file_row(session, house, row.id)


def fetch_all_the_same(session: Session, row: LedgerRow, *, by: Actor, at: datetime) -> None:
    """Has a mail that was left on the server for its size fetched by the worker, and filed. The door commits."""
    _may(by, row)
    if row.sha256 is not None or row.uid is None or row.mailbox_id is None:
        raise Conflict("This mail is here already. Look at it again instead.")
    row.dealt_with_by, row.dealt_with_at = by.name, at
    row.reason = f"{by.name} asked for it all the same; it is being fetched."
    send_on(session, FETCH, at=at, row_id=row.id)


def raw(house: House, row: LedgerRow) -> bytes:
    """The bytes as they came. Raises Conflict when only the server has them."""
    if row.sha256 is None:
        raise Conflict("This mail is too large and was left on the server. Fetch it there with a mail client.")
    return house.store.get(row.sha256)


def read(house: House, row: LedgerRow) -> Arrival:
    """What it says."""
    return read_mail(house, raw(house, row))


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
    raw(house, row)
    before = tuple(str(one) for one in row.decision.get("evidence", ()))
    session.commit()
    filed = file_row(session, house, row.id, Decision(outcome, BY_HAND, (*before, said), incident_id))
    if filed.reason != said:
        # Two decided at the same moment, and the other's decision was carried out.
        raise Conflict(_dealt_with(row))
    row.dealt_with_by, row.dealt_with_at = by.name, at
    _note(session, row, EventKind.MAIL_ACCEPTED, by, at)
    session.commit()
    return filed


def _note(session: Session, row: LedgerRow, kind: EventKind, by: Actor, at: datetime) -> None:
    """Tells the incident it is about, if there is one."""
    number = row.incident_id or row.concerns_id
    incident = session.get(Incident, number) if number else None
    if incident is not None:
        reason = f"{by.name} took it back" if kind is EventKind.MAIL_HELD else row.reason
        incident._record(kind, by=by, at=at, row_id=row.id, sender=row.sender, subject=row.subject, reason=reason)


def _address(row: LedgerRow) -> str:
    try:
        return normalized(row.sender)
    except Invalid:
        return ""


def _may(by: Actor, row: LedgerRow, state: LedgerState = LedgerState.HELD) -> None:
    if not by.may(Permission.HANDLE_HELD_MAIL):
        raise NotAllowed("You may not deal with held mail. Ask a lead or an administrator.")
    if row.state != state.value:
        raise Conflict(_dealt_with(row))


def _dealt_with(row: LedgerRow) -> str:
    who = row.dealt_with_by or "Somebody"
    became = {
        LedgerState.FILED.value: f"it is in INC-{row.incident_id}",
        LedgerState.DISCARDED.value: "it was put away",
        LedgerState.HELD.value: "it is held",
        LedgerState.IGNORED.value: "it needed no incident",
    }.get(row.state, "it is being filed")
    return f"{who} has dealt with this mail already: {became}."
