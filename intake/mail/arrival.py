"""What one incoming message says, as plain frozen values.

Made by `intake.mail.parse.parse`; matching, filing and the command line read it.
Nothing here knows where a message came from or what becomes of it.
"""

from dataclasses import dataclass
from datetime import date as date_type
from datetime import datetime
from hashlib import sha256
from typing import Literal

from intake.mail.robots import is_robot_address

AutomaticKind = Literal["auto-replied", "auto-generated", "bulk"]


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox (RFC 5322 section 3.4): display name, decoded, may be ""; address as written."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file of the message, decoded. `content_id` without <>; `inline`: shown inside the HTML."""

    filename: str
    content_type: str
    content: bytes
    inline: bool
    content_id: str | None

    @property
    def size(self) -> int:
        """Bytes after decoding."""
        return len(self.content)

    @property
    def sha256(self) -> str:
        """Hex digest of the decoded bytes: the name under which the content is stored."""
        return sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class RecipientReport:
    """What a delivery report says of one recipient: `action` is failed or delayed, `status` an RFC 3463 code."""

    recipient: str
    action: str
    status: str
    diagnostic: str


@dataclass(frozen=True, slots=True)
class Bounce:
    """A delivery report (RFC 3464, or prose of the same meaning).

    `status` is an RFC 3463 code such as 5.1.1; `action` is failed or delayed. They and `diagnostic` sum up
    what `reports` says of each recipient; `recipients` holds rewritten forms of an address as well.
    """

    recipients: tuple[str, ...]
    status: str
    action: str
    diagnostic: str
    original_message_id: str | None
    reports: tuple[RecipientReport, ...] = ()


@dataclass(frozen=True, slots=True)
class AuthenticationResults:
    """One Authentication-Results field (RFC 8601), as the server `authserv_id` (lower case) wrote it.

    `results` are (method, result, properties), such as ("dkim", "pass", {"header.d": "example.org"}), lower case;
    none at all where the field says "none". `authserv_id` is "" where the server names itself nowhere (Microsoft).
    """

    authserv_id: str
    results: tuple[tuple[str, str, dict[str, str]], ...]


@dataclass(frozen=True, slots=True)
class Signature:
    """A signed mail. `verified`: the signature fits the content and its certificate was issued by an authority that
    this system trusts, for the sender's address; `detail` says what was found, in words for an agent."""

    kind: Literal["S/MIME", "OpenPGP"]
    verified: bool
    signer: str
    detail: str


@dataclass(frozen=True, slots=True)
class Invitation:
    """A text/calendar part (RFC 5545, RFC 5546) as a card. `method` is request, cancel, reply, counter, publish or "".

    Times are aware UTC where the calendar gives a zone, and None where it gives none. An all-day event runs from
    midnight UTC of its first day to midnight of the day after its last. `attendees` are addresses.
    """

    method: str
    summary: str
    starts_at: datetime | None
    ends_at: datetime | None
    all_day: bool
    location: str
    organizer: str
    attendees: tuple[str, ...]
    answer: str  # of a reply: accepted, declined, tentative
    recurs: str  # in words, "" when it does not


@dataclass(frozen=True, slots=True)
class Forwarded:
    """What a forwarding mail says of the mail inside it: from its headers block, or the attached message/rfc822."""

    sender: Address
    subject: str
    date: datetime | None
    text: str
    quoted_from: str  # how it was found: "attached message" or "forwarded text"


@dataclass(frozen=True, slots=True)
class Automatic:
    """Why the message counts as sent by a machine (RFC 3834 and custom); `evidence` quotes the sign.

    auto-replied: a machine answered a mail (out of office, receipt). auto-generated: a machine reports something
    (monitoring, notification, delivery report). bulk: it came through a mailing list or a mass mailing. Somebody who
    writes through a list is a person asking, so bulk mail is filed like any other; but an acknowledgement could
    reach the whole list, so that `Arrival.is_auto_answerable` is False for it (RFC 3834 section 2).
    """

    kind: AutomaticKind
    evidence: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """Everything a message says. Ids are without <>; `date` is aware UTC; see `parse` for what is capped.

    `text` is the whole plain text a person would read; `html` is sanitised and "" when there is none.
    `reply_text` and `quoted_text` together hold every word of `text`.
    `fingerprint` is equal for one message that came through two mailboxes. `authentication`: topmost first.
    `encrypted` is "S/MIME" or "OpenPGP" for what only its reader can open. `away_until`: the last day of absence
    that an out-of-office notice names. `language` is an ISO 639-1 code, "" when nothing tells. `interleaved`: the
    answers stand between quoted lines, so that folding the quotes would take their sense away. `signature_file`: the
    smime.p7s or signature.asc of a signed mail, which is none of its `attachments`.
    """

    message_id: str | None
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    sender: Address | None
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    delivered_to: tuple[str, ...]
    return_path: str | None
    subject: str
    date: datetime | None
    text: str
    html: str
    reply_text: str
    quoted_text: str
    attachments: tuple[Attachment, ...]
    automatic: Automatic | None
    bounce: Bounce | None
    defects: tuple[str, ...]
    fingerprint: str
    authentication: tuple[AuthenticationResults, ...] = ()
    signature: Signature | None = None
    signature_file: Attachment | None = None
    encrypted: str = ""
    invitation: Invitation | None = None
    forwarded: Forwarded | None = None
    away_until: date_type | None = None
    language: str = ""
    interleaved: bool = False

    @property
    def is_auto_answerable(self) -> bool:
        """True when an acknowledgement may be sent (RFC 3834 section 2): a person wrote, and reads there."""
        if self.sender is None or self.automatic is not None or self.bounce is not None:
            return False
        return not any(is_robot_address(one.address) for one in (self.sender, *self.reply_to))
