"""A mailbox: its address, how mail comes in, how it goes out, and how the desk behaves there."""

from typing import Any

from wtforms import BooleanField, IntegerField, PasswordField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from helpdesk.errors import Invalid
from helpdesk.people.requester import normalized
from helpdesk.web.forms import Form, options
from intake.source import POLL_SECONDS_MAX, Disposition

SECURITIES = [
    ("tls", "TLS"),
    ("starttls", "STARTTLS"),
    ("plain-loopback", "None (this machine only)"),
]
DISPOSITIONS = [
    (Disposition.MOVE.value, "Move it to a folder"),
    (Disposition.FLAG.value, "Flag it and leave it"),
    (Disposition.LEAVE.value, "Leave it as it is"),
    (Disposition.DELETE.value, "Delete it"),
]
PORT = NumberRange(1, 65535, message="A port is a number from 1 to 65535.")
TEXT = Length(max=300, message="Shorten this to 300 characters.")
KEPT = "Stored sealed and never shown. Leave it empty to keep the one there is."


class MailboxForm(Form):
    name = StringField("Name", validators=[DataRequired("Name the mailbox."), TEXT])
    address = StringField(
        "Address", description="Letters leave from here.", validators=[DataRequired("Give its address.")]
    )
    display_name = StringField(
        "Name in letters", description="Shown beside the address, such as “IT Support”.", validators=[Optional(), TEXT]
    )
    active = BooleanField("In use", default=True)

    imap_host = StringField(
        "IMAP server",
        description="Empty: mail comes through the SMTP listener only.",
        validators=[Optional(), TEXT],
    )
    imap_port = IntegerField("Port", default=993, validators=[InputRequired("Give the port."), PORT])
    imap_security = SelectField("Encryption", choices=options(SECURITIES), default="tls")
    imap_username = StringField("User name", validators=[Optional(), TEXT])
    imap_password = PasswordField("Password", description=KEPT, validators=[Optional(), TEXT])
    folders = StringField(
        "Folders", default="INBOX", description="Several with commas between.", validators=[Optional(), TEXT]
    )
    disposition = SelectField("Once it is filed", choices=options(DISPOSITIONS), default=Disposition.MOVE.value)
    move_to = StringField("Folder to move to", default="Helpdesk", validators=[Optional(), TEXT])
    poll_seconds = IntegerField(
        "Ask every (seconds)",
        default=60,
        description="Where the server can't tell us by itself (IDLE).",
        validators=[
            InputRequired("Say how often."),
            NumberRange(1, POLL_SECONDS_MAX, message=f"From 1 to {POLL_SECONDS_MAX} seconds."),
        ],
    )

    smtp_host = StringField(
        "SMTP server", description="Empty: nothing can be sent from here.", validators=[Optional(), TEXT]
    )
    smtp_port = IntegerField("Port", default=587, validators=[InputRequired("Give the port."), PORT])
    smtp_security = SelectField("Encryption", choices=options(SECURITIES), default="starttls")
    smtp_username = StringField("User name", validators=[Optional(), TEXT])
    smtp_password = PasswordField("Password", description=KEPT, validators=[Optional(), TEXT])

    team_id = SelectField("Team", coerce=int, description="New incidents go there first.")
    acknowledges = BooleanField(
        "Acknowledge new mail", default=True, description="Automatic mail is never answered automatically."
    )
    plus_addressing = BooleanField(
        "The provider knows plus addressing",
        default=True,
        description="help+token@… reaches the same mailbox. Answers are then recognized even without their headers.",
    )
    ca_file = StringField(
        "Certificate authority",
        description="Path of a PEM file on the server, for a private authority. Empty: those of the system.",
        validators=[Optional(), TEXT],
    )

    def validate_address(self, field: Any) -> None:
        try:
            field.data = normalized(field.data)
        except Invalid as error:
            raise ValidationError(str(error)) from None

    @property
    def folder_names(self) -> list[str]:
        return [name.strip() for name in (self.folders.data or "").split(",") if name.strip()]
