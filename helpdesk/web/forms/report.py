"""The public form, in a requester's words. The key is made when the form is shown, so that sending it twice files
it once."""

from typing import Any

from email_validator import EmailNotValidError, validate_email
from wtforms import EmailField, HiddenField, MultipleFileField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from helpdesk.incidents.incident import SUBJECT_LENGTH_MAX
from helpdesk.incidents.priority import PriorityPolicy, Urgency
from helpdesk.incidents.record_types import REQUESTER_WORDING, RecordType
from helpdesk.web.forms import Form, options

TEXT_LENGTH_MAX = 100_000
FILES_MAX = 20
KEY_LENGTH = 22  # characters of 128 random bits, as secrets.token_urlsafe(16) writes them


class ReportForm(Form):
    name = StringField(
        "Your name",
        validators=[DataRequired("Tell us who you are."), Length(max=200, message="Shorten your name.")],
    )
    address = EmailField(
        "Your email address",
        description="Our answer goes there.",
        validators=[DataRequired("We need an address to answer to.")],
    )
    record_type = RadioField(
        "What brings you here?",
        choices=options((one.value, text) for one, text in REQUESTER_WORDING.items()),
        default=RecordType.INCIDENT.value,
    )
    subject = StringField(
        "What is it, in one line?",
        validators=[
            DataRequired("Say in one line what it is."),
            Length(
                max=SUBJECT_LENGTH_MAX,
                message=f"Shorten this line to {SUBJECT_LENGTH_MAX} characters; there is room for more below.",
            ),
        ],
    )
    text = TextAreaField(
        "What happened, or what do you need?",
        description="What you did, what you saw, and since when. The exact words of an error help most.",
        validators=[
            DataRequired("Say what happened."),
            Length(max=TEXT_LENGTH_MAX, message=f"Shorten this to {TEXT_LENGTH_MAX:,} characters, or attach a file."),
        ],
    )
    service_id = SelectField("What is it about?", coerce=int)
    impact = RadioField(
        "Who is affected?",
        choices=options([("3", "Only me"), ("2", "My team"), ("1", "Everybody, or a whole site")]),
        default="3",
    )
    # In the site's own words: see `asking`.
    urgency = RadioField("How soon does it hurt?", default="2")
    files = MultipleFileField("Files", description="A screenshot often says it best.", validators=[Optional()])
    # Off the stage: people don't see it, so whoever fills it in is a machine.
    website = StringField("Leave this empty")
    key = HiddenField()

    def asking(self, decided: PriorityPolicy) -> "ReportForm":
        """Itself, with the answers that the site offers."""
        self.urgency.choices = options((str(level.value), decided.answers[level - 1]) for level in Urgency)
        return self

    def validate_address(self, field: Any) -> None:
        try:
            found = validate_email(field.data, check_deliverability=False, test_environment=True)
        except EmailNotValidError:
            raise ValidationError("This is not a mail address. Write it like name@example.org.") from None
        field.data = found.normalized
