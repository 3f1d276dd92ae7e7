"""Who is looking at an incident right now, and who is writing there: so that two don't answer at once.

A row of who was here last, overwritten by each sign of life; it ends by itself when no more come. It is no event and
changes no record. Pages give only what their viewer may see; the door commits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Index, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session

from helpdesk.base import Base
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.queries import visible
from helpdesk.people.agent import Agent, Viewer

# A page shows a sign of life every 20 s, so that one may get lost; writing is told anew with every pause in it.
HERE_SECONDS, WRITING_SECONDS = 50, 30
SWEPT_AFTER_SECONDS = 3600
NAMES_MAX = 20


class Presence(Base):
    """`writing_at` is when the agent last typed there; None when they have not."""

    __tablename__ = "presences"
    __table_args__ = (
        Index("uq_presences_incident_agent", "incident_id", "agent_id", unique=True),
        Index("ix_presences_seen_at", "seen_at"),
    )

    incident_id: Mapped[int]
    agent_id: Mapped[int]
    seen_at: Mapped[datetime]
    writing_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True, order=True)
class Present:
    name: str
    is_writing: bool


def sees(session: Session, viewer: Viewer, incident_id: int) -> bool:
    return session.scalar(select(Incident.id).where(Incident.id == incident_id, visible(viewer))) is not None


def show_up(session: Session, incident_id: int, agent_id: int, *, writing: bool, at: datetime) -> None:
    """A sign of life. `writing`: the agent typed since the last one."""
    values = {"seen_at": at} | ({"writing_at": at} if writing else {})
    if _refreshed(session, incident_id, agent_id, values):
        return
    row = {"incident_id": incident_id, "agent_id": agent_id, "seen_at": at, "writing_at": at if writing else None}
    try:
        with session.begin_nested():
            session.execute(insert(Presence).values(**row))
    except IntegrityError:
        # Another tab of the same agent was quicker.
        _refreshed(session, incident_id, agent_id, values)
    session.execute(delete(Presence).where(Presence.seen_at < at - timedelta(seconds=SWEPT_AFTER_SECONDS)))


def stop_writing(session: Session, incident_id: int, agent_id: int) -> None:
    """What was written there was sent or thrown away."""
    _refreshed(session, incident_id, agent_id, {"writing_at": None})


def leave(session: Session, incident_id: int, agent_id: int) -> None:
    where = (Presence.incident_id == incident_id, Presence.agent_id == agent_id)
    session.execute(delete(Presence).where(*where))


def others_here(session: Session, incident_id: int, agent_id: int, *, at: datetime) -> list[Present]:
    """The colleagues who are there now: those who write first, then by name."""
    query = (
        select(Agent.name, Presence.writing_at)
        .join(Agent, Agent.id == Presence.agent_id)
        .where(
            Presence.incident_id == incident_id,
            Presence.agent_id != agent_id,
            Presence.seen_at > at - timedelta(seconds=HERE_SECONDS),
        )
        .order_by(Agent.name)
        .limit(NAMES_MAX)
    )
    found = [Present(name, is_writing(writing_at, at)) for name, writing_at in session.execute(query)]
    return sorted(found, key=lambda one: (not one.is_writing, one.name))


def _refreshed(session: Session, incident_id: int, agent_id: int, values: Mapping[str, datetime | None]) -> bool:
    where = (Presence.incident_id == incident_id, Presence.agent_id == agent_id)
    done = session.execute(update(Presence).where(*where).values(**values).execution_options(synchronize_session=False))
    return getattr(done, "rowcount", 0) > 0


def is_writing(writing_at: datetime | None, at: datetime) -> bool:
    """Whether who typed last at `writing_at` counts as writing still."""
    return writing_at is not None and writing_at > at - timedelta(seconds=WRITING_SECONDS)
