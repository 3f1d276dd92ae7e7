"""An incident that opens itself every so often."""

from datetime import date
from typing import Any

from wtforms import (
    DateField,
    EmailField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from helpdesk.incidents.choices import Choices
from helpdesk.incidents.incident import SUBJECT_LENGTH_MAX
from helpdesk.incidents.record_types import RecordType
from helpdesk.incidents.recurring import OnDaysOff
from helpdesk.web.forms import Form, options
from helpdesk.web.forms.incident import number_or_none

SIDES = options([(1, "High"), (2, "Medium"), (3, "Low")])
FREQUENCIES = {"DAILY": "days", "WEEKLY": "weeks", "MONTHLY": "months", "YEARLY": "years"}
WEEKDAYS = {
    "MO": "Monday", "TU": "Tuesday", "WE": "Wednesday", "TH": "Thursday", "FR": "Friday", "SA": "Saturday",
    "SU": "Sunday",
}  # fmt: skip
LAST_DAY = -1
DAYS_OFF = {
    OnDaysOff.OPEN: "open it nevertheless",
    OnDaysOff.NEXT: "open it on the next working day",
    OnDaysOff.SKIP: "leave it out that time",
}
INTERVAL_MAX = 99


class RecurringForm(Form):
    subject = StringField(
        "Subject",
        validators=[
            InputRequired("Say in one line what it is about."),
            Length(max=SUBJECT_LENGTH_MAX, message=f"Shorten the subject to {SUBJECT_LENGTH_MAX} characters."),
        ],
    )
    text = TextAreaField(
        "What is to be done",
        validators=[
            InputRequired("Write down what is to be done."),
            Length(max=100_000, message="Shorten this to 100,000 characters."),
        ],
    )
    requester_address = EmailField(
        "For whom",
        description="The mail address of who is told when it is solved. They get no acknowledgement.",
        validators=[InputRequired("Give the mail address of the requester.")],
    )
    record_type = SelectField(
        "Type",
        choices=options((one.value, one.label) for one in RecordType),
        default=RecordType.REQUEST.value,
    )
    service = SelectField("Service", coerce=number_or_none, validators=[Optional()])
    category = SelectField("Category", coerce=number_or_none, validators=[Optional()])
    team = SelectField("Team", coerce=number_or_none, validators=[Optional()])
    assignee = SelectField("Assignee", coerce=number_or_none, validators=[Optional()])
    impact = SelectField("Impact", coerce=int, choices=SIDES, default=3)
    urgency = SelectField("Urgency", coerce=int, choices=SIDES, default=3)
    every = IntegerField(
        "Every",
        [InputRequired("Say how often."), NumberRange(1, INTERVAL_MAX, f"From 1 to {INTERVAL_MAX}.")],
        default=1,
    )
    frequency = SelectField("Unit", choices=options(FREQUENCIES.items()), default="WEEKLY")
    weekdays = SelectMultipleField("On", choices=options(WEEKDAYS.items()), validators=[Optional()])
    month_day = SelectField(
        "Day of the month",
        coerce=int,
        choices=options([*((day, str(day)) for day in range(1, 32)), (LAST_DAY, "the last")]),
        default=1,
        description="For months and years.",
    )
    at = TimeField("At", validators=[InputRequired("Give the time of day.")])
    time_zone = StringField("Time zone", validators=[InputRequired("Give the time zone, such as Europe/Berlin.")])
    starts_on = DateField("From", validators=[InputRequired("Give the first day.")])
    ends_on = DateField("Until", validators=[Optional()], description="Empty: for ever.")
    on_days_off = SelectField("On days off", choices=options((one.value, text) for one, text in DAYS_OFF.items()))

    def offer(self, known: Choices) -> None:
        """Fills the selects."""
        self.service.choices = options([("", "None"), *known.services])
        self.category.choices = options([("", "None"), *known.categories])
        self.team.choices = options([("", "The service’s"), *known.teams])
        self.assignee.choices = options([("", "Nobody yet"), *known.agents])

    def recurrence(self, starts_on: date) -> str:
        """As RFC 5545 section 3.3.10 writes it. A month that is too short has it on its last day."""
        parts = [f"FREQ={self.frequency.data}", f"INTERVAL={self.every.data}"]
        if self.frequency.data == "WEEKLY" and self.weekdays.data:
            parts.append(f"BYDAY={','.join(day for day in WEEKDAYS if day in self.weekdays.data)}")
        if self.frequency.data in ("MONTHLY", "YEARLY"):
            parts.append(_day_of_month(self.month_day.data))
        if self.frequency.data == "YEARLY":
            parts.append(f"BYMONTH={starts_on.month}")
        return ";".join(parts)

    def show(self, recurrence: str) -> None:
        """Fills the fields from what `recurrence` made."""
        parts = dict(part.split("=", 1) for part in recurrence.split(";"))
        self.frequency.data, self.every.data = parts["FREQ"], int(parts.get("INTERVAL", "1"))
        self.weekdays.data = parts.get("BYDAY", "").split(",") if "BYDAY" in parts else []
        days = [int(day) for day in parts.get("BYMONTHDAY", "1").split(",")]
        self.month_day.data = LAST_DAY if days == [LAST_DAY] else max(days)


def _day_of_month(day: int) -> str:
    """29 to 31 mean the last day of a shorter month: the last of those days that the month has."""
    if day == LAST_DAY or day < 29:
        return f"BYMONTHDAY={day}"
    return f"BYMONTHDAY={','.join(map(str, range(28, day + 1)))};BYSETPOS=-1"


def in_words(recurrence: str) -> str:
    """“every 2 weeks on Monday, Thursday”."""
    parts: dict[str, Any] = dict(part.split("=", 1) for part in recurrence.split(";"))
    count, unit = int(parts.get("INTERVAL", "1")), FREQUENCIES[parts["FREQ"]]
    said = f"every {unit[:-1]}" if count == 1 else f"every {count} {unit}"
    if "BYDAY" in parts:
        said += " on " + ", ".join(WEEKDAYS[day] for day in parts["BYDAY"].split(","))
    if "BYMONTHDAY" in parts:
        day = max(int(one) for one in parts["BYMONTHDAY"].split(","))
        said += " on the last day" if day == LAST_DAY else f" on day {day}"
    return said
