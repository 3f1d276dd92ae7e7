"""Where a new mailbox begins."""

from datetime import UTC, datetime
from typing import Any

from wtforms import DateField, RadioField
from wtforms.validators import InputRequired, Optional

from helpdesk.errors import Invalid
from helpdesk.web.forms import Form, options

CHOICES = [
    ("new", "Only new mail, from now on"),
    ("date", "Mail received since a day"),
    ("everything", "Everything that is there"),
]


class BeginningForm(Form):
    begin = RadioField(
        "What to take in", choices=options(CHOICES), validators=[InputRequired("Say where it is to begin.")]
    )
    start_from = DateField(
        "Since", description="Midnight of this day, UTC. Older mail is left alone.", validators=[Optional()]
    )

    def validate(self, extra_validators: Any = None) -> bool:
        # Optional() ends the checks of an empty field, so this one stands here.
        is_well = bool(super().validate(extra_validators))
        day = self.start_from.data
        if self.begin.data == "date" and day is None and not self.start_from.errors:
            self.refuse(Invalid("Choose the day.", field="start_from"))
        elif day is not None and day > datetime.now(UTC).date():
            self.refuse(Invalid("This day is yet to come. Choose an earlier one.", field="start_from"))
        return is_well and not self.start_from.errors
