"""Signs of life of the processes: a row each, for `health/ready` and `helpdesk doctor`."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from helpdesk.base import Base

FRESH_SECONDS = 60


class Heartbeat(Base):
    __tablename__ = "heartbeats"

    process: Mapped[str] = mapped_column(unique=True)
    at: Mapped[datetime]


def beat(session: Session, process: str, now: datetime) -> None:
    """Notes that this process lives, and commits."""
    row = session.scalars(select(Heartbeat).where(Heartbeat.process == process)).first()
    if row is None:
        row = Heartbeat(process=process, at=now)
        session.add(row)
    row.at = now
    session.commit()


def latest(session: Session) -> dict[str, datetime]:
    return {row.process: row.at for row in session.scalars(select(Heartbeat))}
