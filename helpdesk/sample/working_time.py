"""When people at Harbour & Pine write and work: weekdays, mostly the morning. All times are UTC."""

from datetime import datetime, timedelta
from random import Random

DAY_WAKES_HOUR = 7
DAY_SLEEPS_HOUR = 22
DAY_STARTS_HOUR = 8
DAY_ENDS_HOUR = 18
SATURDAY = 5

# How likely a report is at each hour of a weekday, 1.0 being the busiest; nights are left to the web shop's customers.
BUSY_BY_HOUR = (
    *(0.01,) * 5,
    *(0.05, 0.15, 0.5, 0.95, 1.0, 0.95, 0.8, 0.45, 0.6, 0.8, 0.75, 0.55, 0.3),
    *(0.15, 0.1, 0.08, 0.06, 0.03, 0.01),
)
WEEKEND_SHARE = 0.12


def busyness(at: datetime) -> float:
    """From 0 to 1: how likely somebody reports something at this moment."""
    share = BUSY_BY_HOUR[at.hour]
    return share * WEEKEND_SHARE if at.weekday() >= SATURDAY else share


def busy_moment(rng: Random, earliest: datetime, latest: datetime) -> datetime:
    """A moment in the range, drawn as people report. In a range that is all night, the likeliest of those drawn."""
    span_seconds = int((latest - earliest).total_seconds())
    likeliest, most = latest, -1.0
    for _ in range(40):
        at = earliest + timedelta(seconds=int(rng.random() * span_seconds))
        share = busyness(at)
        if rng.random() < share:
            return at
        if share > most:
            likeliest, most = at, share
    return likeliest


def into_waking_hours(at: datetime) -> datetime:
    """The moment itself by day and evening, otherwise the same minute past seven in the morning."""
    if at.hour >= DAY_SLEEPS_HOUR:
        return at.replace(hour=DAY_WAKES_HOUR) + timedelta(days=1)
    return at.replace(hour=DAY_WAKES_HOUR) if at.hour < DAY_WAKES_HOUR else at


def into_working_hours(at: datetime) -> datetime:
    """The moment itself when the desk is staffed, otherwise the same minute past eight on the next working day."""
    if at.hour >= DAY_ENDS_HOUR:
        at = at.replace(hour=DAY_STARTS_HOUR) + timedelta(days=1)
    elif at.hour < DAY_STARTS_HOUR:
        at = at.replace(hour=DAY_STARTS_HOUR)
    while at.weekday() >= SATURDAY:
        at += timedelta(days=1)
    return at
