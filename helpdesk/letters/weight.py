"""How much a letter weighs as it travels, and whether the mail server will take it: asked before anything is sent."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from helpdesk.attachments import Attachment
from helpdesk.errors import Invalid
from helpdesk.mailboxes.mailbox import Mailbox
from helpdesk.policies import MailPolicy, policy

MEGABYTE = 1_000_000
# Headers, borders, and the mail that is quoted.
BESIDE_THE_TEXT_BYTES = 40_000
_LINE_CHARACTERS, _LINE_BYTES = 76, 78


def encoded_bytes(size_bytes: int) -> int:
    """A file in base64 (RFC 2045 section 6.8): four characters for three bytes, in lines."""
    characters = -(-size_bytes // 3) * 4
    return characters + -(-characters // _LINE_CHARACTERS) * (_LINE_BYTES - _LINE_CHARACTERS)


def letter_bytes(text: str, attachments: Iterable[Attachment]) -> int:
    """About what a letter will weigh; its text travels twice, as text and as HTML."""
    words = 3 * len(text.encode())
    return BESIDE_THE_TEXT_BYTES + words + sum(encoded_bytes(one.size_bytes) for one in attachments)


def limit_bytes(session: Session, mailbox: Mailbox | None) -> tuple[int, str]:
    """The most a letter may weigh, and who says so."""
    ours = policy(session, MailPolicy).letter_megabytes_max * MEGABYTE
    theirs = mailbox.smtp_size_max if mailbox else None
    if mailbox is not None and theirs is not None and theirs < ours:
        return theirs, f"the mail server of {mailbox.name} takes"
    return ours, "this desk sends"


def check_weight(session: Session, mailbox: Mailbox | None, text: str, attachments: Iterable[Attachment]) -> None:
    """Raises Invalid for a letter that would not get through, with what to do about it."""
    weight, (limit, who) = letter_bytes(text, attachments), limit_bytes(session, mailbox)
    if weight > limit:
        raise Invalid(
            f"With its files the letter has {weight / MEGABYTE:.1f} MB, and {who} {limit / MEGABYTE:.1f} MB at most. "
            "Take a file out, or put it where the reader can fetch it and write the link.",
            field="files",
        )
