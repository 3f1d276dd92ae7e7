"""Closing what an import opened: history, of which the last reply is the best account of what helped."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.errands import leaving_out
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.lifecycle import UNRESOLVED, ResolutionCode
from helpdesk.incidents.thread import Entry, EntryKind
from helpdesk.journal import Actor
from helpdesk.reactions import AUTOMATE, NOTIFY
from intake.importing.job import ImportJob
from intake.ledger import LedgerRow, LedgerState

IMPORT = Actor(kind="system", name="Import")
CAUSE = "Not recorded: imported history."
NO_REPLY = "Not recorded: imported history without a reply of ours."
FIX_LENGTH_MAX = 20_000
AT_ONCE = 50


def close_all(sessions: Callable[[], AbstractContextManager[Session]], job_id: int, tick: Callable[[], None]) -> None:
    """Resolves and closes each incident that this import opened and nobody has worked on since it began."""
    after = 0
    while True:
        with sessions() as session:
            numbers = _opened(session, job_id, after)
            started_at = session.get_one(ImportJob, job_id).started_at
            session.rollback()
            for number in numbers:
                incident = session.get_one(Incident, number, with_for_update=True)
                # Touched by somebody alive: theirs from now on.
                if incident.current in UNRESOLVED and (started_at is None or incident.updated_at <= started_at):
                    _close(session, incident)
                else:
                    session.rollback()
        if not numbers:
            return
        after = numbers[-1]
        tick()


def _opened(session: Session, job_id: int, after: int) -> list[int]:
    """Open incidents whose first mail came in by this import, by number."""
    first_entry = (
        select(Entry.id)
        .where(Entry.incident_id == Incident.id, Entry.kind == EntryKind.MESSAGE.value)
        .order_by(Entry.id)
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(Incident.id)
        .join(LedgerRow, LedgerRow.incident_id == Incident.id)
        .where(
            LedgerRow.import_id == job_id,
            LedgerRow.state == LedgerState.FILED.value,
            LedgerRow.entry_id == first_entry,
            Incident.is_open,
            Incident.id > after,
        )
    )
    return list(session.scalars(query.order_by(Incident.id).limit(AT_ONCE)))


def _close(session: Session, incident: Incident) -> None:
    reply = session.scalars(
        select(Entry.text)
        .where(Entry.incident_id == incident.id, Entry.kind == EntryKind.REPLY.value, Entry.text != "")
        .order_by(Entry.at.desc(), Entry.id.desc())
        .limit(1)
    ).first()
    # WITHDRAWN is never suggested to anybody as a fix.
    code = ResolutionCode.FIXED if reply else ResolutionCode.WITHDRAWN
    at = incident.updated_at
    with leaving_out(session, NOTIFY, AUTOMATE):
        incident.resolve(code, CAUSE, (reply or NO_REPLY)[:FIX_LENGTH_MAX], by=IMPORT, at=at)
        incident.close(by=IMPORT, at=at)
        session.commit()
