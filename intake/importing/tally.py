"""The counts of an import. Kept while it runs, and counted anew from the ledger when somebody goes on with it."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from intake.decision import Outcome
from intake.importing.job import ImportJob
from intake.ledger import LedgerRow, LedgerState

COUNTED = ("position", "filed", "joined", "held", "ignored", "known", "failed")


@dataclass(slots=True)
class Tally:
    """As in `ImportJob`."""

    position: int = 0
    filed: int = 0
    joined: int = 0
    held: int = 0
    ignored: int = 0
    known: int = 0
    failed: int = 0

    @property
    def dealt_with(self) -> int:
        return self.filed + self.joined + self.held + self.ignored + self.failed

    def count(self, became: str, number: int = 1) -> None:
        """`became` is the name of a count."""
        setattr(self, became, getattr(self, became) + number)

    def write(self, job: ImportJob) -> None:
        for name in COUNTED:
            setattr(job, name, getattr(self, name))


def count_of(state: str, outcome: str) -> str:
    """Which count a row belongs to."""
    if state == LedgerState.FILED.value:
        return "filed" if outcome == Outcome.NEW.value else "joined"
    if state == LedgerState.FETCHED.value:
        return "failed"
    return "held" if state == LedgerState.HELD.value else "ignored"


def recount(session: Session, job_id: int) -> Tally:
    """What this import filed before, in an earlier life; what is stored and not filed yet is not in it."""
    tally, outcome = Tally(), LedgerRow.decision["outcome"].as_string()
    rows = session.execute(
        select(LedgerRow.state, outcome, func.count())
        .where(LedgerRow.import_id == job_id, LedgerRow.state != LedgerState.FETCHED.value)
        .group_by(LedgerRow.state, outcome)
    )
    for state, said, number in rows:
        tally.count(count_of(state, said or ""), number)
    return tally
