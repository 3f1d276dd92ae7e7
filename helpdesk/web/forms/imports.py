"""What to import, and how: an upload, or what lies in the server's folder."""

from wtforms import MultipleFileField, RadioField, SelectField, StringField
from wtforms.validators import Length, Optional

from helpdesk.web.forms import Form, options
from intake.importing.job import SentMail

HISTORY = [
    ("closed", "History: file it as closed incidents"),
    ("open", "Work that is to be done: leave it open"),
]
SENT = [
    (SentMail.SKIP.value, "Leave it out"),
    (SentMail.HOLD.value, "Hold it for an agent"),
]
TRY, NOW = "try", "now"


class ImportForm(Form):
    files = MultipleFileField("Files", description="mbox, .eml, or a zip or tar of these or of a Maildir.")
    name = StringField(
        "Or a file or folder on the server", validators=[Optional(), Length(max=500, message="Shorten the path.")]
    )
    mailbox = SelectField("Mailbox", coerce=int, description="Answers to these mails leave from there.")
    history = RadioField("What it is", choices=options(HISTORY), default="closed")
    sent_mail = RadioField(
        "Mail that we wrote and that answers nothing known", choices=options(SENT), default=SentMail.SKIP.value
    )
    how = RadioField(
        "How",
        choices=options([(TRY, "Only count first: nothing is stored"), (NOW, "Import now")]),
        default=TRY,
    )
