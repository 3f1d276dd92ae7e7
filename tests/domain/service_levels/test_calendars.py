"""Calendars: split shifts, nights, holidays, and both changes of daylight saving time in three zones."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.errors import Invalid
from helpdesk.service_levels.calendar import ALWAYS, Calendar, checked
from helpdesk.service_levels.hours import Hours
from helpdesk.service_levels.week import week_of
from tests.domain.service_levels.telling_stories import HOUR, MONDAY, a_calendar, moment

# The Sundays on which clocks go forward and back in 2026.
CHANGES = {
    "Europe/Berlin": ("2026-03-29", "2026-10-25"),
    "America/New_York": ("2026-03-08", "2026-11-01"),
    "Australia/Lord_Howe": ("2026-10-04", "2026-04-05"),  # by half an hour
}
NIGHTLY = {str(day): [["22:00", "06:00"]] for day in range(7)}


# fmt: off
ACROSS_THE_CHANGES = [
    # A night shift over the change is an hour shorter, or longer; in Lord Howe half an hour.
    ("Europe/Berlin", NIGHTLY, "2026-03-28 22:00", "2026-03-29 06:00", 7),
    ("Europe/Berlin", NIGHTLY, "2026-10-24 22:00", "2026-10-25 06:00", 9),
    ("America/New_York", NIGHTLY, "2026-03-07 22:00", "2026-03-08 06:00", 7),
    ("America/New_York", NIGHTLY, "2026-10-31 22:00", "2026-11-01 06:00", 9),
    ("Australia/Lord_Howe", NIGHTLY, "2026-10-03 22:00", "2026-10-04 06:00", 7.5),
    ("Australia/Lord_Howe", NIGHTLY, "2026-04-04 22:00", "2026-04-05 06:00", 8.5),
    # Around the clock a day has as many hours as it really has.
    ("Europe/Berlin", ALWAYS, "2026-03-29 00:00", "2026-03-30 00:00", 23),
    ("America/New_York", ALWAYS, "2026-11-01 00:00", "2026-11-02 00:00", 25),
    ("Australia/Lord_Howe", ALWAYS, "2026-04-05 00:00", "2026-04-06 00:00", 24.5),
    # Hours that the change skips are no hours; those it skips half of have what is left of them.
    ("Europe/Berlin", {"6": [["02:00", "03:00"]]}, "2026-03-29 00:00", "2026-03-30 00:00", 0),
    ("Europe/Berlin", {"6": [["02:30", "03:30"]]}, "2026-03-29 00:00", "2026-03-30 00:00", 0.5),
    # A time that comes twice means its first coming.
    ("Europe/Berlin", {"6": [["02:00", "02:30"]]}, "2026-10-25 00:00", "2026-10-26 00:00", 0.5),
    ("Europe/Berlin", {"6": [["02:30", "03:30"]]}, "2026-10-25 00:00", "2026-10-26 00:00", 2),
    # The working day after the change is as long as ever.
    ("America/New_York", {"0": [["09:00", "17:00"]]}, "2026-03-08 00:00", "2026-03-10 00:00", 8),
]
# fmt: on


@pytest.mark.parametrize(("zone", "weekly", "start", "end", "open_hours"), ACROSS_THE_CHANGES)
def test_time_is_real_across_the_changes(
    zone: str, weekly: dict[str, list[list[str]]], start: str, end: str, open_hours: float
) -> None:
    calendar = a_calendar(time_zone=zone, weekly=weekly)
    assert calendar.open_seconds(moment(start, zone), moment(end, zone)) == open_hours * HOUR


def test_holidays_of_the_country_and_days_of_its_own_are_closed_from_midnight_to_midnight() -> None:
    calendar = a_calendar(country="DE", subdivision="BY", own_days=[{"date": "2026-06-05", "name": "Bridge day"}])
    start, end = moment("2026-06-04 00:00"), moment("2026-06-06 00:00")
    spans = [(span.kind, span.name) for span in calendar.spans(start, end)]
    assert spans == [("holiday", "Corpus Christi"), ("holiday", "Bridge day")]
    assert calendar.open_seconds(start, end) == 0
    assert a_calendar(country="DE", subdivision="BE").open_seconds(start, end) == 14 * HOUR


def test_a_holiday_on_a_day_that_is_closed_anyhow_is_just_closed() -> None:
    calendar = a_calendar(country="DE")
    easter = [span.kind for span in calendar.spans(moment("2026-04-05 00:00"), moment("2026-04-06 00:00"))]
    assert easter == ["closed"]


def test_a_holiday_cuts_a_night_shift_at_midnight() -> None:
    calendar = a_calendar(weekly=NIGHTLY, own_days=[{"date": "2026-03-03", "name": "Day off"}])
    assert calendar.open_seconds(moment("Mon 22:00"), moment("Wed 06:00")) == (2 + 6) * HOUR


def test_working_days_leave_out_weekends_and_holidays() -> None:
    calendar = a_calendar(country="DE")
    assert calendar.working_days_after(moment("2026-04-02 15:00"), 2) == moment("2026-04-08 15:00")
    assert calendar.working_days_after(moment("2026-04-04 15:00"), 1) == moment("2026-04-07 15:00")
    assert calendar.working_days_after(moment("2026-04-02 15:00"), 0) == moment("2026-04-02 15:00")


# fmt: off
NONSENSE = [
    ({"weekly": {}}, "never open"),
    ({"weekly": {"0": []}}, "never open"),
    ({"weekly": {"0": [["09:00", "12:00"], ["11:00", "17:00"]]}}, "overlap at 11:00"),
    ({"weekly": {"0": [["22:00", "06:00"]], "1": [["05:00", "09:00"]]}}, "overlap at 05:00"),
    ({"weekly": {"0": [["9", "17:00"]]}}, "not a time"),
    ({"weekly": {"0": [["09:00", "25:00"]]}}, "not a time"),
    ({"weekly": {"0": [["24:00", "06:00"]]}}, "only be an end"),
    ({"weekly": {"7": [["09:00", "17:00"]]}}, "0, Monday, to 6, Sunday"),
    ({"weekly": {"0": [["09:00"]]}}, "a start and an end"),
    ({"time_zone": "Berlin"}, "not a time zone"),
    ({"country": "XX"}, "not known"),
    ({"country": "DE", "subdivision": "XX"}, "no part"),
    ({"subdivision": "BY"}, "country first"),
    ({"own_days": [{"date": "24.12.2026", "name": ""}]}, "not a day"),
    ({"name": "  "}, "a name"),
]
# fmt: on


@pytest.mark.parametrize(("values", "words"), NONSENSE)
def test_what_makes_no_sense_is_refused_with_what_to_do(values: dict[str, object], words: str) -> None:
    with pytest.raises(Invalid, match=words):
        checked(a_calendar(**values))


def test_a_promise_that_a_calendar_cannot_hold_is_refused() -> None:
    barely = a_calendar(weekly={"0": [["09:00", "09:01"]]})
    with pytest.raises(Invalid, match="too seldom"):
        barely.after(moment("Mon 08:00"), 500 * HOUR)
    assert barely.after(moment("Mon 08:00"), 120) == moment("Mon+1 09:01")


def test_the_day_that_samoa_skipped_has_no_hours() -> None:
    always = a_calendar(time_zone="Pacific/Apia", weekly=ALWAYS)
    before, after = datetime(2011, 12, 29, 10, tzinfo=UTC), datetime(2011, 12, 31, 10, tzinfo=UTC)
    assert [span.kind for span in always.spans(before, after)] == ["open"]
    assert always.open_seconds(before, after) == 48 * HOUR


# Properties: compared with looking at the clock on the wall, five minutes at a time.

STEP = timedelta(minutes=5)
# Boundaries keep clear of the hours that come twice: what those mean is decided above.
times = st.sampled_from([f"{hour:02}:{minute:02}" for hour in (0, 4, 7, 9, 12, 13, 17, 22) for minute in (0, 30)])
pieces = st.lists(times.filter(lambda text: text != "00:30"), min_size=2, max_size=6, unique=True).map(sorted)
weeks = st.dictionaries(st.sampled_from("0123456"), pieces.map(lambda cut: _pairs(cut)), min_size=3, max_size=7)


def _pairs(cut: list[str]) -> list[list[str]]:
    return [[cut[index], cut[index + 1]] for index in range(0, len(cut) - 1, 2)]


@st.composite
def around_a_change(draw: st.DrawFn) -> tuple[Hours, datetime, datetime]:
    """Hours of some zone, and a few days around one of its changes."""
    zone = draw(st.sampled_from(sorted(CHANGES)))
    on = date.fromisoformat(draw(st.sampled_from(CHANGES[zone])))
    own = draw(st.sets(st.integers(-2, 2), max_size=2))
    days = tuple((on + timedelta(days=one), "Day off") for one in sorted(own))
    start = moment(f"{on - timedelta(days=1)} 00:00", zone) + draw(st.integers(0, 300)) * STEP
    return Hours(zone, week_of(draw(weeks)), own_days=days), start, start + draw(st.integers(1, 700)) * STEP


def is_open_by_the_wall(hours: Hours, at: datetime) -> bool:
    local = at.astimezone(ZoneInfo(hours.zone_name))
    minute = local.hour * 60 + local.minute
    is_within = any(first <= minute < last for first, last in hours.week[local.weekday()])
    return is_within and local.date() not in dict(hours.own_days)


def looks(start: datetime, end: datetime) -> Iterator[datetime]:
    while start < end:
        yield start
        start += STEP


@settings(max_examples=60, deadline=None)
@given(around_a_change())
def test_open_time_is_what_a_clock_on_the_wall_shows(case: tuple[Hours, datetime, datetime]) -> None:
    hours, start, end = case
    seen = sum((STEP for at in looks(start, end) if is_open_by_the_wall(hours, at)), timedelta(0))
    assert hours.open_time(start, end) == seen


@settings(max_examples=60, deadline=None)
@given(around_a_change(), st.integers(1, 200))
def test_spans_leave_no_gap_and_the_end_of_a_time_is_where_it_has_gone_by(
    case: tuple[Hours, datetime, datetime], steps: int
) -> None:
    hours, start, end = case
    spans = list(hours.spans(start, end))
    assert (spans[0].start, spans[-1].end) == (start, end)
    for one, other in pairwise(spans):
        assert one.end == other.start
        assert (one.kind, one.name) != (other.kind, other.name)
    used = hours.after(start, steps * STEP)
    assert used is not None
    assert hours.open_time(start, used) == steps * STEP
    assert hours.is_open(used - timedelta(seconds=1))


def test_a_calendar_that_nobody_saved_needs_no_database() -> None:
    assert Calendar(name="x", time_zone="UTC", weekly=ALWAYS).open_seconds(
        moment(f"{MONDAY} 00:00"), moment("Tue 00:00")
    ) == (24 * HOUR)
