"""What follows an event, as rows: a transactional outbox.

An errand is written in the transaction of its event, so either both are there or neither. Workers claim one
by conditional UPDATE, run the reaction it names and record the outcome; a failure is tried again with
back-off and, after enough tries, shown to an administrator. Knows the names of reactions, not their code."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, event, func, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from helpdesk.base import Base
from helpdesk.journal import Event

CLAIM_SECONDS = 300
BACK_OFF_SECONDS = (5, 15, 60, 300, 900, 3600)


class ErrandState(StrEnum):
    DUE = "due"
    CLAIMED = "claimed"
    DONE = "done"
    GIVEN_UP = "given_up"


class Errand(Base):
    __tablename__ = "errands"
    __table_args__ = (Index("ix_errands_due", "state", "reaction", "due_at"),)

    reaction: Mapped[str]
    event_id: Mapped[int | None] = mapped_column(ForeignKey("events.id"), index=True)
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[str] = mapped_column(default=ErrandState.DUE.value)
    due_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    claimed_by: Mapped[str | None]
    claimed_until: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    last_error: Mapped[str | None]

    event: Mapped[Event | None] = relationship()


class TryLater(Exception):
    """A reaction raises this when the outside world asks for patience; it counts as a try, not as a fault."""

    def __init__(self, reason: str, after_seconds: float | None = None) -> None:
        super().__init__(reason)
        self.after_seconds = after_seconds


def enlist(sessions: Any, reactions: Mapping[str, Sequence[str]], wake: Callable[[], None]) -> None:
    """Ties the outbox to a session class: each new Event gets one Errand for each reaction to its kind,
    in the same transaction; `wake` is called after a commit that wrote any. `reactions` maps event kind to names."""

    @event.listens_for(sessions, "before_flush")
    def write(session: Session, *_: Any) -> None:
        fresh = [one for one in session.new if isinstance(one, Event)]
        left_out = session.info.get("reactions_left_out", ())
        put_off = session.info.get("reactions_put_off", {})
        errands = [
            Errand(reaction=name, event=one, due_at=one.at + put_off.get(name, timedelta(0)))
            for one in fresh
            for name in reactions.get(one.kind, ())
            if name not in left_out
        ]
        if errands:
            session.add_all(errands)
        if errands or any(isinstance(one, Errand) for one in session.new):
            session.info["errands_written"] = True

    @event.listens_for(sessions, "after_commit")
    def call(session: Session) -> None:
        if session.info.pop("errands_written", False):
            wake()

    @event.listens_for(sessions, "after_rollback")
    def forget(session: Session) -> None:
        session.info.pop("errands_written", None)


@contextmanager
def leaving_out(session: Session, *reactions: str) -> Iterator[None]:
    """Events written in here are not followed by these reactions: nobody waits for news of imported history."""
    session.info["reactions_left_out"] = reactions
    try:
        yield
    finally:
        del session.info["reactions_left_out"]


@contextmanager
def putting_off(session: Session, reaction: str, delay: timedelta) -> Iterator[None]:
    """Events written in here are followed by this reaction only after `delay`: until then they can be taken back."""
    session.info["reactions_put_off"] = {reaction: delay}
    try:
        yield
    finally:
        del session.info["reactions_put_off"]


def send_on(session: Session, reaction: str, *, at: datetime, **payload: Any) -> Errand:
    """Writes an errand that no event asks for by itself, such as one delivery of a letter."""
    errand = Errand(reaction=reaction, payload=payload, due_at=at)
    session.add(errand)
    return errand


def due(session: Session, reactions: Iterable[str], *, now: datetime, limit: int = 50) -> list[int]:
    """Numbers of errands to run now, oldest first; those whose worker died are due again when the claim ran out."""
    waiting = (Errand.state == ErrandState.DUE.value) & (Errand.due_at <= now)
    orphaned = (Errand.state == ErrandState.CLAIMED.value) & (Errand.claimed_until < now)
    query = select(Errand.id).where(Errand.reaction.in_(list(reactions)), or_(waiting, orphaned))
    return list(session.scalars(query.order_by(Errand.due_at, Errand.id).limit(limit)))


def claim(session: Session, number: int, *, by: str, now: datetime) -> bool:
    """Takes one errand for this worker and commits that. False when somebody else has it."""
    free = (Errand.state == ErrandState.DUE.value) | (
        (Errand.state == ErrandState.CLAIMED.value) & (Errand.claimed_until < now)
    )
    taken = session.execute(
        update(Errand)
        .where(Errand.id == number, free)
        .values(
            state=ErrandState.CLAIMED.value,
            claimed_by=by,
            claimed_until=now + timedelta(seconds=CLAIM_SECONDS),
            tries=Errand.tries + 1,
        )
        .execution_options(synchronize_session=False)
    )
    session.commit()
    return getattr(taken, "rowcount", 0) == 1


def done(errand: Errand, *, now: datetime) -> None:
    errand.state = ErrandState.DONE.value
    errand.finished_at = now
    errand.claimed_until = errand.last_error = None


def failed(errand: Errand, reason: str, *, now: datetime, tries_max: int, after_seconds: float | None = None) -> None:
    """Puts an errand back with back-off, or gives it up after `tries_max` tries."""
    errand.last_error = reason[:2000]
    errand.claimed_until = None
    if errand.tries >= tries_max:
        errand.state = ErrandState.GIVEN_UP.value
        errand.finished_at = now
        return
    errand.state = ErrandState.DUE.value
    wait_seconds = back_off_seconds(errand.tries) if after_seconds is None else after_seconds
    errand.due_at = now + timedelta(seconds=wait_seconds)


def tries_within(seconds: float) -> int:
    """How many tries are made within so much time."""
    tries, waited = 1, 0.0
    while waited + back_off_seconds(tries) <= seconds:
        waited += back_off_seconds(tries)
        tries += 1
    return tries


def back_off_seconds(tries: int) -> float:
    """How long to wait after so many tries."""
    return BACK_OFF_SECONDS[min(max(tries, 1), len(BACK_OFF_SECONDS)) - 1]


def hurry(session: Session, reaction: str, key: str, number: int, *, now: datetime) -> bool:
    """Makes errands that wait with this number in their payload due now. False when there is none."""
    hurried = session.execute(
        update(Errand)
        .where(
            Errand.reaction == reaction,
            Errand.state == ErrandState.DUE.value,
            Errand.payload[key].as_integer() == number,
        )
        .values(due_at=now)
        .execution_options(synchronize_session=False)
    )
    session.info["errands_written"] = True
    return getattr(hurried, "rowcount", 0) > 0


def next_due(session: Session, reactions: Iterable[str]) -> datetime | None:
    """When the next errand of these reactions is to be run; None when none waits."""
    query = select(func.min(Errand.due_at)).where(
        Errand.reaction.in_(list(reactions)), Errand.state == ErrandState.DUE.value
    )
    return session.scalar(query)


def retry(errand: Errand, *, now: datetime) -> None:
    """An administrator wants it tried again from the start."""
    errand.state, errand.due_at, errand.tries = ErrandState.DUE.value, now, 0


def waiting(session: Session, reactions: Iterable[str] | None = None) -> int:
    """How many errands are not done yet, of these reactions or of all: the lag."""
    query = (
        select(func.count())
        .select_from(Errand)
        .where(Errand.state.in_([ErrandState.DUE.value, ErrandState.CLAIMED.value]))
    )
    if reactions is not None:
        query = query.where(Errand.reaction.in_(list(reactions)))
    return session.scalar(query) or 0


def given_up(session: Session, limit: int = 100) -> list[Errand]:
    query = select(Errand).where(Errand.state == ErrandState.GIVEN_UP.value).order_by(Errand.finished_at.desc())
    return list(session.scalars(query.limit(limit)))
