"""What is due next, one row for each open incident that was promised something: for the queue to sort and show.

Disposable: computed from events, kept by the reaction CLOCKS, mended by `helpdesk service-levels check`."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from helpdesk.base import Base
from helpdesk.journal import Event
from helpdesk.service_levels.choosing import Book
from helpdesk.service_levels.clocks import MISSED, PAUSED, RUNNING, Clock, replay
from helpdesk.service_levels.happenings import RELEVANT, leaving_later
from helpdesk.service_levels.records import open_incidents, present_facts
from helpdesk.service_levels.replaying import book_of, events_of
from helpdesk.service_levels.telling import TOLD, next_look, percent_told

BATCH = 200


class ServiceLevelDue(Base):
    """The most urgent of an incident's clocks that go on. `state` is "running" (also outside hours), "paused" or
    "missed"; `due_at` is None while paused. `share_warned` is the highest warning given for it, in percent, 100 once
    its breach was. `next_look_at` is when the worker looks again; None: not before something happens."""

    __tablename__ = "service_level_due"
    __table_args__ = (
        Index("ix_service_level_due_due", "due_at", "incident_id"),
        Index("ix_service_level_due_look", "next_look_at"),
    )

    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), unique=True)
    target: Mapped[str]
    state: Mapped[str]
    due_at: Mapped[datetime | None]
    target_seconds: Mapped[int]
    policy_name: Mapped[str]
    share_warned: Mapped[int] = mapped_column(default=0)
    shown_to_requester: Mapped[bool] = mapped_column(default=False)
    next_look_at: Mapped[datetime | None]


# What a row says, and so what is compared; when to look again follows from it and from the hour.
_SAID = ("target", "state", "due_at", "target_seconds", "policy_name", "share_warned", "shown_to_requester")


def due_of(session: Session, incident_ids: Collection[int]) -> dict[int, ServiceLevelDue]:
    """The rows of these incidents by their numbers, in one statement."""
    if not incident_ids:
        return {}
    query = select(ServiceLevelDue).where(ServiceLevelDue.incident_id.in_(incident_ids))
    return {row.incident_id: row for row in session.scalars(query)}


def refresh(session: Session, incident_ids: Collection[int], *, now: datetime, book: Book | None = None) -> None:
    """Brings the rows of these incidents into step with their events; the door commits."""
    fresh, rows = computed(session, incident_ids, now=now, book=book), due_of(session, incident_ids)
    for number in incident_ids:
        _keep(session, rows.get(number), fresh.get(number))


def computed(
    session: Session, incident_ids: Collection[int], *, now: datetime, book: Book | None = None
) -> dict[int, dict[str, Any]]:
    """What the rows of these incidents should say, by number; nothing for those without a clock that goes on."""
    book = book or book_of(session)
    if not (incident_ids and book.promises):
        return {}
    events, facts = events_of(session, incident_ids, RELEVANT | TOLD), present_facts(session, incident_ids)
    found: dict[int, dict[str, Any]] = {}
    for number, happened in events.items():
        clocks = replay(happened, book, now=now, present=facts.get(number))
        if values := _values(clocks, happened, now):
            found[number] = values | {"incident_id": number}
    return found


def _values(clocks: Sequence[Clock], events: Sequence[Event], now: datetime) -> dict[str, Any] | None:
    going_on = [clock for clock in clocks if not clock.is_over]
    if not going_on:
        return None
    told = [percent_told(events, clock) for clock in going_on]
    looks = [next_look(clock, percent, now=now) for clock, percent in zip(going_on, told, strict=True)]
    urgent = min(going_on, key=lambda clock: (clock.due_at is None, clock.due_at or now))
    return {
        "target": urgent.target.value,
        "state": urgent.state if urgent.state in (MISSED, PAUSED) else RUNNING,
        "due_at": urgent.due_at,
        "target_seconds": urgent.target_seconds,
        "policy_name": urgent.policy_name,
        "share_warned": told[going_on.index(urgent)],
        "shown_to_requester": urgent.is_shown_to_requester,
        "next_look_at": min(filter(None, [*looks, leaving_later(events, now=now)]), default=None),
    }


def _keep(session: Session, row: ServiceLevelDue | None, values: dict[str, Any] | None) -> None:
    if values is None:
        if row is not None:
            session.delete(row)
        return
    if row is None:
        session.add(ServiceLevelDue(**values))
        return
    for name, value in values.items():
        setattr(row, name, value)


@dataclass(frozen=True, slots=True)
class Difference:
    """Numbers of incidents whose row is not there, says something else, or should not be there."""

    missing: frozenset[int]
    outdated: frozenset[int]
    surplus: frozenset[int]

    def __bool__(self) -> bool:
        return bool(self.missing or self.outdated or self.surplus)

    @property
    def incident_ids(self) -> list[int]:
        return sorted(self.missing | self.outdated | self.surplus)


def compare(session: Session, *, now: datetime) -> Difference:
    """Every row with what it should say, computed afresh, some hundred incidents at a time."""
    book, after = book_of(session), 0
    missing: set[int] = set()
    outdated: set[int] = set()
    right: set[int] = set()
    while numbers := open_incidents(session, after=after, limit=BATCH):
        fresh, rows = computed(session, numbers, now=now, book=book), due_of(session, numbers)
        missing |= fresh.keys() - rows.keys()
        both = fresh.keys() & rows.keys()
        right |= both
        outdated |= {one for one in both if any(getattr(rows[one], name) != fresh[one][name] for name in _SAID)}
        after = numbers[-1]
        session.expunge_all()
    every = set(session.scalars(select(ServiceLevelDue.incident_id)))
    return Difference(frozenset(missing), frozenset(outdated), frozenset(every - right))


def mend(session: Session, difference: Difference, *, now: datetime) -> None:
    """Brings the rows that differ into step; the door commits."""
    numbers = difference.incident_ids
    for first in range(0, len(numbers), BATCH):
        refresh(session, numbers[first : first + BATCH], now=now)
        session.flush()


def rebuild(session: Session, *, now: datetime) -> int:
    """Computes every row anew; returns how many incidents were looked at. The door commits."""
    book, after, count = book_of(session), 0, 0
    known = sorted(session.scalars(select(ServiceLevelDue.incident_id)))
    for first in range(0, len(known), BATCH):
        refresh(session, known[first : first + BATCH], now=now, book=book)
    while numbers := open_incidents(session, after=after, limit=BATCH):
        refresh(session, numbers, now=now, book=book)
        session.flush()
        after, count = numbers[-1], count + len(numbers)
    return count


def to_look_at(session: Session, *, now: datetime, limit: int = BATCH) -> list[int]:
    """Numbers of the incidents of which there may be something to tell."""
    query = select(ServiceLevelDue.incident_id).where(ServiceLevelDue.next_look_at <= now)
    return list(session.scalars(query.order_by(ServiceLevelDue.next_look_at).limit(limit)))


def locked(session: Session, incident_id: int) -> ServiceLevelDue | None:
    """The row, until the end of the transaction nobody else's; None while another worker has it."""
    query = select(ServiceLevelDue).where(ServiceLevelDue.incident_id == incident_id)
    return session.scalars(query.with_for_update(skip_locked=True)).first()
