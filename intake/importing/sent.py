"""Filing a mail that we wrote: it becomes a reply in the thread that it answers; one that answers nothing known is
held or left, as the import was told. Nothing is sent: it was, long ago."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from helpdesk.errors import Conflict, Invalid, Refused
from helpdesk.house import House
from helpdesk.incidents.incident import NUMBER_PREFIX, Incident
from helpdesk.incidents.merge import surviving
from helpdesk.incidents.participants import third_parties
from helpdesk.incidents.thread import Words
from helpdesk.journal import Actor
from helpdesk.letters.message_ids import read_message_id
from helpdesk.mailboxes.mailbox import without_tag
from helpdesk.people.agent import agent_by_email
from helpdesk.people.permissions import Permission
from helpdesk.people.requester import normalized
from intake.applying import Mail
from intake.decision import Decision, Outcome
from intake.importing.job import SentMail
from intake.incoming import Incoming, all_mailboxes, incoming, read_mail
from intake.ledger import LedgerRow, LedgerState, twin
from intake.mail.arrival import Address
from intake.trails import Trail, trails
from intake.written import stored, words

RULE = "imported reply"
TRIES_MAX = 5
READERS_MAX = 20
# A number in a subject may be that of the desk before this one.
LEADING = ("references", "reply address", "thread", "ancestor")
ANSWERS_NOTHING = "We wrote it, and it answers nothing that is known here."


def file_sent(session: Session, house: House, row_id: int, otherwise: SentMail) -> None:
    """Files one row, and commits; a row that is dealt with is left as it is."""
    for left in reversed(range(TRIES_MAX)):
        try:
            _file(session, house, row_id, otherwise)
        except (IntegrityError, StaleDataError):
            session.rollback()
            if not left:
                raise
        else:
            return


def _file(session: Session, house: House, row_id: int, otherwise: SentMail) -> None:
    sha256 = session.get_one(LedgerRow, row_id).sha256
    session.rollback()
    if sha256 is None:
        raise Conflict("Its bytes are not here, so it can't be read.")
    arrival = read_mail(house, house.store.get(sha256))
    attachments = stored(house.store, arrival)
    row = session.get_one(LedgerRow, row_id, populate_existing=True, with_for_update=True)
    if row.state != LedgerState.FETCHED.value:
        session.rollback()
        return
    mail = incoming(house, arrival, all_mailboxes(session), row)
    decision = _decide(session, mail, otherwise)
    row.message_id, row.subject = arrival.message_id, arrival.subject[:500]
    row.sender = arrival.sender.address[:320] if arrival.sender else ""
    row.decision = decision.as_json() | {"defects": list(arrival.defects)}
    row.reason, row.state = decision.reason, _STATES[decision.outcome]
    row.incident_id = decision.incident_id
    if decision.outcome is not Outcome.IGNORE or decision.rule == RULE:
        row.filed_fingerprint = mail.fingerprint
    if decision.outcome is Outcome.JOIN:
        incident = session.get_one(Incident, decision.incident_id)
        try:
            at = Mail(row, mail, attachments).at
            said = _to_those_written_to(incident, mail, words(mail, attachments))
            entry = incident.reply(said, by=_writer(session, mail), at=at)
        except Refused as refusal:
            row.state, row.reason, row.incident_id = LedgerState.HELD.value, str(refusal), None
        else:
            row.entry_id = entry.id
    session.commit()


_STATES = {
    Outcome.JOIN: LedgerState.FILED.value,
    Outcome.HOLD: LedgerState.HELD.value,
    Outcome.IGNORE: LedgerState.IGNORED.value,
}


def _decide(session: Session, mail: Incoming, otherwise: SentMail) -> Decision:
    first = twin(session, mail.row_id, mail.fingerprint)
    if first is not None:
        return Decision(Outcome.IGNORE, "copy", ("The very same mail came before.",), first.incident_id)
    if mail.arrival.message_id and read_message_id(mail.key, mail.arrival.message_id):
        return Decision(Outcome.IGNORE, "our own letter", ("It is a letter of this desk, which has it already.",))
    for trail in trails(session, mail):
        incident = session.get(Incident, trail.incident_id) if trail.rule in LEADING else None
        if incident is not None:
            return _joins(trail, surviving(session, incident))
    outcome = Outcome.HOLD if otherwise is SentMail.HOLD else Outcome.IGNORE
    return Decision(outcome, RULE, (ANSWERS_NOTHING,))


def _joins(trail: Trail, incident: Incident) -> Decision:
    said = f"We wrote it, so it is a reply in {NUMBER_PREFIX}{incident.id}."
    return Decision(Outcome.JOIN, RULE, (trail.evidence, said), incident.id)


def _to_those_written_to(incident: Incident, mail: Incoming, said: Words) -> Words:
    """It went to whom it went to then; not everything in old headers is an address."""
    hidden = third_parties(incident)

    def readers(people: Iterable[Address]) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for one in people:
            with suppress(Invalid):
                address = normalized(one.address)
                if without_tag(address) not in mail.ours and address not in hidden:
                    found[address] = None
        return tuple(found)[:READERS_MAX]

    to, cc = readers(mail.arrival.to), readers(mail.arrival.cc)
    return replace(said, to=to or cc, cc=cc if to else ())


def _writer(session: Session, mail: Incoming) -> Actor:
    """The agent whose address it is; else the desk, under the name that the mail gives."""
    agent = agent_by_email(session, mail.sender) if mail.sender else None
    if agent is not None and agent.actor().may(Permission.WORK_INCIDENTS):
        return agent.actor()
    sender = mail.arrival.sender
    return Actor(kind="system", name=(sender.name or sender.address)[:200] if sender else "Desk")
