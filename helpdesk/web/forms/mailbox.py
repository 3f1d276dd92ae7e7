"""A mailbox: its address, how mail comes in, how it goes out, and how the desk behaves there."""

from typing import Any

from wtforms import (
    BooleanField,
    IntegerField,
    PasswordField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from helpdesk.errors import Invalid
from helpdesk.mailboxes.oauth import SignIn
from helpdesk.people.requester import normalized
from helpdesk.web.forms import Form, options
from intake.source import POLL_SECONDS_MAX, Disposition

SECURITIES = [
    ("tls", "TLS"),
    ("starttls", "STARTTLS"),
    ("plain-loopback", "None (this machine only)"),
]
SIGN_INS = [
    (SignIn.PASSWORD.value, "With a password"),
    (SignIn.GOOGLE.value, "With Google (OAuth 2.0)"),
    (SignIn.MICROSOFT.value, "With Microsoft 365 (OAuth 2.0)"),
    (SignIn.OAUTH2.value, "With another provider (OAuth 2.0)"),
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

    sign_in = SelectField(
        "How the desk signs in",
        choices=options(SIGN_INS),
        default=SignIn.PASSWORD.value,
        description="For both servers. With OAuth no password is needed; you consent on the next page.",
    )

    imap_host = StringField(
        "IMAP server",
        description="Empty: mail comes through the SMTP listener only.",
        validators=[Optional(), TEXT],
    )
    imap_port = IntegerField("Port", default=993, validators=[InputRequired("Give the port."), PORT])
    imap_security = SelectField("Encryption", choices=options(SECURITIES), default="tls")
    imap_username = StringField("User name", validators=[Optional(), TEXT])
    imap_password = PasswordField("Password", description=KEPT, validators=[Optional(), TEXT])
    folders = TextAreaField(
        "Folders to read",
        default="INBOX",
        description="One on each line. “Test connection” lists those there are.",
        validators=[Optional(), Length(max=10_000, message="That are too many.")],
    )
    # Offered as boxes to tick once the server has listed its folders; whatever else is typed stays.
    listed = SelectMultipleField("On the server", choices=[], validate_choice=False)
    ticked = SelectMultipleField("Read", choices=[], validate_choice=False)
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
    authserv_id = StringField(
        "Server whose checks count",
        description="The name at the start of its Authentication-Results header, such as mx.example.org; “-” for "
        "Microsoft 365. Empty: none.",
        validators=[Optional(), TEXT],
    )
    checks_signatures = BooleanField(
        "Check DKIM signatures here",
        description="Where no such header speaks, the desk looks at signatures and DMARC itself. It asks the DNS.",
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
        """What is typed, and ticked; what is on the server and not ticked is left out."""
        typed = [name.strip() for name in (self.folders.data or "").splitlines() if name.strip()]
        ticked, listed = self.ticked.data or [], self.listed.data or []
        kept = [name for name in typed if name in ticked or name not in listed]
        return list(dict.fromkeys([*kept, *ticked]))
