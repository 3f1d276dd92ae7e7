"""Service calendars: when the time of a promise runs. Rows are versions: `series` is what all versions of one share.

Administrators change them through `versions`; policies name them by series. Pages may ask a row for its spans."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from helpdesk.base import Base, Json
from helpdesk.errors import Invalid
from helpdesk.policies import LetterPolicy, policy
from helpdesk.service_levels.hours import Hours, Span, made
from helpdesk.service_levels.public_holidays import checked_place
from helpdesk.service_levels.week import week_of

__all__ = ["ALWAYS", "BEGINNING", "NINE_TO_FIVE", "Calendar", "Span", "calendars", "checked", "default_calendar"]

NAME_LENGTH_MAX = 100
OWN_DAYS_MAX = 1000
NINE_TO_FIVE: dict[str, list[list[str]]] = {str(day): [["09:00", "17:00"]] for day in range(5)}
ALWAYS: dict[str, list[list[str]]] = {str(day): [["00:00", "24:00"]] for day in range(7)}
# From when the first version of a desk's own calendars holds: there may be incidents older than the desk.
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


class Calendar(Base):
    """`weekly` as in `week.week_of`; `own_days` are further holidays: {"date": "2026-12-24", "name": "…"}.

    A version holds from `valid_from` on for incidents opened since then; `applies_to_running` also for those that
    were open already, from that moment on. `retired_at` is only ever set on the newest version: no policy may choose
    it any more, those that have it keep it."""

    __tablename__ = "service_calendars"
    __table_args__ = (UniqueConstraint("series", "version"),)

    series: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)
    valid_from: Mapped[datetime]
    applies_to_running: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(default="")
    name: Mapped[str]
    time_zone: Mapped[str] = mapped_column(default="UTC")
    weekly: Mapped[dict[str, Any]] = mapped_column(default=dict)
    country: Mapped[str] = mapped_column(default="")
    subdivision: Mapped[str] = mapped_column(default="")
    own_days: Mapped[list[dict[str, str]]] = mapped_column(Json, default=list)
    is_default: Mapped[bool] = mapped_column(default=False)
    retired_at: Mapped[datetime | None]

    @property
    def hours(self) -> Hours:
        """The row as values. Raises Invalid when it makes no sense; `checked` rows do."""
        own = tuple((_day(one.get("date", "")), str(one.get("name", "")) or "Holiday") for one in self.own_days or ())
        return made(self.time_zone, week_of(self.weekly or {}), self.country or "", self.subdivision or "", own)

    def spans(self, start: datetime, end: datetime) -> Iterator[Span]:
        """Gapless from start to end, each "open", "closed" or "holiday"."""
        return self.hours.spans(start, end)

    def open_seconds(self, start: datetime, end: datetime) -> float:
        return self.hours.open_time(start, end).total_seconds()

    def after(self, start: datetime, open_seconds: float) -> datetime:
        """The first moment by which so many open seconds have gone by. Raises Invalid when that is decades away."""
        found = self.hours.after(start, timedelta(seconds=open_seconds))
        if found is None:
            raise Invalid(f"“{self.name}” is open too seldom for that much time. Give it more hours.", field="weekly")
        return found

    def working_days_after(self, start: datetime, days: int) -> datetime:
        """The same time of day, so many working days later: days with open hours that are no holiday. The day of
        `start` itself is not counted. Raises Invalid when that is decades away."""
        hours = self.hours
        local = hours.local(start)
        day, left = local.date(), days
        while left > 0:
            day += timedelta(days=1)
            if (day - local.date()).days > 366 * (20 + days):
                raise Invalid(f"“{self.name}” has too few working days. Give it more hours.", field="weekly")
            left -= hours.is_working_day(day)
        return datetime.combine(day, local.time(), tzinfo=ZoneInfo(self.time_zone)).astimezone(UTC)


def checked(calendar: Calendar) -> Calendar:
    """Itself, tidied. Raises Invalid with what to do about it: a zone that is none, hours that overlap, never open."""
    calendar.name = " ".join(calendar.name.split())[:NAME_LENGTH_MAX]
    if not calendar.name:
        raise Invalid("Give the calendar a name.", field="name")
    if calendar.time_zone not in available_timezones():
        raise Invalid(
            f"“{calendar.time_zone[:50]}” is not a time zone. Write it like Europe/Berlin.", field="time_zone"
        )
    checked_place(calendar.country or "", calendar.subdivision or "")
    if len(calendar.own_days or ()) > OWN_DAYS_MAX:
        raise Invalid(f"Keep at most {OWN_DAYS_MAX:,} days of your own. Drop those long past.", field="own_days")
    _ = calendar.hours
    return calendar


def calendars(session: Session) -> list[Calendar]:
    """The newest version of each calendar that is in use, by name."""
    newest: dict[str, Calendar] = {}
    for row in session.scalars(select(Calendar).order_by(Calendar.version)):
        newest[row.series] = row
    return sorted((row for row in newest.values() if row.retired_at is None), key=lambda row: (row.name, row.id))


def default_calendar(session: Session) -> Calendar:
    """The one used where none is chosen; an unsaved one, Monday to Friday nine to five, while there is none."""
    found = calendars(session)
    for row in found:
        if row.is_default:
            return row
    return found[0] if found else nine_to_five(session, BEGINNING)


def nine_to_five(session: Session, valid_from: datetime) -> Calendar:
    """Unsaved: Monday to Friday in the zone of the site's letters."""
    return Calendar(
        series="",
        version=1,
        valid_from=valid_from,
        name="Working hours",
        time_zone=policy(session, LetterPolicy).time_zone,
        weekly=NINE_TO_FIVE,
        country="",
        subdivision="",
        own_days=[],
        is_default=True,
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError):
        raise Invalid(f"“{str(text)[:20]}” is not a day. Write it like 2026-12-24.", field="own_days") from None
