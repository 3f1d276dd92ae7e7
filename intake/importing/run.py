"""Doing an import: read everything once to know the order, then store and file mail by mail, oldest first.

Each batch is committed to the ledger before it is filed, under a key made of its content. So a kill at any moment
loses nothing, and whoever goes on, or imports the same again, files nothing twice."""

import fcntl
import shutil
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from time import monotonic

import structlog
from sqlalchemy.orm import Session

from helpdesk.errors import Conflict, Refused
from helpdesk.house import House
from intake.importing.catalogue import Catalogue, Found, catalogue
from intake.importing.closing import close_all
from intake.importing.comparing import already_here
from intake.importing.job import ImportJob, JobState, claim
from intake.importing.placing import Terms, file_one, leftovers, record, terms_of
from intake.importing.tally import recount

BATCH = 25
SAVE_SECONDS = 1.0

Sessions = Callable[[], AbstractContextManager[Session]]
Told = Callable[[int, int], None]
log = structlog.get_logger(__name__)


class Ended(Exception):
    """Somebody wants the import to end, or took it over; the state says which."""

    def __init__(self, state: JobState | None) -> None:
        super().__init__(state)
        self.state = state


def run_job(
    sessions: Sessions,
    house: House,
    job_id: int,
    *,
    stop: Event | None = None,
    told: Told | None = None,
) -> JobState:
    """Works until the import has ended or `stop` is set, and returns the state it is left in. `told` hears how far
    it has come. Raises Conflict when somebody else is at it, and what a database raises that is away."""
    with _alone(work_folder(house.settings.data_folder), job_id):
        return _Run(sessions, house, job_id, stop or Event(), told or _nobody).run()


def _nobody(_position: int, _total: int) -> None:
    """Hears nothing of the progress."""


def machine() -> str:
    """The name under which an import is claimed: the machine's, so that after a crash the next process goes on at
    once. Two processes of one machine keep apart by the lock."""
    return socket.gethostname()


def work_folder(data_folder: Path) -> Path:
    """Where archives are unpacked."""
    return data_folder / "import-work"


@contextmanager
def _alone(folder: Path, job_id: int) -> Iterator[None]:
    """Nobody else on this machine; the lock ends with the process, however that dies."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / f"{job_id}.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict("This import is at work in another process of this machine.") from None
        yield


@dataclass
class _Run:
    sessions: Sessions
    house: House
    job_id: int
    stop: Event
    told: Told
    holder: str = field(default_factory=machine)

    def run(self) -> JobState:
        with self.sessions() as session:
            if not claim(session, self.job_id, self.holder, now=self.house.clock.now()):
                raise Conflict("This import has ended, or another machine is at it.")
            self.terms = self._begin(session)
        self.saved_at = monotonic()
        work = work_folder(self.house.settings.data_folder) / str(self.job_id)
        try:
            return self._work(work)
        except Ended as ended:
            return self._end(ended.state)
        except (Refused, OSError) as error:
            log.warning("import failed", job=self.job_id, error=str(error))
            return self._end(JobState.FAILED, f"{error} What was filed stays; it goes on from there.")
        except BaseException:
            self._end(None)
            raise
        finally:
            shutil.rmtree(work, ignore_errors=True)

    def _begin(self, session: Session) -> Terms:
        job = session.get_one(ImportJob, self.job_id, populate_existing=True)
        job.state, job.problem = JobState.READING.value, ""
        job.started_at = job.started_at or self.house.clock.now()
        terms = terms_of(job)
        session.commit()
        self.tally = recount(session, terms.job_id)
        session.rollback()
        return terms

    def _work(self, work: Path) -> JobState:
        found = catalogue(list(self.terms.paths), work, self._tick)
        self._save(
            state=JobState.FILING.value,
            total=len(found),
            oldest=found.oldest,
            newest=found.newest,
            skipped=found.left.unwanted,
            strange=found.left.strange,
        )
        if self.terms.dry_run:
            self._compare(found)
        else:
            self._file(found)
            if self.terms.closes:
                close_all(self.sessions, self.job_id, self._tick)
        return self._end(JobState.DONE)

    def _compare(self, found: Catalogue) -> None:
        for batch in _batches(found.ordered()):
            with self.sessions() as session:
                self.tally.known += already_here(session, batch, self.house.settings.message_bytes_max)
                session.rollback()
            self._passed(batch, len(found))

    def _file(self, found: Catalogue) -> None:
        self._file_leftovers()
        for batch in _batches(found.ordered()):
            with self.sessions() as session:
                for row_id in record(session, self.house, self.terms, batch):
                    self.tally.count(file_one(session, self.house, self.terms, row_id))
            self._passed(batch, len(found))
            # Whatever made no row of its own has one already.
            self.tally.known = max(0, self.tally.position - self.tally.dealt_with)

    def _file_leftovers(self) -> None:
        """What a previous life stored and did not come to file."""
        with self.sessions() as session:
            for row_id in leftovers(session, self.job_id):
                self.tally.count(file_one(session, self.house, self.terms, row_id))

    def _passed(self, batch: Sequence[Found], total: int) -> None:
        self.tally.position += len(batch)
        self.told(self.tally.position, total)
        self._tick()

    def _tick(self) -> None:
        """Called often. Shows the counts, renews the claim, and hears whether to end, once a second."""
        if self.stop.is_set():
            raise Ended(None)
        if monotonic() - self.saved_at >= SAVE_SECONDS:
            self._save()

    def _save(self, **columns: object) -> None:
        self.saved_at = monotonic()
        with self.sessions() as session:
            if not claim(session, self.job_id, self.holder, now=self.house.clock.now()):
                raise Ended(None)
            job = session.get_one(ImportJob, self.job_id, populate_existing=True)
            self.tally.write(job)
            for name, value in columns.items():
                setattr(job, name, value)
            wanted = job.cancel_wanted
            session.commit()
        if wanted:
            raise Ended(JobState.CANCELLED)

    def _end(self, state: JobState | None, problem: str = "") -> JobState:
        """Lets go of it. `state` None: it is not finished, and may be gone on with."""
        with self.sessions() as session:
            job = session.get_one(ImportJob, self.job_id, populate_existing=True)
            if job.claimed_by == self.holder:
                self.tally.write(job)
                job.claimed_by = job.claimed_until = None
                if state is not None:
                    job.state, job.problem, job.finished_at = state.value, problem, self.house.clock.now()
            left = JobState(job.state)
            session.commit()
        return left


def _batches(found: Iterator[Found]) -> Iterator[list[Found]]:
    batch: list[Found] = []
    for one in found:
        batch.append(one)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
