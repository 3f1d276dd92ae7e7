"""Applying a decision: the one function that files whatever came in, one transaction for each row of the ledger.

Idempotent by the row's state and by the fingerprint: run twice, or by two processes at once, it files once."""

from dataclasses import dataclass, replace

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from helpdesk.attachments import Attachment
from helpdesk.db import only_reading
from helpdesk.errors import Conflict, Refused
from helpdesk.house import House
from intake.applying import Mail, apply
from intake.decision import Decision, Outcome
from intake.form import Submission, compose
from intake.incoming import all_mailboxes, incoming, judges, mailbox_of, read_mail, trust_in
from intake.ledger import LedgerRow, LedgerState, Source
from intake.mail.arrival import Arrival
from intake.matching import decide
from intake.trust import Trust
from intake.written import stored

TRIES_MAX = 5


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


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read of a row, and asked about its sender, before its transaction. `expected`: its state then."""

    row_id: int
    expected: str
    arrival: Arrival
    attachments: tuple[Attachment, ...]
    trust: Trust


@dataclass(frozen=True, slots=True)
class _Stored:
    """A row as it was before anything was done with it."""

    state: str
    sha256: str | None
    reason: str
    mailbox_id: int | None
    envelope_to: list[str]


def _file(session: Session, house: House, row_id: int, decision: Decision | None) -> Filed:
    with only_reading():
        row_before, asking = _look(session, row_id), judges(session)
        session.rollback()
    if row_before.sha256 is None:
        return _hold(session, row_id, row_before.reason or "It is larger than the desk takes and stayed on the server.")
    expected = row_before.state
    if (decision is None and expected != LedgerState.FETCHED.value) or expected == LedgerState.FILED.value:
        return _as_it_is(session, row_id)
    # Reading, storing and asking come before the transaction: they are slow and change nothing.
    raw = house.store.get(row_before.sha256)
    arrival = read_mail(house, raw)
    attachments = stored(house.store, arrival)
    trust = trust_in(house, raw, arrival, mailbox_of(arrival, row_before.envelope_to, row_before.mailbox_id, asking))
    read = _Read(row_id, expected, arrival, attachments, trust)
    mail = _locked(session, house, read)
    if mail is None:
        return _as_it_is(session, row_id)
    chosen = replace(decision, trust=trust) if decision else decide(session, mail.incoming)
    try:
        return _settle(session, mail, chosen)
    except Refused as refusal:
        if decision is not None:
            raise
        session.rollback()
        # What was decided can't be done, such as an agent's command: held, with both said.
        held = replace(chosen, outcome=Outcome.HOLD, evidence=(*chosen.evidence, str(refusal)))
        again = _locked(session, house, read)
        return _settle(session, again, held) if again else _as_it_is(session, row_id)


def _locked(session: Session, house: House, read: _Read) -> Mail | None:
    """The first statement of a transaction: whoever has the row locked goes first. None when that one dealt with it."""
    row = session.get_one(LedgerRow, read.row_id, populate_existing=True, with_for_update=True)
    if row.state != read.expected:
        session.rollback()
        return None
    mail = incoming(house, read.arrival, all_mailboxes(session), row, trust=read.trust)
    return Mail(row, mail, read.attachments)


def _settle(session: Session, mail: Mail, chosen: Decision) -> Filed:
    row = mail.row
    _describe(row, mail, chosen)
    apply(session, mail, chosen)
    if chosen.outcome is not Outcome.IGNORE:
        row.filed_fingerprint = mail.incoming.fingerprint
    filed = _as_filed(row)
    session.commit()
    return filed


def _look(session: Session, row_id: int) -> _Stored:
    columns = (LedgerRow.state, LedgerRow.sha256, LedgerRow.reason, LedgerRow.mailbox_id, LedgerRow.envelope_to)
    found = session.execute(select(*columns).where(LedgerRow.id == row_id)).first()
    if found is None:
        session.rollback()
        raise Conflict(f"The ledger has no row {row_id}.")
    return _Stored(*found)


def _describe(row: LedgerRow, mail: Mail, decision: Decision) -> None:
    arrival, sender = mail.incoming.arrival, mail.incoming.sender
    row.message_id = arrival.message_id
    row.sender = sender or (arrival.sender.address[:320] if arrival.sender else "")
    row.subject = arrival.subject[:500]
    row.decision = decision.as_json() | {"defects": list(arrival.defects)}
    row.reason = decision.reason
    # What came through a door of our own belongs to the mailbox it was written to.
    if row.mailbox_id is None and mail.incoming.mailbox is not None:
        row.mailbox_id = mail.incoming.mailbox.id


def _hold(session: Session, row_id: int, reason: str) -> Filed:
    session.rollback()
    session.execute(
        update(LedgerRow)
        .where(LedgerRow.id == row_id, LedgerRow.state == LedgerState.FETCHED.value)
        .values(
            state=LedgerState.HELD.value,
            reason=reason,
            decision={"outcome": Outcome.HOLD.value, "rule": "refused", "evidence": [reason]},
            rule="refused",
        )
        .execution_options(synchronize_session=False)
    )
    session.commit()
    return _as_it_is(session, row_id)


def _as_it_is(session: Session, row_id: int) -> Filed:
    return _as_filed(session.get_one(LedgerRow, row_id, populate_existing=True))


def _as_filed(row: LedgerRow) -> Filed:
    return Filed(row.id, LedgerState(row.state), row.reason, row.incident_id, row.entry_id)
