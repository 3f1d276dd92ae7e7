"""The verdict: what became of each promise, frozen when the record is closed; a reopened one gets another.

The event SERVICE_LEVEL_JUDGED is the record of it; the rows are for reports, the latest verdict of each incident."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from helpdesk.base import Base
from helpdesk.journal import Actor, Event, EventKind, record
from helpdesk.service_levels.choosing import Book
from helpdesk.service_levels.clocks import MET, MISSED, STOPPED, Clock, replay
from helpdesk.service_levels.happenings import RELEVANT
from helpdesk.service_levels.intervals import Target
from helpdesk.service_levels.records import RECORD_KIND, present_facts
from helpdesk.service_levels.replaying import book_of, events_of
from helpdesk.service_levels.telling import facts_of

SYSTEM = Actor(kind="system", name="Helpdesk")
CLOSING = frozenset({EventKind.CLOSED.value, EventKind.CONFIRMED.value})


class ServiceLevelVerdict(Base):
    """`verdict` is "met", "missed" or "stopped". Of updates, `runs` were promised and `missed_runs` came too late; the
    other figures are those of the one that took longest. What the incident was about is as it stood at the end."""

    __tablename__ = "service_level_verdicts"
    __table_args__ = (
        UniqueConstraint("incident_id", "target"),
        Index("ix_service_level_verdicts_at", "at", "target", "verdict"),
    )

    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    target: Mapped[str]
    verdict: Mapped[str]
    at: Mapped[datetime]
    target_seconds: Mapped[int]
    elapsed_seconds: Mapped[int]
    runs: Mapped[int] = mapped_column(default=1)
    missed_runs: Mapped[int] = mapped_column(default=0)
    policy_series: Mapped[str] = mapped_column(index=True)
    policy_version: Mapped[int]
    policy_name: Mapped[str]
    priority: Mapped[int]
    record_type: Mapped[str]
    organization_id: Mapped[int | None]
    service_id: Mapped[int | None]
    category_id: Mapped[int | None]


def judge(session: Session, closing: Event, *, at: datetime, book: Book | None = None) -> Event | None:
    """Writes the verdict of the incident that `closing` closed: the event, and the rows. None when it was judged
    before, or was promised nothing. The caller commits."""
    number = closing.record_id
    events = events_of(session, [number], RELEVANT | {EventKind.SERVICE_LEVEL_JUDGED.value}).get(number, [])
    judged = EventKind.SERVICE_LEVEL_JUDGED
    if any(one.kind == judged and one.data.get("closing") == closing.sequence for one in events):
        return None
    # As it stood when it was closed: what was done since belongs to the next verdict.
    until = [one for one in events if one.sequence <= closing.sequence]
    present = present_facts(session, [number]).get(number)
    clocks = replay(until, book or book_of(session), now=closing.at, present=present)
    if not clocks:
        return None
    by_target = {target: [one for one in clocks if one.target is target] for target in Target}
    verdicts = [_verdict(one) for one in by_target.values() if one]
    _keep(session, number, closing, verdicts, clocks[-1])
    return record(session, RECORD_KIND, number, judged, by=SYSTEM, at=at, closing=closing.sequence, targets=verdicts)


def _verdict(runs: Sequence[Clock]) -> dict[str, Any]:
    """One target's figures; of several runs those of a missed one, and of these the longest."""
    worst = max(runs, key=lambda one: (one.is_missed, one.elapsed_seconds))
    verdict = next((state for state in (MISSED, MET) if any(one.state == state for one in runs)), STOPPED)
    return facts_of(worst) | {
        "verdict": verdict,
        "ended_at": worst.ended_at.isoformat() if worst.ended_at else None,
        "runs": len(runs),
        "missed_runs": sum(one.is_missed for one in runs),
    }


def _keep(session: Session, number: int, closing: Event, verdicts: list[dict[str, Any]], last: Clock) -> None:
    newer = select(ServiceLevelVerdict.id).where(
        ServiceLevelVerdict.incident_id == number, ServiceLevelVerdict.at > closing.at
    )
    if session.scalars(newer.limit(1)).first() is not None:
        return  # two verdicts of one incident ran in the wrong order
    earlier = delete(ServiceLevelVerdict).where(ServiceLevelVerdict.incident_id == number)
    session.execute(earlier.execution_options(synchronize_session=False))
    facts = last.measured.last.situation.facts
    session.add_all(
        ServiceLevelVerdict(
            incident_id=number,
            target=one["target"],
            verdict=one["verdict"],
            at=closing.at,
            target_seconds=one["target_seconds"],
            elapsed_seconds=one["elapsed_seconds"],
            runs=one["runs"],
            missed_runs=one["missed_runs"],
            policy_series=one["policy_series"],
            policy_version=one["policy_version"],
            policy_name=one["policy"],
            priority=facts.priority,
            record_type=facts.record_type,
            organization_id=facts.organization_id,
            service_id=facts.service_id,
            category_id=facts.category_id,
        )
        for one in verdicts
    )


def verdicts_of(session: Session, incident_id: int) -> list[ServiceLevelVerdict]:
    """The latest verdict of an incident, in the order of `Target`."""
    order = {target.value: number for number, target in enumerate(Target)}
    query = select(ServiceLevelVerdict).where(ServiceLevelVerdict.incident_id == incident_id)
    return sorted(session.scalars(query), key=lambda row: order[row.target])
