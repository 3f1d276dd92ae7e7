"""Time spent: minutes of work on an incident, by whom and on which day, with a word about what.

Doors call `spend` and `remove_time`; nothing is changed afterwards, only crossed out. Reports read `minutes_by_day`."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, Index, func, or_, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, object_session, relationship

from helpdesk.base import Base
from helpdesk.errors import Invalid, NotAllowed
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.merge import parts_of
from helpdesk.journal import Actor, EventKind
from helpdesk.people.agent import Agent
from helpdesk.people.permissions import Permission

MINUTES_MAX = 24 * 60
NOTE_LENGTH_MAX = 300
_SPAN = re.compile(r"(?:(\d{1,2}(?:[.,]\d{1,2})?)\s*h)?\s*(?:(\d{1,4})\s*(?:m|min)?)?", re.IGNORECASE | re.ASCII)
_CLOCK = re.compile(r"(\d{1,2}):([0-5]\d)", re.ASCII)


class TimeSpent(Base):
    """One agent's work on one day. A row that was crossed out is kept with `removed_at`."""

    __tablename__ = "time_spent"
    __table_args__ = (
        Index("ix_time_spent_incident", "incident_id"),
        Index("ix_time_spent_agent_day", "agent_id", "day"),
        Index("ix_time_spent_day", "day"),
    )

    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    day: Mapped[date]
    minutes: Mapped[int]
    note: Mapped[str] = mapped_column(default="")
    logged_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]

    incident: Mapped[Incident] = relationship()
    agent: Mapped[Agent] = relationship()


@dataclass(frozen=True, slots=True)
class DaySum:
    """What reports ask for: an agent's minutes on one incident on one day."""

    day: date
    agent_id: int
    incident_id: int
    minutes: int


def minutes_in(text: str) -> int:
    """“25”, “1h 30m”, “1:30” or “1.5 h” as minutes. Raises Invalid for anything else, for none and for over a day."""
    given = text.strip()
    clock, span = _CLOCK.fullmatch(given), _SPAN.fullmatch(given)
    if clock:
        minutes = int(clock[1]) * 60 + int(clock[2])
    elif given and span:
        minutes = round(float((span[1] or "0").replace(",", ".")) * 60) + int(span[2] or 0)
    else:
        raise Invalid("Write minutes such as 25, or 1h 30m.", field="minutes")
    if not 1 <= minutes <= MINUTES_MAX:
        raise Invalid("Write between one minute and a day.", field="minutes")
    return minutes


def in_hours(minutes: int) -> str:
    """“1 h 30 min”, “25 min”."""
    hours, rest = divmod(minutes, 60)
    return " ".join(filter(None, (f"{hours} h" if hours else "", f"{rest} min" if rest or not hours else "")))


def spend(
    incident: Incident,
    minutes: int,
    note: str = "",
    *,
    agent: Agent,
    by: Actor,
    at: datetime,
    day: date | None = None,
) -> TimeSpent:
    """Writes down an agent's minutes on a day, today's (UTC) unless another is named. Raises Invalid for a day to
    come, and for more minutes than the day has left for them."""
    incident._worker(by)
    session = object_session(incident)
    if session is None:
        raise RuntimeError("an incident must be in a session before time is spent on it")
    day = day or at.date()
    # Somewhere it is tomorrow already: UTC+14 is furthest ahead.
    if day > (at + timedelta(hours=14)).date():
        raise Invalid("That day is still to come. Choose another.", field="day")
    note = " ".join(note.replace("\0", "").split())
    if len(note) > NOTE_LENGTH_MAX:
        raise Invalid(f"Shorten this to {NOTE_LENGTH_MAX} characters.", field="note")
    if not 1 <= minutes <= MINUTES_MAX - _spent_on(session, agent, day):
        raise Invalid(f"{agent.name} would have worked more than 24 hours on that day. Correct it.", field="minutes")
    row = TimeSpent(incident_id=incident.id, agent=agent, day=day, minutes=minutes, note=note, logged_at=at)
    session.add(row)
    session.flush()
    incident._record(EventKind.TIME_SPENT, by=by, at=at, **_said(row))
    return row


def remove_time(row: TimeSpent, *, by: Actor, at: datetime) -> bool:
    """Crosses it out; whether it counted. One's own only, unless one administers the desk."""
    _must_be_own(row, by)
    if row.removed_at is not None:
        return False
    row.removed_at = at
    row.incident._record(EventKind.TIME_REMOVED, by=by, at=at, **_said(row))
    return True


def restore_time(row: TimeSpent, *, by: Actor, at: datetime) -> bool:
    """Counts it again: what `remove_time` did is undone; whether it was crossed out."""
    _must_be_own(row, by)
    if row.removed_at is None:
        return False
    row.removed_at = None
    row.incident._record(EventKind.TIME_SPENT, by=by, at=at, **_said(row), restored=True)
    return True


def time_of(session: Session, incident: Incident) -> list[TimeSpent]:
    """What counts, here and in what was merged into it, the latest day first."""
    parts = parts_of([incident.id])
    whole = or_(TimeSpent.incident_id == incident.id, TimeSpent.incident_id.in_(select(parts.c.id)))
    query = select(TimeSpent).where(whole, TimeSpent.removed_at.is_(None)).options(joinedload(TimeSpent.agent))
    return list(session.scalars(query.order_by(TimeSpent.day.desc(), TimeSpent.id.desc())))


def minutes_by_day(session: Session, first: date, last: date) -> list[DaySum]:
    """For reports: all that counts from one day to another, both included."""
    sums = (TimeSpent.day, TimeSpent.agent_id, TimeSpent.incident_id)
    query = (
        select(*sums, func.sum(TimeSpent.minutes))
        .where(TimeSpent.day.between(first, last), TimeSpent.removed_at.is_(None))
        .group_by(*sums)
        .order_by(*sums)
    )
    return [DaySum(day, agent, incident, int(minutes)) for day, agent, incident, minutes in session.execute(query)]


def _must_be_own(row: TimeSpent, by: Actor) -> None:
    if by.kind == "agent" and by.id != row.agent_id and not by.may(Permission.ADMINISTER):
        raise NotAllowed(f"This is {row.agent.name}'s time. Ask them to correct it.")


def _spent_on(session: Session, agent: Agent, day: date) -> int:
    query = select(func.coalesce(func.sum(TimeSpent.minutes), 0))
    return int(
        session.scalar(
            query.where(TimeSpent.agent_id == agent.id, TimeSpent.day == day, TimeSpent.removed_at.is_(None))
        )
        or 0
    )


def _said(row: TimeSpent) -> dict[str, Any]:
    return {
        "time_id": row.id,
        "agent_id": row.agent_id,
        "agent": row.agent.name,
        "minutes": row.minutes,
        "day": row.day.isoformat(),
        "note": row.note,
    }
