"""A service-level policy as plain fields: whom it is for, what it promises at each priority, what follows."""

import re
from typing import Any

from wtforms import BooleanField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from helpdesk.incidents.priority import Priority
from helpdesk.service_levels.intervals import Target
from helpdesk.service_levels.policy import PENDING, PRIORITIES, TELL, ServiceLevelPolicy
from helpdesk.web.forms import Form, options
from helpdesk.web.forms.calendar import ALSO_RUNNING, FROM_NOW
from helpdesk.web.forms.durations import DurationField

PENDING_WORDS = {"pending_requester": "waiting for the requester", "pending_other": "waiting for somebody else"}
TELL_WORDS = {"assignee": "who has it", "team": "everybody in its team", "lead": "whom its team escalates to"}
RECORD_TYPE_WORDS = {"": "Incidents and requests", "incident": "Incidents only", "request": "Requests only"}
_NUMBERS = re.compile(r"[\s,;%]+")


class ChecksField(SelectMultipleField):  # type: ignore[misc]  # wtforms carries no types
    """Any number of choices, each a checkbox: works without script and without Ctrl."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class PercentagesField(StringField):  # type: ignore[misc]
    """“50, 75, 90”; `data` is a list of whole numbers."""

    def process_formdata(self, valuelist: list[str]) -> None:
        parts = [part for part in _NUMBERS.split(valuelist[0]) if part] if valuelist else []
        if not all(part.isascii() and part.isdigit() and 1 <= int(part[:4]) <= 99 for part in parts):
            raise ValueError("Write percentages from 1 to 99, such as 50, 75, 90.")
        self.data = sorted({int(part) for part in parts})

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return ", ".join(map(str, self.data or ()))


class _PolicyFields(Form):
    name = StringField("Name", [DataRequired("Name the policy."), Length(max=100, message="Shorten the name.")])
    organization_ids = ChecksField("Organizations", coerce=int)
    service_ids = ChecksField("Services", coerce=int)
    category_ids = ChecksField("Categories", coerce=int, description="With all that lies below them.")
    priorities = ChecksField(
        "Priorities",
        coerce=int,
        choices=options((one, f"P{one} {Priority(one).name.capitalize()}") for one in PRIORITIES),
    )
    record_type = SelectField("For", choices=options(RECORD_TYPE_WORDS.items()), default="", validate_choice=False)
    calendar = SelectField("Calendar", default="", description="In whose hours the time runs.")
    pauses = ChecksField("Clocks pause while", choices=options((one, PENDING_WORDS[one]) for one in PENDING))
    warns_at = PercentagesField("Warn at percent of the time", [Optional()], description="Such as 50, 75, 90.")
    tell = ChecksField("When a target is missed, tell", choices=options((one, TELL_WORDS[one]) for one in TELL))
    addresses = TextAreaField(
        "And these addresses", [Optional(), Length(max=5000)], description="One a line; such as a telephone gateway."
    )
    shown_to_requester = BooleanField(
        "Requesters see due times", description="In the acknowledgement and on their own page, in plain words."
    )
    holds = RadioField(
        "The change holds",
        choices=options(
            [
                (FROM_NOW, "only for incidents opened from now on"),
                (ALSO_RUNNING, "from now on also for those open already; what was counted before stays counted"),
            ]
        ),
        default=FROM_NOW,
        validate_choice=False,
    )
    reason = StringField("Why", [Optional(), Length(max=300)], description="Stands in its history.")

    def target(self, target: Target, priority: int) -> Any:
        return self[f"{target.value}_{priority}"]

    def show(self, policy: ServiceLevelPolicy) -> None:
        """What stands in the fields of a policy that exists."""
        self.pauses.data, self.warns_at.data = policy.pauses, policy.warns_at
        breach = policy.breach or {}
        self.tell.data, self.addresses.data = breach.get("tell", []), "\n".join(breach.get("addresses", []))
        for target in Target:
            for priority in PRIORITIES:
                self.target(target, priority).data = policy.target_seconds(target, priority)

    @property
    def applies_to_running(self) -> bool:
        return bool(self.holds.data == ALSO_RUNNING)

    def values(self) -> dict[str, Any]:
        """What the form decides of a row; see `policy.CHOICES`."""
        same = ("organization_ids", "service_ids", "category_ids", "priorities", "record_type", "calendar", "pauses")
        return {
            **{name: self[name].data for name in (*same, "name", "shown_to_requester")},
            "warns_at": self.warns_at.data or [],
            "targets": self._targets(),
            "breach": {"tell": self.tell.data or [], "addresses": (self.addresses.data or "").split()},
        }

    def _targets(self) -> dict[str, dict[str, int]]:
        found: dict[str, dict[str, int]] = {}
        for target in Target:
            for priority in PRIORITIES:
                if seconds := self.target(target, priority).data:
                    found.setdefault(target.value, {})[str(priority)] = seconds
        return found


PolicyForm: type[_PolicyFields] = type(
    "PolicyForm",
    (_PolicyFields,),
    {
        f"{target.value}_{priority}": DurationField(f"{target.label}, P{priority}")
        for target in Target
        for priority in PRIORITIES
    },
)


class CheckerForm(Form):
    """What an incident would be like, to find out which policy it would get."""

    organization = SelectField("Organization", coerce=int, default=0, validate_choice=False)
    service = SelectField("Service", coerce=int, default=0, validate_choice=False)
    category = SelectField("Category", coerce=int, default=0, validate_choice=False)
    priority = SelectField(
        "Priority",
        coerce=int,
        choices=options((one, f"P{one} {Priority(one).name.capitalize()}") for one in PRIORITIES),
        default=3,
    )
    record_type = SelectField(
        "Kind", choices=options([("incident", "Incident"), ("request", "Request")]), default="incident"
    )
