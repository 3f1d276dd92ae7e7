"""Opening hours as values: which moments count, and why the others don't. Pure; `calendar` makes them from a row.

Time is real: an hour is 3600 seconds that went by, also in the night in which a wall clock is moved."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from helpdesk.service_levels.local_time import moment
from helpdesk.service_levels.public_holidays import public_holidays
from helpdesk.service_levels.week import DAY_MINUTES, Pieces

OPEN, CLOSED, HOLIDAY = "open", "closed", "holiday"
# A search for the moment at which so much time was open ends here: no promise is that long.
AHEAD_DAYS_MAX = 20 * 366
_NOTHING = timedelta(0)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time of one `kind` ("open", "closed" or "holiday"), from `start` until before `end`, both UTC.
    `name` is the holiday's."""

    start: datetime
    end: datetime
    kind: str
    name: str = ""


@dataclass(frozen=True)
class Hours:
    """`week` has for each weekday (0 is Monday) its open pieces in minutes after midnight, none over midnight.
    On a holiday nothing is open from midnight to midnight, in the zone of the calendar."""

    zone_name: str
    week: tuple[Pieces, ...]
    country: str = ""
    subdivision: str = ""
    own_days: tuple[tuple[date, str], ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "_zone", ZoneInfo(self.zone_name))
        object.__setattr__(self, "_own", dict(self.own_days))
        object.__setattr__(self, "_days", {})

    def spans(self, start: datetime, end: datetime) -> Iterator[Span]:
        """Everything from start to end without a gap, in stretches as long as they can be."""
        last: Span | None = None
        for piece in self._pieces(start, end):
            if last is not None and (last.kind, last.name) == (piece.kind, piece.name):
                last = Span(last.start, piece.end, last.kind, last.name)
                continue
            if last is not None:
                yield last
            last = piece
        if last is not None:
            yield last

    def open_time(self, start: datetime, end: datetime) -> timedelta:
        """How much of the time between the two is open."""
        return sum((one.end - one.start for one in self._pieces(start, end) if one.kind == OPEN), _NOTHING)

    def after(self, start: datetime, open_time: timedelta) -> datetime | None:
        """The first moment by which so much time was open; None when that is further away than `AHEAD_DAYS_MAX`."""
        if open_time <= _NOTHING:
            return start
        for one in self._pieces(start, start + timedelta(days=AHEAD_DAYS_MAX)):
            if one.kind == OPEN:
                if one.end - one.start >= open_time:
                    return one.start + open_time
                open_time -= one.end - one.start
        return None

    def is_open(self, at: datetime) -> bool:
        return next(self._pieces(at, at + timedelta(seconds=1))).kind == OPEN

    def opens_at(self, start: datetime) -> datetime | None:
        """The first moment from start on that is open; None when there is none before `AHEAD_DAYS_MAX`."""
        ahead = self._pieces(start, start + timedelta(days=AHEAD_DAYS_MAX))
        return next((one.start for one in ahead if one.kind == OPEN), None)

    def local(self, at: datetime) -> datetime:
        return at.astimezone(self._zone)  # type: ignore[attr-defined]

    def is_working_day(self, day: date) -> bool:
        return any(one.kind == OPEN for one in self.day(day))

    def day(self, day: date) -> tuple[Span, ...]:
        """A calendar day there, from midnight to midnight without a gap."""
        days: dict[date, tuple[Span, ...]] = self._days  # type: ignore[attr-defined]
        if day not in days:
            days[day] = tuple(self._day(day))
        return days[day]

    def _pieces(self, start: datetime, end: datetime) -> Iterator[Span]:
        start, end = start.astimezone(UTC), end.astimezone(UTC)
        day = self.local(start).date()
        while True:
            for one in self.day(day):
                if one.start >= end:
                    return
                if one.end > start:
                    whole = one.start >= start and one.end <= end
                    yield one if whole else Span(max(one.start, start), min(one.end, end), one.kind, one.name)
            day += timedelta(days=1)

    def _day(self, day: date) -> Iterator[Span]:
        zone: ZoneInfo = self._zone  # type: ignore[attr-defined]
        at, end = moment(zone, day, 0), moment(zone, day, DAY_MINUTES)
        pieces, name = self.week[day.weekday()], self.holiday(day)
        if at == end:
            return  # a day that was skipped when the zone changed sides of the date line
        if name and pieces:
            yield Span(at, end, HOLIDAY, name)
            return
        for first, last in pieces:
            opens, closes = moment(zone, day, first), moment(zone, day, last)
            if opens > at:
                yield Span(at, opens, CLOSED)
            if closes > opens:
                yield Span(opens, closes, OPEN)
            at = closes
        if end > at:
            yield Span(at, end, CLOSED)

    def holiday(self, day: date) -> str:
        """Its name; "" for a day that is none. The site's own days come first."""
        own: dict[date, str] = self._own  # type: ignore[attr-defined]
        return own.get(day) or public_holidays(self.country, self.subdivision, day.year).get(day, "")


@lru_cache(maxsize=256)
def made(
    zone_name: str, week: tuple[Pieces, ...], country: str, subdivision: str, own_days: tuple[tuple[date, str], ...]
) -> Hours:
    """The same hours for the same values, so that their days are worked out once."""
    return Hours(zone_name, week, country, subdivision, own_days)
