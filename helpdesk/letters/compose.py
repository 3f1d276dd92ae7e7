"""A letter put together: headers, both texts and what is attached, as a plain EmailMessage.

Sent in the requester's own thread, from the mailbox they wrote to, answerable only by whom it was made for."""

import re
from datetime import datetime
from email.message import EmailMessage

from helpdesk.letters.addresses import header_address, one_line
from helpdesk.letters.agent_threads import add_agent_headers
from helpdesk.letters.contents import Occasion, desk_name
from helpdesk.letters.kinds import BY_HAND, Letter
from helpdesk.letters.message_ids import Side
from helpdesk.letters.readers import Planned
from helpdesk.letters.threading import Ancestry, ancestry, confidential_ancestry, numbered, thread_subject
from helpdesk.letters.tokens import make_token, reply_address
from helpdesk.letters.wire import new_letter
from helpdesk.letters.writing import written
from helpdesk.mailboxes.mailbox import Mailbox

_CONTENT_TYPE = re.compile(r"(?!multipart/|message/)[a-z0-9][a-z0-9.+-]{0,63}/[a-z0-9][a-z0-9.+-]{0,127}")


def compose(
    occasion: Occasion, mailbox: Mailbox, message_id: str, *, now: datetime, copied: tuple[Planned, ...] = ()
) -> EmailMessage:
    """The whole letter. `copied` are the other readers of the same reply: all are named on every copy.

    Raises Invalid when an address can't be written to, Conflict when an attachment's bytes are gone."""
    planned = occasion.planned
    to, cc = ([planned], list(copied)) if planned.letter is not Letter.REPLY else _lines(occasion, copied)
    letter = new_letter(mailbox.address, *(one.address for one in (*to, *cc)))
    letter["From"] = header_address(_sender_name(occasion, mailbox), mailbox.address)
    letter["To"] = [header_address(one.name, one.address) for one in to]
    if cc:
        letter["Cc"] = [header_address(one.name, one.address) for one in cc]
    letter["Date"] = now
    letter["Message-ID"] = f"<{message_id}>"
    line = ""
    if planned.letter.side is Side.REQUESTER:
        line = _requester_headers(letter, occasion, mailbox)
    else:
        add_agent_headers(letter, occasion, mailbox)
    _automatic_headers(letter, planned.letter)
    said = written(occasion, mailbox, line, now=now)
    letter["Subject"] = said.subject
    letter.set_content(said.text)
    letter.add_alternative(said.html, subtype="html")
    _attach(letter, occasion)
    # Last, since whatever is attached takes the headers of the content along into its own part.
    letter["Content-Language"] = said.language
    return letter


def _lines(occasion: Occasion, copied: tuple[Planned, ...]) -> tuple[list[Planned], list[Planned]]:
    """To and Cc. Every copy looks alike, so that "reply to all" reaches all from any of them."""
    entry, all_of_them = occasion.planned.entry, (occasion.planned, *copied)
    named = list(entry.to) if entry and entry.to else [one.address for one in occasion.incident.requester.addresses]
    readers = sorted(all_of_them, key=lambda one: one.address)
    to = sorted((one for one in readers if one.address in named), key=lambda one: named.index(one.address))
    if not to:
        to = readers[:1]
    return to, [one for one in readers if one not in to]


def _sender_name(occasion: Occasion, mailbox: Mailbox) -> str:
    site = desk_name(occasion.stationery.settings, mailbox)
    entry = occasion.planned.entry
    if occasion.planned.letter in BY_HAND and entry and entry.author_kind == "agent":
        return mailbox.sender.of(entry.author_name, site)
    return site


def _requester_headers(letter: EmailMessage, occasion: Occasion, mailbox: Mailbox) -> str:
    """Reply-To and the thread; returns the thread's subject line."""
    planned, incident = occasion.planned, occasion.incident
    if mailbox.plus_addressing:
        token = make_token(occasion.stationery.signing_key, incident.id, planned.address)
        letter["Reply-To"] = header_address("", reply_address(mailbox.address, token))
    if planned.letter is Letter.CONSULTATION:
        return _consultation_headers(letter, occasion)
    reply = planned.entry if planned.letter is Letter.REPLY else None
    chain = ancestry(occasion.session, incident, planned.address, before=reply)
    _thread_headers(letter, chain)
    return thread_subject(occasion.session, incident, is_answer=bool(chain.in_reply_to))


def _consultation_headers(letter: EmailMessage, occasion: Occasion) -> str:
    """A thread of its own with this third party: no Message-ID of the requester's gets into it."""
    planned, incident = occasion.planned, occasion.incident
    chain = confidential_ancestry(occasion.session, incident, planned.address)
    _thread_headers(letter, chain)
    subject = planned.entry.features.get("subject", "") if planned.entry else ""
    return numbered(str(subject) or incident.subject, incident, is_answer=bool(chain.in_reply_to))


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
    if occasion.planned.letter not in BY_HAND or entry is None:
        return
    for attachment in entry.attachments:
        given = attachment.content_type.strip().lower()
        kind = given if _CONTENT_TYPE.fullmatch(given) else "application/octet-stream"
        maintype, _, subtype = kind.partition("/")
        content = occasion.stationery.store.get(attachment.sha256)
        letter.add_attachment(content, maintype=maintype, subtype=subtype, filename=one_line(attachment.filename))
