"""Carries a decision out within the transaction of filing: one function for each outcome. Commits nothing."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from helpdesk.attachments import Attachment
from helpdesk.errors import Conflict
from helpdesk.incidents.custom_fields import fill_reported
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.links import LinkKind, link
from helpdesk.incidents.opening import open_incident
from helpdesk.incidents.participants import add_participant, participant
from helpdesk.incidents.record_types import RecordType
from helpdesk.incidents.thread import Entry, Words
from helpdesk.journal import Actor, EventKind
from helpdesk.people.address_health import well_again
from helpdesk.people.agent import Agent
from helpdesk.people.requester import Requester, known_requester
from helpdesk.policies import MailPolicy, policy
from helpdesk.services import Service
from intake.agent_mail import Kind, act
from intake.decision import Decision, Outcome
from intake.incoming import Incoming
from intake.ledger import LedgerRow, LedgerState, Source
from intake.mail.arrival import Address
from intake.reports import apply_report, note_report
from intake.trust import Verdict
from intake.written import copied, words

SYSTEM = Actor(kind="system", name="Mail")
PARTICIPANTS_MAX = 100
OLD = "The mail is older than our watch over this mailbox."
IMPORTED = "The mail was imported."


@dataclass(frozen=True, slots=True)
class Mail:
    """One row of the ledger with what its mail says, and its files as they are stored."""

    row: LedgerRow
    incoming: Incoming
    attachments: tuple[Attachment, ...]

    @property
    def at(self) -> datetime:
        """When it is said to have happened: now, but for imported mail, which tells its own time."""
        said = self.row.hints.get("at") if self.row.import_id is not None else None
        try:
            moment = datetime.fromisoformat(said) if said else self.incoming.now
        except (TypeError, ValueError):
            return self.incoming.now
        return min(moment if moment.tzinfo else moment.replace(tzinfo=UTC), self.incoming.now)

    @property
    def quiet(self) -> str:
        """Why nobody is told of it; "" for new mail."""
        if not self.incoming.is_old:
            return ""
        return IMPORTED if self.row.import_id is not None else OLD

    def words(self, copied: tuple[str, ...] = ()) -> Words:
        return words(self.incoming, self.attachments, copied)


def apply(session: Session, mail: Mail, decision: Decision) -> None:
    """Files, holds or ignores the row. Raises Refused when what was decided can't be done; nothing is kept then."""
    _OUTCOMES[decision.outcome](session, mail, decision)


def _hold(session: Session, mail: Mail, decision: Decision) -> None:
    mail.row.state, mail.row.incident_id = LedgerState.HELD.value, None
    incident = session.get(Incident, decision.incident_id) if decision.incident_id else None
    # Looked at again, it is told of once only.
    if incident is None or mail.row.dealt_with_at is not None:
        return
    incident._record(
        EventKind.MAIL_HELD,
        by=SYSTEM,
        at=mail.at,
        row_id=mail.row.id,
        sender=mail.incoming.sender,
        reason=decision.reason,
        agent_id=decision.agent_id,
    )


def _ignore(_: Session, mail: Mail, decision: Decision) -> None:
    mail.row.state, mail.row.incident_id = LedgerState.IGNORED.value, decision.incident_id


def _new(session: Session, mail: Mail, decision: Decision) -> None:
    forwarded = mail.incoming.arrival.forwarded if decision.agent_id else None
    sender = _chosen(mail) or (forwarded.sender if forwarded else mail.incoming.arrival.sender)
    if sender is None:
        raise Conflict("It has no sender, so nobody could be answered. Attach it to an incident instead.")
    requester = _requester(session, sender.address, sender.name, mail)
    before = session.get(Incident, decision.follow_up_of) if decision.follow_up_of else None
    incident, entry = _open(session, mail, decision, requester, before)
    fill_reported(incident, mail.row.hints.get("custom") or {}, by=requester.actor(), at=mail.at)
    if before is not None:
        link(session, incident, before, LinkKind.FOLLOW_UP_OF, by=SYSTEM, at=mail.at)
    _filed(mail, incident, entry)


def _chosen(mail: Mail) -> Address | None:
    """Whom an agent named as the requester of a held mail when they accepted it."""
    named = mail.row.hints.get("requester")
    return Address(str(named.get("name", "")), str(named["address"])) if named else None


