"""A service calendar as plain fields: a line of hours for each weekday, a line for each day of one's own."""

import re
from datetime import date
from typing import Any

from wtforms import Field, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional
from wtforms.widgets import TextInput

from helpdesk.errors import Invalid
from helpdesk.service_levels.calendar import Calendar
from helpdesk.service_levels.week import week_of
from helpdesk.web.forms import Form, options

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_TIME = r"(\d{1,2})(?:[:.](\d{2}))?"
_SPAN = re.compile(rf"{_TIME}\s*(?:-|–|—|to|until)\s*{_TIME}(?![\d:.])", re.IGNORECASE)
_BETWEEN = re.compile(r"^(?:[\s,;]|and)*$", re.IGNORECASE)
_CLOSED = frozenset({"", "closed", "-", "–"})
_DAY = re.compile(r"^\s*(\d{4})-(\d{1,2})-(\d{1,2})[\s,:]*(.*)$")
FROM_NOW, ALSO_RUNNING = "new", "running"


class HoursField(Field):  # type: ignore[misc]  # wtforms carries no types
    """“09:00-12:00, 13:00-17:00”; `data` is [["09:00", "12:00"], …], nothing for a day that is closed."""

    widget = TextInput()

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = spans_of(valuelist[0]) if valuelist else []

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else written(self.data or [])


def spans_of(text: str) -> list[list[str]]:
    """Raises ValueError, saying what to write."""
    if text.strip().lower() in _CLOSED:
        return []
    found = list(_SPAN.finditer(text))
    if not found or not _BETWEEN.match(_SPAN.sub("", text)):
        raise ValueError("Write hours like 09:00-12:00, 13:00-17:00, or leave it empty where it is closed.")
    spans = [[_time(one[1], one[2]), _time(one[3], one[4])] for one in found]
    try:
        week_of({"0": spans})
    except Invalid as error:
        raise ValueError(str(error)) from None
    return spans


def written(spans: list[list[str]]) -> str:
    return ", ".join(f"{start}-{end}" for start, end in spans)


def _time(hour: str, minute: str | None) -> str:
    return f"{int(hour):02}:{minute or '00'}"


class OwnDaysField(TextAreaField):  # type: ignore[misc]
    """A day on each line, with its name behind; `data` is [{"date": …, "name": …}]."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = [_own_day(line) for line in valuelist[0].splitlines() if line.strip()] if valuelist else []

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "\n".join(f"{one['date']} {one.get('name', '')}".rstrip() for one in self.data or ())


def _own_day(line: str) -> dict[str, str]:
    found = _DAY.match(line.replace("\0", ""))
    try:
        day = date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        day = None
    if found is None or day is None:
        raise ValueError(f"“{line.strip()[:40]}” names no day. Write it like 2026-12-24 Christmas Eve.")
    return {"date": day.isoformat(), "name": " ".join(found[4].split())[:100]}


class CalendarForm(Form):
    name = StringField("Name", [DataRequired("Name the calendar."), Length(max=100, message="Shorten the name.")])
    time_zone = StringField(
        "Time zone",
        [DataRequired("Choose a time zone.")],
        description="As its people’s clocks show it. Begin typing a city, such as Oslo.",
    )
    day_0, day_1, day_2, day_3, day_4, day_5, day_6 = (HoursField(day) for day in WEEKDAYS)
    country = SelectField("Public holidays of", validate_choice=False, description="Nothing is open on them.")
    subdivision = StringField(
        "Part of the country", [Optional(), Length(max=20)], description="Where holidays differ, such as BY or SCT."
    )
    own_days = OwnDaysField("Days of your own", description="One a line: 2026-12-24 Christmas Eve. Closed all day.")
    holds = RadioField(
        "The change holds",
        choices=options(
            [
                (ALSO_RUNNING, "from now on for all; what was counted before stays counted"),
                (FROM_NOW, "only for incidents opened from now on"),
            ]
        ),
        default=ALSO_RUNNING,
        validate_choice=False,
    )
    reason = StringField("Why", [Optional(), Length(max=300)], description="Stands in its history.")

    @property
    def days(self) -> list[Any]:
        return [self[f"day_{number}"] for number in range(7)]

    def show(self, calendar: Calendar) -> None:
        """What stands in the fields of a calendar that exists."""
        for number, field in enumerate(self.days):
            field.data = (calendar.weekly or {}).get(str(number), [])

    @property
    def applies_to_running(self) -> bool:
        return bool(self.holds.data == ALSO_RUNNING)

    def values(self) -> dict[str, Any]:
        """The columns of the row that the form describes."""
        return {
            "name": self.name.data or "",
            "time_zone": self.time_zone.data or "",
            "weekly": {str(number): field.data for number, field in enumerate(self.days) if field.data},
            "country": self.country.data or "",
            "subdivision": (self.subdivision.data or "").upper(),
            "own_days": self.own_days.data or [],
        }
