"""What a requester may add on the page of their incident."""

from wtforms import MultipleFileField, TextAreaField
from wtforms.validators import Length, Optional

from helpdesk.web.forms import Form
from helpdesk.web.forms.report import TEXT_LENGTH_MAX

TOO_LONG = f"Shorten this to {TEXT_LENGTH_MAX:,} characters, or attach a file."


class MessageForm(Form):
    text = TextAreaField("Your message", validators=[Optional(), Length(max=TEXT_LENGTH_MAX, message=TOO_LONG)])
    files = MultipleFileField("Files")


class AnswerForm(Form):
    text = TextAreaField(
        "What is still wrong?",
        description="Optional, but it helps us to find the real cause.",
        validators=[Optional(), Length(max=TEXT_LENGTH_MAX, message=TOO_LONG)],
    )