def _open(
    session: Session, mail: Mail, decision: Decision, requester: Requester, before: Incident | None
) -> tuple[Incident, Entry]:
    row, arrival, hints = mail.row, mail.incoming.arrival, mail.row.hints
    service = session.get(Service, hints["service_id"]) if hints.get("service_id") else None
    forwarder = session.get(Agent, decision.agent_id) if decision.agent_id else None
    said = mail.words(copied(mail.incoming, requester))
    subject = arrival.subject
    if forwarder is not None and arrival.forwarded is not None:
        said = _forwarded_words(said, forwarder, arrival.forwarded.text)
        subject = arrival.forwarded.subject or subject
    return open_incident(
        session,
        requester,
        subject,
        said,
        source="form" if row.source == Source.FORM.value else "mail",
        by=requester.actor(),
        at=mail.at,
        mailbox=mail.incoming.mailbox,
        team=before.team if before else None,
        service=service or (before.service if before else None),
        category=before.category if before else None,
        impact=_level(hints, "impact"),
        urgency=_level(hints, "urgency"),
        record_type=str(hints.get("record_type", RecordType.INCIDENT.value)),
        quiet=mail.quiet,
    )


def _level(hints: dict[str, Any], side: str) -> int | None:
    """What the form asked the reporter; a mail says nothing."""
    return int(hints[side]) if side in hints else None


def _forwarded_words(said: Words, forwarder: Agent, text: str) -> Words:
    """What the original sender wrote; the agent's own words stay below the fold."""
    own = f"{forwarder.name}:\n{said.text}\n\n" if said.text.strip() and said.text.strip() not in text else ""
    return replace(
        said,
        text=text or said.text,
        html="",
        quoted=f"{own}{said.quoted}".strip(),
        # Whom the agent wrote to is not whom the requester wrote to.
        cc=(),
        to=(),
        automatic="",
        features=said.features | {"forwarded_by": f"{forwarder.name} <{forwarder.email}>"},
    )


def _join(session: Session, mail: Mail, decision: Decision) -> None:
    incident = session.get_one(Incident, decision.incident_id)
    incoming = mail.incoming
    writer = _writer(session, mail)
    entry = incident.receive(mail.words(copied(incoming, incident.requester)), by=writer, at=mail.at, quiet=mail.quiet)
    machine = incoming.arrival.automatic is not None or incoming.arrival.bounce is not None
    if not machine and incoming.trust.verdict is not Verdict.FAIL and decision.rule != "an agent":
        _join_in(incident, tuple(entry.cc), by=writer, at=mail.at)
    _filed(mail, incident, entry)


def _advise(session: Session, mail: Mail, decision: Decision) -> None:
    incident = session.get_one(Incident, decision.incident_id)
    _filed(mail, incident, incident.advise(mail.words(), by=_writer(session, mail), at=mail.at))


def _act(session: Session, mail: Mail, decision: Decision) -> None:
    incident = session.get_one(Incident, decision.incident_id)
    agent = session.get_one(Agent, decision.agent_id)
    default: Kind = "note" if policy(session, MailPolicy).agents_by_mail == "note" else "reply"
    _filed(mail, incident, act(session, incident, agent, mail.words(), default, at=mail.at))


def _bounce(session: Session, mail: Mail, decision: Decision) -> None:
    report = mail.incoming.arrival.bounce
    if decision.incident_id is None:
        if report is not None:
            note_report(session, report, decision, at=mail.at)
        mail.row.state = LedgerState.IGNORED.value
        return
    incident = session.get_one(Incident, decision.incident_id)
    entry = incident.receive(mail.words(), by=SYSTEM, at=mail.at)
    if report is not None:
        apply_report(session, incident, report, decision, entry.id, by=SYSTEM, at=mail.at)
    _filed(mail, incident, entry)


def _join_in(incident: Incident, addresses: tuple[str, ...], *, by: Actor, at: datetime) -> None:
    """Whom somebody who takes part copied takes part too, from now on."""
    for address in addresses:
        if participant(incident, address) is None and len(incident.participants) < PARTICIPANTS_MAX:
            add_participant(incident, address, by=by, at=at)


_OUTCOMES: dict[Outcome, Callable[[Session, Mail, Decision], None]] = {
    Outcome.HOLD: _hold,
    Outcome.IGNORE: _ignore,
    Outcome.NEW: _new,
    Outcome.JOIN: _join,
    Outcome.ADVICE: _advise,
    Outcome.AGENT: _act,
    Outcome.BOUNCE: _bounce,
}


def _filed(mail: Mail, incident: Incident, entry: Entry | None) -> None:
    mail.row.state = LedgerState.FILED.value
    mail.row.incident_id, mail.row.entry_id = incident.id, entry.id if entry else None


def _writer(session: Session, mail: Mail) -> Actor:
    arrival = mail.incoming.arrival
    if arrival.sender is None or arrival.bounce is not None:
        return SYSTEM
    return _requester(session, arrival.sender.address, arrival.sender.name, mail).actor()


def _requester(session: Session, address: str, name: str, mail: Mail) -> Requester:
    """The person, with what the mail tells of them: that they can be reached, and in which language they write."""
    found = known_requester(session, address, name, at=mail.at)
    if mail.incoming.arrival.automatic is None and not mail.incoming.is_old:
        well_again(session, mail.incoming.sender)
        if not found.language and mail.incoming.arrival.language:
            found.language = mail.incoming.arrival.language
    return found
