"""A letter put together: headers, both texts and what is attached, as a plain EmailMessage.

Sent in the requester's own thread, from the mailbox they wrote to, answerable only by whom it was made for."""

import re
from datetime import datetime
from email.message import EmailMessage

from helpdesk.letters.addresses import header_address, one_line
from helpdesk.letters.contents import Occasion, contents
from helpdesk.letters.kinds import Letter
from helpdesk.letters.message_ids import Side
from helpdesk.letters.readers import Planned
from helpdesk.letters.rendering import write
from helpdesk.letters.threading import Ancestry, ancestry, thread_subject
from helpdesk.letters.tokens import make_token, reply_address
from helpdesk.letters.wire import new_letter
from helpdesk.mailboxes.mailbox import Mailbox

_CONTENT_TYPE = re.compile(r"(?!multipart/|message/)[a-z0-9][a-z0-9.+-]{0,63}/[a-z0-9][a-z0-9.+-]{0,127}")


def compose(
    occasion: Occasion, mailbox: Mailbox, message_id: str, *, now: datetime, copied: tuple[Planned, ...] = ()
) -> EmailMessage:
    """The whole letter. `copied` are the other readers of the same reply, named in Cc on every copy.

    Raises Invalid when an address can't be written to, Conflict when an attachment's bytes are gone."""
    planned = occasion.planned
    to, *cc = (planned, *copied) if planned.letter is not Letter.REPLY else _first_requester(occasion, copied)
    letter = new_letter(mailbox.address, *(one.address for one in (to, *cc)))
    letter["From"] = header_address(_sender_name(occasion, mailbox), mailbox.address)
    letter["To"] = header_address(to.name, to.address)
    if cc:
        letter["Cc"] = [header_address(one.name, one.address) for one in cc]
    letter["Date"] = now
    letter["Message-ID"] = f"<{message_id}>"
    line = _requester_headers(letter, occasion, mailbox) if planned.letter.side is Side.REQUESTER else ""
    _automatic_headers(letter, planned.letter)
    written = write(planned.letter, contents(occasion, line))
    letter["Subject"] = written.subject
    letter.set_content(written.text)
    letter.add_alternative(written.html, subtype="html")
    _attach(letter, occasion)
    return letter


def _first_requester(occasion: Occasion, copied: tuple[Planned, ...]) -> list[Planned]:
    # Every copy looks alike, so that "reply to all" reaches all from any of them.
    own = {one.address for one in occasion.incident.requester.addresses}
    return sorted((occasion.planned, *copied), key=lambda one: (one.address not in own, one.address))


def _sender_name(occasion: Occasion, mailbox: Mailbox) -> str:
    site = mailbox.display_name or occasion.stationery.settings.site_name
    entry = occasion.planned.entry
    if occasion.planned.letter is Letter.REPLY and entry and entry.author_kind == "agent":
        return f"{entry.author_name} ({site})"
    return site


def _requester_headers(letter: EmailMessage, occasion: Occasion, mailbox: Mailbox) -> str:
    """Reply-To and the thread; returns the thread's subject line."""
    planned, incident = occasion.planned, occasion.incident
    if mailbox.plus_addressing:
        token = make_token(occasion.stationery.signing_key, incident.id, planned.address)
        letter["Reply-To"] = header_address("", reply_address(mailbox.address, token))
    reply = planned.entry if planned.letter is Letter.REPLY else None
    chain = ancestry(occasion.session, incident, planned.address, before=reply)
    _thread_headers(letter, chain)
    return thread_subject(occasion.session, incident, is_answer=bool(chain.in_reply_to))


def _thread_headers(letter: EmailMessage, chain: Ancestry) -> None:
    if chain.in_reply_to:
        letter["In-Reply-To"] = chain.in_reply_to
        letter["References"] = " ".join(chain.references)


def _automatic_headers(letter: EmailMessage, kind: Letter) -> None:
    if kind.auto_submitted:
        letter["Auto-Submitted"] = kind.auto_submitted
        # Exchange answers automatic mail unless it is told not to.
        letter["X-Auto-Response-Suppress"] = "All"


def _attach(letter: EmailMessage, occasion: Occasion) -> None:
    entry = occasion.planned.entry
    if occasion.planned.letter is not Letter.REPLY or entry is None:
        return
    for attachment in entry.attachments:
        given = attachment.content_type.strip().lower()
        kind = given if _CONTENT_TYPE.fullmatch(given) else "application/octet-stream"
        maintype, _, subtype = kind.partition("/")
        content = occasion.stationery.store.get(attachment.sha256)
        letter.add_attachment(content, maintype=maintype, subtype=subtype, filename=one_line(attachment.filename))
