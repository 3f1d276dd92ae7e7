"""The clocks of one incident, computed from its events. Pure: no database, no present moment but the one given.

`replaying` calls this for pages and reactions, `what_if` for policies that are not saved yet."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from helpdesk.service_levels.choosing import Book, Holding
from helpdesk.service_levels.happenings import Happened
from helpdesk.service_levels.intervals import Interval, Target
from helpdesk.service_levels.measuring import Measured, measured
from helpdesk.service_levels.runs import Standing, runs
from helpdesk.service_levels.situations import situations
from helpdesk.service_levels.terms import Facts, Terms

__all__ = ["Clock", "Interval", "Target", "current", "replay"]

RUNNING, PAUSED, OUTSIDE, MET, MISSED, STOPPED = "running", "paused", "outside", "met", "missed", "stopped"


@dataclass(frozen=True, slots=True)
class Clock:
    """One promise. `state`: "running"; "paused", while pending; "outside" the hours of its calendar; "met"; "missed",
    as soon as the time is used up, whether or not it has ended; "stopped": nothing is owed any more (merged, say).

    `ended_at` None: it still goes on, also when it is missed already. `due_at` is when the time is or was used up;
    None while paused or stopped. `elapsed_seconds` is the sum of the running intervals; all intervals together reach
    from `started_at` to `ended_at`, or to the moment asked about, without a gap. `run` counts from 1: every update
    promises the next one, so NEXT_UPDATE has a clock for each, in order."""

    target: Target
    state: str
    started_at: datetime
    due_at: datetime | None
    target_seconds: int
    elapsed_seconds: float
    ended_at: datetime | None
    intervals: tuple[Interval, ...]
    run: int
    terms: Terms
    measured: Measured = field(repr=False, compare=False)

    @property
    def policy_name(self) -> str:
        return self.terms.promise.name

    @property
    def calendar_name(self) -> str:
        return self.terms.times.name

    @property
    def is_shown_to_requester(self) -> bool:
        return self.terms.promise.shown_to_requester

    @property
    def is_over(self) -> bool:
        return self.ended_at is not None

    @property
    def is_missed(self) -> bool:
        return self.state == MISSED

    def reaches(self, percent: int) -> datetime | None:
        """When this part of the time was used up, or will be if nothing happens; None while paused."""
        return self.measured.used_up_at(timedelta(seconds=self.target_seconds) * percent / 100)

    @property
    def remaining_seconds(self) -> float:
        """How much of the time is left; negative when it is used up."""
        return self.target_seconds - self.elapsed_seconds

    @property
    def share(self) -> int:
        """How many percent of the time have gone by, rounded down; more than 100 when it is missed."""
        return int(100 * self.elapsed_seconds // self.target_seconds)


def current(clocks: Sequence[Clock]) -> dict[Target, Clock]:
    """The latest run of each target: what a page shows as chips."""
    return {clock.target: clock for clock in clocks}


def replay(events: Iterable[Happened], book: Book, *, now: datetime, present: Facts | None = None) -> tuple[Clock, ...]:
    """Every clock of one incident as it stood at `now`, in the order of `Target` and run; none where nothing was
    promised. `events` may be in any order; `present` is what the record says now, for events of old."""
    if not book.promises:
        return ()
    history = situations(events, now=now, present=present)
    if not history:
        return ()
    holding = Holding(book, history[0].at)
    found: list[Clock] = []
    for target in Target:
        for number, run in enumerate(runs(target, history), start=1):
            clock = _clock(target, number, measured(target, run, holding, now=now), now)
            if clock is not None:
                found.append(clock)
    return tuple(found)


def _clock(target: Target, number: int, one: Measured, now: datetime) -> Clock | None:
    terms, seconds = one.last.terms, one.last.target_seconds
    if terms is None or seconds is None:
        return None
    promised, ending = timedelta(seconds=seconds), one.ending
    state = _state(one, promised, now)
    return Clock(
        target=target,
        state=state,
        started_at=one.started_at,
        due_at=None if state == STOPPED else one.used_up_at(promised),
        target_seconds=seconds,
        elapsed_seconds=one.elapsed.total_seconds(),
        ended_at=ending.situation.at if ending else None,
        intervals=one.intervals,
        run=number,
        terms=terms,
        measured=one,
    )


def _state(one: Measured, promised: timedelta, now: datetime) -> str:
    is_over = one.elapsed > promised
    if one.ending is not None:
        # What was merged is judged with what it became part of.
        if one.ending.standing is Standing.VOID and (one.ending.situation.merged_into or not is_over):
            return STOPPED
        return MISSED if is_over else MET
    if is_over:
        return MISSED
    if not one.last.is_counting or one.last.terms is None:
        return PAUSED
    return RUNNING if one.last.terms.times.hours.is_open(now) else OUTSIDE
