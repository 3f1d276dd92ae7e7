"""What agents said of suggested fixes: used or not this, for each pair of incident and document.

The counts move the ranking of later suggestions; see `factors`."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session

from helpdesk.base import Base
from search.document import Key


class Verdict(StrEnum):
    USED = "used"
    REJECTED = "rejected"


class FixVerdict(Base):
    __tablename__ = "fix_verdicts"
    __table_args__ = (UniqueConstraint("incident_id", "document_kind", "document_id"),)

    incident_id: Mapped[int]
    document_kind: Mapped[str]
    document_id: Mapped[int]
    verdict: Mapped[str]
    agent_name: Mapped[str]
    at: Mapped[datetime]


def judge(session: Session, incident_id: int, key: Key, verdict: Verdict, *, agent_name: str, at: datetime) -> None:
    """Stores one verdict; a second one of the same pair replaces the first."""
    query = select(FixVerdict).where(
        FixVerdict.incident_id == incident_id,
        FixVerdict.document_kind == key.kind,
        FixVerdict.document_id == key.id,
    )
    row = session.scalars(query).first()
    if row is None:
        row = FixVerdict(incident_id=incident_id, document_kind=key.kind, document_id=key.id)
        session.add(row)
    row.verdict, row.agent_name, row.at = verdict.value, agent_name, at


def verdicts_on(session: Session, incident_id: int) -> dict[Key, Verdict]:
    """What was said of the fixes suggested for one incident."""
    rows = session.scalars(select(FixVerdict).where(FixVerdict.incident_id == incident_id))
    return {Key(row.document_kind, row.document_id): Verdict(row.verdict) for row in rows}


def tallies(session: Session, keys: Iterable[Key]) -> dict[Key, tuple[int, int]]:
    """(times used, times rejected) for each document that was ever judged."""
    wanted = {key.id for key in keys}
    rows = session.execute(
        select(FixVerdict.document_kind, FixVerdict.document_id, FixVerdict.verdict, func.count())
        .where(FixVerdict.document_id.in_(wanted))
        .group_by(FixVerdict.document_kind, FixVerdict.document_id, FixVerdict.verdict)
    )
    counted: dict[Key, tuple[int, int]] = {}
    for kind, number, verdict, count in rows:
        used, rejected = counted.get(Key(kind, number), (0, 0))
        counted[Key(kind, number)] = (
            (used + count, rejected) if verdict == Verdict.USED.value else (used, rejected + count)
        )
    return counted


def factors(session: Session) -> dict[Key, float]:
    """What to multiply a document's score by: above 1 when it helped more often than not, never far from 1.

    (used + 2) / (rejected + 2), its square root: one vote moves little, a record of ten moves the order."""
    rows = session.execute(
        select(FixVerdict.document_kind, FixVerdict.document_id, FixVerdict.verdict, func.count()).group_by(
            FixVerdict.document_kind, FixVerdict.document_id, FixVerdict.verdict
        )
    )
    counted: dict[Key, list[int]] = {}
    for kind, number, verdict, count in rows:
        counted.setdefault(Key(kind, number), [0, 0])[verdict == Verdict.REJECTED.value] = count
    return {key: ((used + 2) / (rejected + 2)) ** 0.5 for key, (used, rejected) in counted.items()}
