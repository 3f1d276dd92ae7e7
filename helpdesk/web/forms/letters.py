"""How letters are worded, and who they are from."""

import hashlib
from zoneinfo import available_timezones

from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from helpdesk.letters.languages import LANGUAGES
from helpdesk.mailboxes.mailbox import SenderName
from helpdesk.policies import LetterPolicy
from helpdesk.web.forms import Form, options

FOOTER_LENGTH_MAX = 2000
SENDERS = [
    (SenderName.AGENT_AND_DESK.value, "Agent and desk: “Kim Novak (Northwind IT)”"),
    (SenderName.AGENT_VIA_DESK.value, "Agent via desk: “Kim Novak via Northwind IT”"),
    (SenderName.DESK.value, "Desk only: “Northwind IT”"),
]


def time_zones() -> list[tuple[str, str]]:
    """The names of the time zones of the world (IANA), as choices; UTC first."""
    places = sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/")))
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in places)]


class WordingForm(Form):
    subject = StringField("Subject")
    body = TextAreaField("Text")
    seen = HiddenField()
    incident = StringField(
        "Show it with",
        description="The number of an incident; empty: a made-up one.",
        validators=[Optional(), Length(max=20, message="Give a number such as INC-42.")],
        render_kw={"placeholder": "INC-42", "autocomplete": "off"},
    )

    @property
    def seen_version(self) -> int:
        text = self.seen.data or ""
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0

    def digest(self) -> str:
        """Another text, another digest."""
        said = f"{self.subject.data}\0{self.body.data}\0{self.incident.data}"
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    def incident_number(self) -> int | None:
        """The number given; None for none, or for what is no number."""
        text = (self.incident.data or "").strip().upper().removeprefix("INC-").lstrip("#").strip()
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None


class LetterPolicyForm(Form):
    default_language = SelectField(
        "The desk’s language",
        choices=options((one.code, one.name) for one in LANGUAGES.values()),
        description=LetterPolicy.model_fields["default_language"].description,
    )
    time_zone = SelectField(
        "Time zone", choices=options(time_zones()), description=LetterPolicy.model_fields["time_zone"].description
    )
    follows_requester = BooleanField(
        "Write to each requester in their language",
        description=LetterPolicy.model_fields["follows_requester"].description,
    )


class IdentityForm(Form):
    display_name = StringField(
        "Name of the desk",
        description="Shown beside the address. Empty: the name of the site.",
        validators=[Optional(), Length(max=100, message="Shorten this to 100 characters.")],
    )
    sender_name = SelectField(
        "Replies are from", choices=options(SENDERS), validators=[DataRequired()], description="As the reader sees it."
    )
    footer = TextAreaField(
        "Footer",
        description="Stands below every letter to a requester from here, above the quoted mail. Plain text.",
        validators=[
            Optional(),
            Length(max=FOOTER_LENGTH_MAX, message=f"Shorten the footer to {FOOTER_LENGTH_MAX:,} characters."),
        ],
    )
