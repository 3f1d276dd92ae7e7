"""Clocks in words: the chip of a target, in queue rows, in an incident's head and on its pages."""

from dataclasses import dataclass
from datetime import datetime

from helpdesk.service_levels.clocks import Clock, Target
from helpdesk.web.context import exact
from helpdesk.web.forms.durations import days_and_hours

SOON_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Chip:
    """What a clock says in a word or two. `left_seconds` is given for one that runs, and goes below zero;
    `tone` is "", good, warn or bad, and says nothing that glyph and text don't."""

    text: str
    glyph: str
    tone: str = ""
    title: str = ""
    left_seconds: int | None = None


VERDICTS = {
    "met": Chip("met", "circle-check", "good"),
    "missed": Chip("missed", "alert-circle", "bad"),
    "stopped": Chip("stopped", "minus"),
}


def chip(target: Target, state: str, due_at: datetime | None, now: datetime) -> Chip:
    """Of a clock that has not ended."""
    name = target.label
    if state == "paused":
        return Chip("paused", "player-pause", "", f"{name}: the clock is paused")
    if due_at is None:
        return Chip("no time set", "minus", "", name)
    left, title = (due_at - now).total_seconds(), f"{name} due {exact(due_at)}"
    if left < 0:
        return Chip(f"missed by {days_and_hours(left)}", "alert-circle", "bad", title, int(left))
    text = f"{days_and_hours(left)} left"
    if state == "outside":
        return Chip(text, "moon", "", f"{title}; outside the hours that count", int(left))
    return Chip(text, "clock", "warn" if left < SOON_SECONDS else "", title, int(left))


def chip_of(clock: Clock, now: datetime) -> Chip:
    """Of any clock, also one that has ended."""
    if clock.state == "met":
        return Chip("met", "circle-check", "good", f"{clock.target.label}: in time")
    if clock.state == "stopped":
        return Chip("stopped", "minus", "", f"{clock.target.label}: it counts no more")
    if clock.ended_at is not None and clock.due_at is not None:
        late = days_and_hours((clock.ended_at - clock.due_at).total_seconds())
        return Chip(f"missed by {late}", "alert-circle", "bad", f"{clock.target.label}: too late")
    return chip(clock.target, clock.state, clock.due_at, now)


def chip_of_row(target: str | None, state: str | None, due_at: datetime | None, now: datetime) -> Chip | None:
    """Of what a row of the queue knows; None for an incident to which nothing is owed."""
    return chip(Target(target), state or "", due_at, now) if target else None
