"""Applying a decision: the one function that files whatever came in, one transaction for each row of the ledger.

Idempotent by the row's state and by the fingerprint: run twice, or by two processes at once, it files once."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from helpdesk.attachments import Attachment, attach
from helpdesk.attachments.store import BlobStore
from helpdesk.db import only_reading
from helpdesk.errors import Conflict, Refused
from helpdesk.house import House
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.opening import open_incident
from helpdesk.incidents.thread import Words
from helpdesk.journal import Actor, EventKind
from helpdesk.letters.delivery import DeliveryState, by_message_id
from helpdesk.mailboxes.mailbox import Mailbox
from helpdesk.people.requester import Requester, known_requester, normalized
from helpdesk.services import Service
from intake.form import Submission, compose
from intake.ledger import LedgerRow, LedgerState, Source
from intake.mail.arrival import Arrival
from intake.mail.limits import Limits
from intake.mail.parse import parse
from intake.matching import Decision, Outcome, decide

SYSTEM = Actor(kind="system", name="Mail")
TRIES_MAX = 5
CC_MAX = 50


@dataclass(frozen=True, slots=True)
class Filed:
    """What became of a row: its state, and where it is now."""

    row_id: int
    state: LedgerState
    reason: str
    incident_id: int | None = None
    entry_id: int | None = None


def submit_form(session: Session, house: House, submission: Submission) -> Filed:
    """Files a public form and commits; the same submission again answers with what exists.

    Raises Invalid for what can't be a mail. The row is committed before it is filed, as with any mail."""
    key = f"form:{submission.key}"
    row = session.scalars(select(LedgerRow).where(LedgerRow.key == key)).first()
    if row is None:
        now = house.clock.now()
        raw = compose(submission, at=now)
        row = LedgerRow(
            source=Source.FORM.value,
            key=key,
            sha256=house.store.put(raw),
            size_bytes=len(raw),
            hints=submission.hints(),
            received_at=now,
        )
        session.add(row)
        session.commit()
    return file_row(session, house, row.id)


def file_row(session: Session, house: House, row_id: int, decision: Decision | None = None) -> Filed:
    """Parses, matches and files one row, and commits. `decision`: an agent's, for a held row, instead of matching.

    What can't be filed for any reason of its own is held with that reason; a database that is away raises."""
    for left in reversed(range(TRIES_MAX)):
        try:
            return _file(session, house, row_id, decision)
        except (IntegrityError, StaleDataError):
            # Somebody wrote to the same incident, or filed a copy of this mail, at the same moment.
            session.rollback()
            if not left:
                raise
        except Refused as refusal:
            session.rollback()
            if decision is not None:
                raise
            return _hold(session, row_id, str(refusal))
    raise AssertionError("unreachable")


def _file(session: Session, house: House, row_id: int, decision: Decision | None) -> Filed:
    with only_reading():
        expected, sha256, reason = _stored_state(session, row_id)
    if sha256 is None:
        return _hold(session, row_id, reason or "It is larger than the desk takes and was left on the server.")
    if (decision is None and expected != LedgerState.FETCHED.value) or expected == LedgerState.FILED.value:
        return _as_filed(session.get_one(LedgerRow, row_id, populate_existing=True))
    # Reading and storing come before the transaction: they are slow and change nothing.
    arrival = parse(house.store.get(sha256), limits=Limits(bytes_max=house.settings.message_bytes_max))
    attachments = _stored(house.store, arrival)
    # The first statement of the transaction: whoever has the row locked goes first.
    row = session.get_one(LedgerRow, row_id, populate_existing=True, with_for_update=True)
    if row.state != expected:
        session.rollback()
        return _as_filed(session.get_one(LedgerRow, row_id, populate_existing=True))
    mailboxes = tuple(session.scalars(select(Mailbox).order_by(Mailbox.id)))
    arrived = _Arrived(row, arrival, attachments, mailboxes, house.clock.now())
    fingerprint = arrival.fingerprint if arrival.message_id else sha256
    chosen = decision or decide(
        session,
        house.signing_key,
        arrival,
        row_id=row.id,
        fingerprint=fingerprint,
        envelope_to=tuple(row.envelope_to),
        ours=arrived.ours,
    )
    _describe(row, arrival, chosen)
    _apply(session, arrived, chosen)
    if chosen.outcome is not Outcome.IGNORE:
        row.filed_fingerprint = fingerprint
    filed = _as_filed(row)
    session.commit()
    return filed


def _stored_state(session: Session, row_id: int) -> tuple[str, str | None, str]:
    found = session.execute(
        select(LedgerRow.state, LedgerRow.sha256, LedgerRow.reason).where(LedgerRow.id == row_id)
    ).first()
    session.rollback()
    if found is None:
        raise Conflict(f"The ledger has no row {row_id}.")
    state, sha256, reason = found
    return state, sha256, reason


