"""The part of the mail process that does imports asked for on the page, one after the other."""

from threading import Event

import structlog
from sqlalchemy import or_, select

from helpdesk.db import only_reading
from helpdesk.errors import Conflict
from helpdesk.house import House
from intake.importing.job import ImportJob, due_job
from intake.importing.placing import file_one, leftovers, terms_of
from intake.importing.run import Sessions, machine, run_job
from intake.importing.uploads import forget_old
from intake.ledger import LedgerRow, LedgerState

LOOK_SECONDS = 2.0
PAUSE_SECONDS = 15.0
SWEEP_EVERY = 15  # looks

log = structlog.get_logger(__name__)


def import_until(sessions: Sessions, house: House, stop: Event) -> None:
    """Works until `stop` is set."""
    looks = 0
    while not stop.is_set():
        try:
            if looks % SWEEP_EVERY == 0:
                _file_abandoned(sessions, house)
                forget_old(sessions, house)
            looks += 1
            worked = _next(sessions, house, stop)
            stop.wait(0 if worked else LOOK_SECONDS)
        except Exception:  # the database is away, say: this must outlive it
            log.exception("import interrupted")
            stop.wait(PAUSE_SECONDS)


def _next(sessions: Sessions, house: House, stop: Event) -> bool:
    """Does the oldest import that is due; False when there is none."""
    with only_reading(), sessions() as session:
        job_id = due_job(session, machine(), now=house.clock.now())
        session.rollback()
    if job_id is None:
        return False
    try:
        run_job(sessions, house, job_id, stop=stop)
    except Conflict as conflict:
        log.info("import left to another", job=job_id, reason=str(conflict))
        return False
    return True


def _file_abandoned(sessions: Sessions, house: House) -> None:
    """Mails that an import stored and could not file, and that nobody is about to: looked at again."""
    with sessions() as session:
        waiting = LedgerRow.state == LedgerState.FETCHED.value
        numbers = select(LedgerRow.import_id).where(waiting, LedgerRow.import_id.is_not(None)).distinct()
        unclaimed = or_(ImportJob.claimed_until.is_(None), ImportJob.claimed_until < house.clock.now())
        jobs = session.scalars(select(ImportJob).where(ImportJob.id.in_(numbers), unclaimed)).all()
        found = [terms_of(job) for job in jobs]
        session.rollback()
        for terms in found:
            for row_id in leftovers(session, terms.job_id):
                file_one(session, house, terms, row_id)
