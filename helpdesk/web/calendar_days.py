"""A service calendar to be looked at: the next days with their hours, holidays and changes of the clocks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from markupsafe import Markup

from helpdesk.service_levels.calendar import Calendar
from helpdesk.service_levels.hours import CLOSED, HOLIDAY, OPEN, Hours, Span
from helpdesk.service_levels.public_holidays import places
from helpdesk.web.forms.calendar import WEEKDAYS, written

STRIP_DAYS = 14
AHEAD_DAYS = 366
HOLIDAYS_MAX = 12


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the strip. `kind` is open, closed or holiday; `hours` its words, `change` what the clocks do."""

    day: date
    kind: str
    hours: str
    bar: Markup
    change: str = ""


@dataclass(frozen=True, slots=True)
class ComingDays:
    """`days` are the next ones from today on, there; `holidays` those of a year that fall on what is open else."""

    days: list[Day]
    holidays: list[tuple[date, str]]
    is_open_now: bool
    changes: list[str]


def coming(calendar: Calendar, now: datetime) -> ComingDays:
    """Raises Invalid for a calendar that makes no sense."""
    hours = calendar.hours
    today = hours.local(now).date()
    days = [_day(hours, today + timedelta(days=number)) for number in range(STRIP_DAYS)]
    return ComingDays(
        days, list(_holidays(hours, today)), hours.is_open(now), [one.change for one in days if one.change]
    )


def _day(hours: Hours, day: date) -> Day:
    spans = hours.day(day)
    change = _change(hours, day)
    name = next((one.name for one in spans if one.kind == HOLIDAY), "")
    if name or not any(one.kind == OPEN for one in spans):
        return Day(day, HOLIDAY if name else CLOSED, name or "Closed", _bar(spans), change)
    told = ", ".join(
        f"{_clock(hours, one.start)}-{_clock(hours, one.end, is_end=True)}" for one in spans if one.kind == OPEN
    )
    return Day(day, OPEN, told, _bar(spans), change)


def _clock(hours: Hours, moment: datetime, *, is_end: bool = False) -> str:
    told = f"{hours.local(moment):%H:%M}"
    return "24:00" if is_end and told == "00:00" else told


def _bar(spans: tuple[Span, ...]) -> Markup:
    first, last = spans[0].start, spans[-1].end
    whole = max((last - first).total_seconds(), 1.0)
    boxes = Markup("").join(
        Markup('<rect class="open" x="{}" width="{}" height="8"/>').format(
            f"{(one.start - first).total_seconds() / whole * 100:g}",
            f"{(one.end - one.start).total_seconds() / whole * 100:g}",
        )
        for one in spans
        if one.kind == OPEN
    )
    return Markup(
        '<svg class="day-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="day" y="3" width="100" height="2"/>{}</svg>'
    ).format(boxes)


def _change(hours: Hours, day: date) -> str:
    """What the clocks do on this day; "" for most."""
    zone = ZoneInfo(hours.zone_name)
    before, after = (
        datetime(one.year, one.month, one.day, tzinfo=zone).utcoffset() or timedelta()
        for one in (day, day + timedelta(days=1))
    )
    if before == after:
        return ""
    minutes = int((after - before).total_seconds() // 60)
    size = f"{abs(minutes) // 60} h" if minutes % 60 == 0 else f"{abs(minutes)} min"
    return f"{day:%A, %-d %B}: clocks go {'forward' if minutes > 0 else 'back'} by {size}"


def _holidays(hours: Hours, today: date) -> Iterator[tuple[date, str]]:
    count = 0
    for number in range(AHEAD_DAYS):
        day = today + timedelta(days=number)
        if hours.week[day.weekday()] and (name := hours.holiday(day)):
            yield day, name
            count += 1
            if count == HOLIDAYS_MAX:
                return


def week_in_words(calendar: Calendar) -> str:
    """“Monday to Friday 09:00-17:00; Saturday 10:00-14:00”."""
    weekly = calendar.weekly or {}
    told = [written(weekly.get(str(number), [])) for number in range(7)]
    parts, first = [], 0
    for number in range(1, 8):
        if number < 7 and told[number] == told[first]:
            continue
        if told[first]:
            days = WEEKDAYS[first] if number - first == 1 else f"{WEEKDAYS[first]} to {WEEKDAYS[number - 1]}"
            parts.append(f"{days} {told[first]}")
        first = number
    return "; ".join(parts) if len(parts) > 1 or not told[0] or len(set(told)) > 1 else f"Every day {told[0]}"


@cache
def countries() -> list[tuple[str, str]]:
    """Code and name of every country whose holidays are known, by name."""
    from holidays.registry import COUNTRIES

    names = {codes[1]: re.sub(r"(?<=[a-z])(?=[A-Z])", " ", codes[0]) for codes in COUNTRIES.values()}
    return sorted(((code, names.get(code, code)) for code in places()), key=lambda pair: pair[1])
