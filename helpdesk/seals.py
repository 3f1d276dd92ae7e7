"""A seal a day over all chains: a hash over every event that was recorded on it, bound to the seal before.

Writers of different records never wait for each other, and yet a chain that is removed as a whole is noticed. Whoever
writes the newest seal down elsewhere can prove everything before it."""

import hashlib
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from helpdesk.base import Base
from helpdesk.chain.event_hash import NO_HASH
from helpdesk.journal import Event


class Seal(Base):
    """One row a day over the heads of all chains that grew that day, bound to the seal before."""

    __tablename__ = "seals"

    day: Mapped[date] = mapped_column(unique=True)
    events: Mapped[int]
    previous_hash: Mapped[str]
    hash: Mapped[str]


def seal(session: Session, day: date) -> Seal:
    """Seals a day (UTC): a hash over the head of every chain that grew on it. Idempotent; the door commits."""
    existing = session.scalars(select(Seal).where(Seal.day == day)).first()
    if existing:
        return existing
    before = session.scalars(select(Seal).where(Seal.day < day).order_by(Seal.day.desc()).limit(1)).first()
    previous = before.hash if before else NO_HASH
    count, digest = day_digest(session, day, previous)
    made = Seal(day=day, events=count, previous_hash=previous, hash=digest)
    session.add(made)
    return made


def unsealed_days(session: Session, *, before: date) -> list[date]:
    """Days (UTC) before this one on which something was recorded and which have no seal, oldest first."""
    first = session.scalar(select(func.min(Event.recorded_at)))
    if first is None:
        return []
    sealed = session.scalar(select(func.max(Seal.day)))
    start = sealed.toordinal() + 1 if sealed else first.date().toordinal()
    return [date.fromordinal(number) for number in range(start, before.toordinal())]


def day_digest(session: Session, day: date, previous: str) -> tuple[int, str]:
    """How many events a day has, and the hash over them and the seal before."""
    start = datetime.fromisoformat(f"{day.isoformat()}T00:00:00+00:00")
    end = datetime.fromordinal(day.toordinal() + 1).replace(tzinfo=start.tzinfo)
    rows = session.execute(
        select(Event.record_kind, Event.record_id, Event.sequence, Event.hash)
        .where(Event.recorded_at >= start, Event.recorded_at < end)
        .order_by(Event.record_kind, Event.record_id, Event.sequence)
        .execution_options(yield_per=1000)
    )
    running, count = hashlib.sha256(previous.encode()), 0
    for row in rows:
        running.update("|".join(map(str, row)).encode())
        count += 1
    return count, running.hexdigest()
