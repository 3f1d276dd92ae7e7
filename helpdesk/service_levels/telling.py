"""Which warnings and breaches of a clock were put on record already, and when the next one is to be. Pure.

A promise is told of once: the same target, in the same run, with the same time. Another priority promises anew."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from helpdesk.journal import EventKind
from helpdesk.service_levels.clocks import RUNNING, Clock
from helpdesk.service_levels.happenings import Happened

BREACH = 100
TOLD = frozenset({EventKind.SERVICE_LEVEL_WARNED.value, EventKind.SERVICE_LEVEL_BREACHED.value})
# Hours may end between a moment and the worker's look at it; after that it waits until they begin again, for nobody
# wants a warning at midnight.
LATE_SECONDS_MAX = 600


def percent_told(events: Iterable[Happened], clock: Clock) -> int:
    """The highest percentage that was told of this promise; 100 for the breach, 0 for nothing. What was used up when
    an administrator's change came to hold counts as told: nobody could have acted in time."""
    percents = [
        BREACH if one.kind == EventKind.SERVICE_LEVEL_BREACHED else int(one.data["percent"])
        for one in events
        if one.kind in TOLD and _promise(one.data) == _promise(facts_of(clock))
    ]
    return max([_reached(clock, _elapsed_at_change(clock)), *percents])


def percent_reached(clock: Clock) -> int:
    """The highest percentage of the policy that has been reached; 100 once it is missed."""
    return _reached(clock, clock.elapsed_seconds)


def _reached(clock: Clock, elapsed_seconds: float) -> int:
    if elapsed_seconds > clock.target_seconds:
        return BREACH
    share = 100 * elapsed_seconds
    return max((one for one in clock.terms.promise.warns_at if one * clock.target_seconds <= share), default=0)


def _elapsed_at_change(clock: Clock) -> float:
    """How much of the time had gone by when the version that holds now came to hold."""
    changes = [number for number, one in enumerate(clock.intervals) if one.policy_change]
    before = clock.intervals[: changes[-1]] if changes else ()
    return sum(one.seconds for one in before if one.kind == RUNNING)


def next_look(clock: Clock, told: int, *, now: datetime) -> datetime | None:
    """When there may be something to tell of this clock; None before something happens to the incident."""
    if clock.is_over:
        return None
    if percent_reached(clock) > told:
        return now if may_tell(clock, now=now) else clock.terms.times.hours.opens_at(now)
    ahead = [one for one in (*clock.terms.promise.warns_at, BREACH) if one > told]
    return clock.reaches(min(ahead)) if ahead else None


def may_tell(clock: Clock, *, now: datetime) -> bool:
    """Whether the calendar of its policy is open, or was a moment ago."""
    hours = clock.terms.times.hours
    return hours.is_open(now) or hours.is_open(now - timedelta(seconds=LATE_SECONDS_MAX))


def facts_of(clock: Clock) -> dict[str, Any]:
    """What events say of a clock."""
    return {
        "target": clock.target.value,
        "run": clock.run,
        "since": clock.started_at.isoformat(),
        "target_seconds": clock.target_seconds,
        "elapsed_seconds": int(clock.elapsed_seconds),
        "due_at": clock.due_at.isoformat() if clock.due_at else None,
        "policy": clock.policy_name,
        "policy_series": clock.terms.promise.series,
        "policy_version": clock.terms.promise.version,
    }


def told_in_words(data: Mapping[str, Any]) -> str:
    """A warning or a breach as a sentence, from its event."""
    target = str(data.get("target", "")).replace("_", " ")
    percent = int(data.get("percent", BREACH))
    if percent >= BREACH:
        return f"The time for the {target} is used up"
    return f"{percent} % of the time for the {target} have gone by"


def _promise(data: Mapping[str, Any]) -> tuple[object, ...]:
    return data.get("target"), data.get("since"), data.get("target_seconds")
