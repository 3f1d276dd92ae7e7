"""What an agent wants to be told, by which route and when."""

from datetime import time
from typing import Any

from wtforms import BooleanField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.validators import Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from helpdesk.people.agent import Agent
from helpdesk.people.notification import DAYS, NotificationSetting, Route, Timing, Topic
from helpdesk.web.forms import Form, options
from helpdesk.web.forms.letters import time_zones

TIMINGS = [
    (Timing.AT_ONCE.value, "A letter for each thing, at once"),
    (Timing.HOURLY.value, "One letter an hour with all of it"),
    (Timing.DAILY.value, "One letter a day with all of it"),
]


def clock_time(_form: Form, field: Any) -> None:
    """Raises ValidationError unless it is a time of day, or nothing."""
    text = (field.data or "").strip()
    try:
        field.data = f"{time.fromisoformat(text):%H:%M}" if text else ""
    except ValueError:
        raise ValidationError("Write a time such as 08:00.") from None


def _time(label: str, **more: Any) -> StringField:
    return StringField(label, validators=[clock_time], render_kw={"type": "time"}, **more)


class NotificationForm(Form):
    """The routes of each topic are checkboxes named `<topic>-<route>`; `routes` reads them."""

    notify_by_mail = BooleanField(
        "Tell me by mail", description="Off: no mail at all. What you are told still stands behind the bell."
    )
    timing = RadioField("Mail comes", choices=options(TIMINGS), default=Timing.AT_ONCE.value)
    digest_at = _time("Once a day at", description="For one letter a day.")
    time_zone = SelectField("Your time zone", choices=options(time_zones()))
    quiet_from = _time("Quiet from", description="Every day. Mail waits until the quiet hours are over.")
    quiet_until = _time("Quiet until")
    quiet_days = SelectMultipleField(
        "Quiet all day on",
        coerce=int,
        choices=options(enumerate(DAYS)),
        validators=[Optional()],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    urgent_at_once = BooleanField(
        "P1 comes through", description="Mail about incidents of the first priority comes at once, whatever is chosen."
    )

    watch_when_mentioned = BooleanField("Watch an incident when I am mentioned in it")
    watch_when_replying = BooleanField("Watch an incident when I reply in it")

    def validate_quiet_until(self, field: Any) -> None:
        if bool(field.data) != bool(self.quiet_from.data):
            raise ValidationError("Give both ends of the quiet hours, or neither.")
        if field.data and field.data == self.quiet_from.data:
            raise ValidationError("Both ends are the same. Choose another, or leave both empty.")

    def validate_quiet_days(self, field: Any) -> None:
        if len(set(field.data or ())) == len(DAYS):
            raise ValidationError("Leave at least one day, or turn mail off.")

    def validate_digest_at(self, field: Any) -> None:
        if not field.data and self.timing.data == Timing.DAILY.value:
            raise ValidationError("Say when the letter is to come.")


def chosen_routes(given: Any) -> dict[str, list[str]]:
    """What the checkboxes of the topics say."""
    return {topic.value: [route.value for route in Route if f"{topic.value}-{route.value}" in given] for topic in Topic}


def form_of(agent: Agent, setting: NotificationSetting) -> NotificationForm:
    return NotificationForm(obj=setting, notify_by_mail=agent.notify_by_mail)
