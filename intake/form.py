"""What the public form says, and how it becomes a mail like any other: one parser, one matching, one filing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTPUTF8
from email.utils import format_datetime
from typing import Any

from helpdesk.errors import Invalid
from helpdesk.people.requester import normalized
from intake.mail.parse import parse


@dataclass(frozen=True, slots=True)
class Submission:
    """One filled-in form. `key` is made when the form is shown, so that sending it twice files it once;
    `files` are (name, content type, bytes); `remote` is the address of the browser, and `language` what that browser
    asks for: it counts where the words themselves tell no language. `custom`: values of the site's own fields."""

    key: str
    name: str
    address: str
    subject: str
    text: str
    service_id: int | None = None
    impact: int = 3
    urgency: int = 2
    record_type: str = "incident"
    files: tuple[tuple[str, str, bytes], ...] = ()
    remote: str = ""
    language: str = ""
    custom: Mapping[str, Any] = field(default_factory=dict)

    def hints(self) -> dict[str, object]:
        """What the form knows and a mail does not."""
        names = ("service_id", "impact", "urgency", "record_type", "remote")
        known = {name: getattr(self, name) for name in names}
        filled = {key: value for key, value in self.custom.items() if value is not None}
        return known | ({"custom": filled} if filled else {})


def compose(submission: Submission, *, at: datetime) -> bytes:
    """The submission as RFC 5322 bytes, for the ledger. Raises Invalid for an address no mail can carry."""
    mail = EmailMessage(policy=SMTPUTF8)
    try:
        mail["From"] = Address(_line(submission.name), addr_spec=normalized(submission.address))
    except (ValueError, IndexError) as error:
        raise Invalid(
            "This is not a mail address we could answer. Write it like name@example.org.", field="address"
        ) from error
    mail["Subject"] = _line(submission.subject)
    mail["Date"] = format_datetime(at)
    mail.set_content(submission.text.replace("\0", ""))
    for name, content_type, content in submission.files:
        main, _, sub = (content_type.partition(";")[0].strip().lower() or "application/octet-stream").partition("/")
        if main in ("multipart", "message") or not sub.replace("-", "").replace(".", "").replace("+", "").isalnum():
            main, sub = "application", "octet-stream"
        mail.add_attachment(content, maintype=main, subtype=sub, filename=_line(name) or "file")
    if submission.language and not parse(mail.as_bytes()).language:
        mail["Content-Language"] = submission.language
    return mail.as_bytes()


def _line(text: str) -> str:
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())[:500]
