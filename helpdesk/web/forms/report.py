"""The public form, in a requester's words. The key is made when the form is shown, so that sending it twice files
it once."""

from typing import Any

from email_validator import EmailNotValidError, validate_email
from wtforms import EmailField, HiddenField, MultipleFileField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from helpdesk.incidents.incident import SUBJECT_LENGTH_MAX
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
    subject = StringField(
        "What is wrong, in one line?",
        validators=[
            DataRequired("Say in one line what is wrong."),
            Length(
                max=SUBJECT_LENGTH_MAX,
                message=f"Shorten this line to {SUBJECT_LENGTH_MAX} characters; there is room for more below.",
            ),
        ],
    )
    text = TextAreaField(
        "What happened?",
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
    urgency = RadioField(
        "How much does it stop you?",
        choices=options([("1", "I can't work"), ("2", "I'm slowed down"), ("3", "It can wait")]),
        default="2",
    )
    files = MultipleFileField("Files", description="A screenshot often says it best.", validators=[Optional()])
    # Off the stage: people don't see it, so whoever fills it in is a machine.
    website = StringField("Leave this empty")
    key = HiddenField()

    def validate_address(self, field: Any) -> None:
        try:
            found = validate_email(field.data, check_deliverability=False, test_environment=True)
        except EmailNotValidError:
            raise ValidationError("This is not a mail address. Write it like name@example.org.") from None
        field.data = found.normalized