@dataclass(frozen=True, slots=True)
class _Arrived:
    """One mail about to be filed, with what filing it needs to know."""

    row: LedgerRow
    arrival: Arrival
    attachments: tuple[Attachment, ...]
    mailboxes: tuple[Mailbox, ...]
    now: datetime

    @property
    def ours(self) -> frozenset[str]:
        """All addresses that are ours, retired ones too."""
        return frozenset(mailbox.address.lower() for mailbox in self.mailboxes)

    @property
    def mailbox(self) -> Mailbox | None:
        """The mailbox it was fetched from, or that it was written to: answers leave from there."""
        if self.row.mailbox_id:
            return next((one for one in self.mailboxes if one.id == self.row.mailbox_id), None)
        people = (*self.arrival.to, *self.arrival.cc)
        written_to = (*self.row.envelope_to, *self.arrival.delivered_to, *(one.address for one in people))
        wanted = {_without_tag(address.strip().lower()) for address in written_to}
        return next((one for one in self.mailboxes if one.address.lower() in wanted), None)

    def words(self, copied: tuple[str, ...] = ()) -> Words:
        arrival = self.arrival
        # A first mail that holds only a forwarded text is about just that text.
        folded = bool(arrival.reply_text.strip())
        text = arrival.reply_text if folded else arrival.text
        automatic = arrival.automatic.evidence if arrival.automatic else ("delivery report" if arrival.bounce else "")
        return Words(
            text=text.strip() or ("" if arrival.html or self.attachments else "(The mail was empty.)"),
            html=arrival.html,
            quoted=arrival.quoted_text if folded else "",
            attachments=self.attachments,
            cc=copied,
            message_id=arrival.message_id,
            references=tuple(dict.fromkeys((*arrival.references, *arrival.in_reply_to)))[-50:],
            automatic=automatic,
        )

    def copied(self, requester: Requester) -> tuple[str, ...]:
        """Who else reads along: To and Cc without ourselves and without the requester."""
        theirs = {one.address for one in requester.addresses}
        found: dict[str, None] = {}
        for one in (*self.arrival.to, *self.arrival.cc):
            try:
                address = normalized(one.address)
            except Refused:
                continue
            if _without_tag(address) not in self.ours and address not in theirs:
                found[address] = None
        return tuple(found)[:CC_MAX]


def _describe(row: LedgerRow, arrival: Arrival, decision: Decision) -> None:
    row.message_id = arrival.message_id
    row.sender = arrival.sender.address[:320] if arrival.sender else ""
    row.subject = arrival.subject[:500]
    row.decision = decision.as_json() | {"defects": list(arrival.defects)}
    row.reason = decision.reason


def _apply(session: Session, arrived: _Arrived, decision: Decision) -> None:
    row, now = arrived.row, arrived.now
    match decision.outcome:
        case Outcome.HOLD:
            row.state, row.incident_id = LedgerState.HELD.value, None
        case Outcome.IGNORE:
            row.state, row.incident_id = LedgerState.IGNORED.value, decision.incident_id
        case Outcome.NEW:
            row.state = LedgerState.FILED.value
            row.incident_id, row.entry_id = _open(session, arrived)
        case Outcome.JOIN | Outcome.BOUNCE:
            row.state = LedgerState.FILED.value
            incident = session.get_one(Incident, decision.incident_id)
            entry = incident.receive(arrived.words(), by=_writer(session, arrived.arrival, now), at=now)
            row.incident_id, row.entry_id = incident.id, entry.id
            if decision.outcome is Outcome.BOUNCE:
                _note_bounce(session, incident, arrived.arrival, decision, entry.id, now)


def _open(session: Session, arrived: _Arrived) -> tuple[int, int]:
    sender, row = arrived.arrival.sender, arrived.row
    if sender is None:
        raise Conflict("It has no sender, so nobody could be answered. Attach it to an incident instead.")
    requester = known_requester(session, sender.address, sender.name, at=arrived.now)
    service = session.get(Service, row.hints["service_id"]) if row.hints.get("service_id") else None
    incident, entry = open_incident(
        session,
        requester,
        arrived.arrival.subject,
        arrived.words(arrived.copied(requester)),
        source="form" if row.source == Source.FORM.value else "mail",
        by=requester.actor(),
        at=arrived.now,
        mailbox=arrived.mailbox,
        service=service,
        impact=int(row.hints.get("impact", 3)),
        urgency=int(row.hints.get("urgency", 2)),
    )
    return incident.id, entry.id


def _without_tag(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def _writer(session: Session, arrival: Arrival, now: datetime) -> Actor:
    if arrival.sender is None or arrival.bounce is not None:
        return SYSTEM
    return known_requester(session, arrival.sender.address, arrival.sender.name, at=now).actor()


def _note_bounce(
    session: Session, incident: Incident, arrival: Arrival, decision: Decision, entry_id: int, now: datetime
) -> None:
    report = arrival.bounce
    if report is None:
        return
    said = " ".join(filter(None, (report.status, report.diagnostic)))[:500]
    delivery = by_message_id(session, decision.bounced_message_id or "")
    # A delay is not the end of it: the mail server goes on trying.
    if delivery is not None and report.action in ("", "failed"):
        delivery.settle(DeliveryState.BOUNCED, said)
    incident._record(
        EventKind.BOUNCED,
        by=SYSTEM,
        at=now,
        entry_id=entry_id,
        letter=delivery.letter if delivery else "",
        answered_entry_id=delivery.entry_id if delivery else None,
        recipients=list(report.recipients[:20]),
        status=report.status,
        action=report.action,
        diagnostic=report.diagnostic[:500],
    )


def _stored(store: BlobStore, arrival: Arrival) -> tuple[Attachment, ...]:
    return tuple(
        attach(store, one.filename, one.content_type, one.content, inline=one.inline, content_id=one.content_id)
        for one in arrival.attachments
    )


def _hold(session: Session, row_id: int, reason: str) -> Filed:
    session.rollback()
    session.execute(
        update(LedgerRow)
        .where(LedgerRow.id == row_id, LedgerRow.state == LedgerState.FETCHED.value)
        .values(
            state=LedgerState.HELD.value,
            reason=reason,
            decision={"outcome": Outcome.HOLD.value, "rule": "refused", "evidence": [reason]},
        )
        .execution_options(synchronize_session=False)
    )
    session.commit()
    return _as_filed(session.get_one(LedgerRow, row_id, populate_existing=True))


def _as_filed(row: LedgerRow) -> Filed:
    return Filed(row.id, LedgerState(row.state), row.reason, row.incident_id, row.entry_id)
