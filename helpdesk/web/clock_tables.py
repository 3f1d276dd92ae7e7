"""The working of a clock, to be read: its stretches of time with why and which event, day by day, and their sums."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from markupsafe import Markup

from helpdesk.service_levels.clocks import Clock, Interval
from helpdesk.web.context import exact
from helpdesk.web.forms.durations import to_the_second

# From so many stretches on they are folded by day.
FOLDED_FROM = 40
KINDS = {
    "running": ("Counted", "player-play"),
    "paused": ("Paused", "player-pause"),
    "closed": ("Outside hours", "moon"),
    "holiday": ("Holiday", "calendar"),
    "not_counted": ("Not counted", "ban"),
}


@dataclass(frozen=True, slots=True)
class Stretch:
    """One row. `start` and `end` are <time> elements; `url` leads to the event behind it, "" where there is none."""

    start: Markup
    end: Markup
    length: str
    kind: str
    label: str
    glyph: str
    why: str
    policy_change: str
    url: str


@dataclass(frozen=True, slots=True)
class ClockDay:
    """The stretches that begin on one day of the calendar's zone."""

    day: date
    stretches: list[Stretch]
    counted: str
    not_counted: str


@dataclass(frozen=True, slots=True)
class Sums:
    """In words. `total` is `counted` and `not_counted` together; `by_kind` tells the parts of the latter, as
    kind, label, glyph and words."""

    counted: str
    not_counted: str
    total: str
    by_kind: list[tuple[str, str, str, str]]


def clock_time(moment: datetime, zone: tzinfo, *, with_day: bool = True) -> Markup:
    """A moment as a clock of that zone shows it, with UTC for those who ask."""
    local = moment.astimezone(zone)
    told = f"{local:%a %-d %b %Y, %H:%M}" if with_day else f"{local:%H:%M}"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(moment.isoformat(), exact(moment), told)


def sums(clock: Clock) -> Sums:
    by_kind = {kind: sum(_seconds(one) for one in clock.intervals if one.kind == kind) for kind in KINDS}
    total, counted = sum(by_kind.values()), by_kind.pop("running")
    return Sums(
        to_the_second(counted),
        to_the_second(total - counted),
        to_the_second(total),
        [(kind, *KINDS[kind], to_the_second(seconds)) for kind, seconds in by_kind.items() if seconds],
    )


def _seconds(one: Interval) -> int:
    """Between whole seconds, so that what is shown adds up: stretches follow each other without a gap."""
    return int(one.end.timestamp()) - int(one.start.timestamp())


def days(clock: Clock, zone: tzinfo, url_of: Callable[[Interval], str]) -> list[ClockDay]:
    """All stretches of a clock in order, by the day on which each begins."""
    found: dict[date, list[Interval]] = {}
    for one in clock.intervals:
        found.setdefault(one.start.astimezone(zone).date(), []).append(one)
    return [_day(day, intervals, zone, url_of) for day, intervals in found.items()]


def _day(day: date, intervals: Iterable[Interval], zone: tzinfo, url_of: Callable[[Interval], str]) -> ClockDay:
    rows = list(intervals)
    counted = sum(_seconds(one) for one in rows if one.kind == "running")
    other = sum(_seconds(one) for one in rows) - counted
    stretches = [_stretch(one, zone, url_of(one)) for one in rows]
    return ClockDay(day, stretches, to_the_second(counted), to_the_second(other))


def _stretch(one: Interval, zone: tzinfo, url: str) -> Stretch:
    label, glyph = KINDS[one.kind]
    same_day = one.start.astimezone(zone).date() == one.end.astimezone(zone).date()
    return Stretch(
        clock_time(one.start, zone),
        clock_time(one.end, zone, with_day=not same_day),
        to_the_second(_seconds(one)),
        one.kind,
        label,
        glyph,
        one.why,
        one.policy_change,
        url,
    )
