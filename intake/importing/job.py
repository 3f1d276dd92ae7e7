"""An import of old mail as a row: what is read, on whose wish, how far it has come.

Pages and commands make jobs and ask for their end; `intake.importing.run` does the work and alone writes the counts."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from helpdesk.base import Base
from helpdesk.errors import Conflict
from helpdesk.mailboxes.mailbox import Mailbox

CLAIM_SECONDS = 60


class JobState(StrEnum):
    WAITING = "waiting"  # for the mail process
    READING = "reading"  # the files are gone through, to know what there is and in which order
    FILING = "filing"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"  # `problem` says why; it can go on once that is mended


UNFINISHED = (JobState.WAITING, JobState.READING, JobState.FILING)


class SentMail(StrEnum):
    """What becomes of a mail that we wrote, when it answers nothing that is known."""

    HOLD = "hold"
    SKIP = "skip"


class Runner(StrEnum):
    """Who does the work: the mail process, or the command that was typed."""

    MAIL = "mail"
    COMMAND = "command"


class ImportJob(Base):
    """`paths`: files and folders on the machine that does the work. `total`: mails found; `position`: looked at.
    Each mail looked at is in one of `filed` (new incidents), `joined`, `held`, `ignored`, `known` and `failed`.
    `skipped`: marked as deleted, or in a folder for drafts, junk or trash. `oldest` and `newest`: by their Date."""

    __tablename__ = "import_jobs"

    name: Mapped[str]
    paths: Mapped[list[str]]
    uploaded: Mapped[bool] = mapped_column(default=False)
    mailbox_id: Mapped[int | None] = mapped_column(ForeignKey("mailboxes.id"))
    dry_run: Mapped[bool] = mapped_column(default=False)
    closes: Mapped[bool] = mapped_column(default=True)
    sent_mail: Mapped[str] = mapped_column(default=SentMail.SKIP.value)
    runner: Mapped[str] = mapped_column(default=Runner.MAIL.value)
    made_by: Mapped[str]
    made_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default=JobState.WAITING.value, index=True)
    cancel_wanted: Mapped[bool] = mapped_column(default=False)
    claimed_by: Mapped[str | None]
    claimed_until: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(default="")
    total: Mapped[int | None]
    position: Mapped[int] = mapped_column(default=0)
    filed: Mapped[int] = mapped_column(default=0)
    joined: Mapped[int] = mapped_column(default=0)
    held: Mapped[int] = mapped_column(default=0)
    ignored: Mapped[int] = mapped_column(default=0)
    known: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)
    strange: Mapped[int] = mapped_column(default=0)
    oldest: Mapped[datetime | None]
    newest: Mapped[datetime | None]

    mailbox: Mapped[Mailbox | None] = relationship()

    @property
    def is_unfinished(self) -> bool:
        return self.state in UNFINISHED

    def cancel(self, *, at: datetime) -> None:
        """Asks for the end; what is filed stays. The door commits. Raises Conflict when it has ended already."""
        if not self.is_unfinished:
            raise Conflict("This import has ended already.")
        self.cancel_wanted = True
        if self.claimed_until is None or self.claimed_until < at:
            self.state, self.finished_at = JobState.CANCELLED.value, at

    def go_on(self, *, at: datetime) -> None:
        """Once more from where it ended, by the mail process; the door commits. Raises Conflict while it works."""
        if self.claimed_until is not None and self.claimed_until >= at:
            raise Conflict("This import is at work already.")
        self.state, self.runner = JobState.WAITING.value, Runner.MAIL.value
        self.cancel_wanted, self.problem, self.finished_at = False, "", None


def recent_jobs(session: Session, limit: int = 50) -> list[ImportJob]:
    """The newest first."""
    return list(session.scalars(select(ImportJob).order_by(ImportJob.id.desc()).limit(limit)))


def interrupted_job(session: Session, paths: Sequence[str], *, dry_run: bool) -> ImportJob | None:
    """The command's own earlier import of these very paths that never came to its end."""
    ended_early = (*UNFINISHED, JobState.FAILED)
    query = select(ImportJob).where(
        ImportJob.runner == Runner.COMMAND.value,
        ImportJob.dry_run.is_(dry_run),
        ImportJob.state.in_([state.value for state in ended_early]),
    )
    return next((job for job in session.scalars(query.order_by(ImportJob.id.desc())) if job.paths == list(paths)), None)


def due_job(session: Session, holder: str, *, now: datetime) -> int | None:
    """The oldest import for the mail process that nobody else is at."""
    query = select(ImportJob.id).where(
        ImportJob.runner == Runner.MAIL.value,
        ImportJob.state.in_([state.value for state in UNFINISHED]),
        or_(ImportJob.claimed_by == holder, ImportJob.claimed_until.is_(None), ImportJob.claimed_until < now),
    )
    return session.scalars(query.order_by(ImportJob.id).limit(1)).first()


def claim(session: Session, job_id: int, holder: str, *, now: datetime) -> bool:
    """Takes or renews an import for `holder` and commits; False: another has it, or it has ended."""
    taken = session.execute(
        update(ImportJob)
        .where(
            ImportJob.id == job_id,
            ImportJob.state.in_([state.value for state in UNFINISHED]),
            or_(ImportJob.claimed_by == holder, ImportJob.claimed_until.is_(None), ImportJob.claimed_until < now),
        )
        .values(claimed_by=holder, claimed_until=now + timedelta(seconds=CLAIM_SECONDS))
        .execution_options(synchronize_session=False)
    )
    session.commit()
    return getattr(taken, "rowcount", 0) == 1
