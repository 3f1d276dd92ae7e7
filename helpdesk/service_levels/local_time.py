"""From times on a wall clock to moments, across the changes of daylight saving time. Pure; asked by `hours` only."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_STEP = timedelta(microseconds=1)


def moment(zone: ZoneInfo, day: date, minute: int) -> datetime:
    """When a wall clock there shows so many minutes after midnight (1440 is the next midnight), in UTC.

    A time that is shown twice means its first coming; one that is skipped means the moment of the skip. So a later
    time of day is never an earlier moment."""
    shown = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)  # noqa: DTZ001 - a wall clock
    return _moment(zone, shown)


@lru_cache(maxsize=50_000)
def _moment(zone: ZoneInfo, shown: datetime) -> datetime:
    found = shown.replace(tzinfo=zone).astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == shown:
        return found
    return _skip(zone, shown, found)


def _skip(zone: ZoneInfo, shown: datetime, after: datetime) -> datetime:
    """The moment at which the clock was put forward over this time: the first that shows a later one."""
    before = shown.replace(tzinfo=zone, fold=1).astimezone(UTC)
    while after - before > _STEP:
        middle = before + (after - before) / 2
        if middle.astimezone(zone).replace(tzinfo=None) > shown:
            after = middle
        else:
            before = middle
    return after
