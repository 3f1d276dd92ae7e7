"""What is split off from a thread, and what it is called from then on."""

from collections.abc import Iterable

from wtforms import HiddenField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, Optional

from helpdesk.incidents.incident import SUBJECT_LENGTH_MAX
from helpdesk.incidents.thread import Entry
from helpdesk.people.requester import ADDRESS_LENGTH_MAX
from helpdesk.web.forms import Form, options


class SplitForm(Form):
    submission = HiddenField()
    entries = SelectMultipleField(
        "What is about something else", coerce=int, validators=[InputRequired("Tick what is about something else.")]
    )
    subject = StringField(
        "Subject of the new incident",
        [
            InputRequired("Say in one line what that part is about."),
            Length(max=SUBJECT_LENGTH_MAX, message=f"Shorten the subject to {SUBJECT_LENGTH_MAX} characters."),
        ],
    )
    requester = StringField(
        "Requester",
        [Optional(), Length(max=ADDRESS_LENGTH_MAX)],
        description="A mail address. Empty: whoever wrote the first message that is ticked.",
        render_kw={"placeholder": "name@example.org", "autocomplete": "off", "inputmode": "email"},
    )

    def offer(self, entries: Iterable[Entry]) -> None:
        self.entries.choices = options((entry.id, entry.author_name) for entry in entries)
