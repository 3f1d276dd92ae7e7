"""A mail as what somebody wrote into a thread: its text, whom else it went to, and what a page shows of it."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from helpdesk.attachments import Attachment, attach
from helpdesk.attachments.store import BlobStore
from helpdesk.errors import Invalid
from helpdesk.incidents.thread import Words
from helpdesk.mailboxes.mailbox import without_tag
from helpdesk.people.requester import Requester, normalized
from intake.incoming import Incoming
from intake.mail.arrival import Address, Arrival
from intake.mail.bounce_kind import kind_of

CC_MAX = 50
REFERENCES_MAX = 50
REPORTS_MAX = 50
EMPTY = "(The mail was empty.)"


def stored(store: BlobStore, arrival: Arrival) -> tuple[Attachment, ...]:
    """Its files, kept; slow, so before any transaction."""
    return tuple(
        attach(store, one.filename, one.content_type, one.content, inline=one.inline, content_id=one.content_id)
        for one in arrival.attachments
    )


def words(mail: Incoming, attachments: tuple[Attachment, ...], copied: tuple[str, ...] = ()) -> Words:
    """`copied`: who else reads along."""
    arrival = mail.arrival
    # A first mail that holds only a forwarded text is about just that text.
    folded = bool(arrival.reply_text.strip())
    text = arrival.reply_text if folded else arrival.text
    automatic = arrival.automatic.evidence if arrival.automatic else ("delivery report" if arrival.bounce else "")
    return Words(
        text=text.strip() or ("" if arrival.html or attachments else EMPTY),
        html=arrival.html,
        quoted=arrival.quoted_text if folded else "",
        attachments=attachments,
        cc=copied,
        message_id=arrival.message_id,
        references=tuple(dict.fromkeys((*arrival.references, *arrival.in_reply_to)))[-REFERENCES_MAX:],
        automatic=automatic,
        sender=mail.sender,
        to=tuple(dict.fromkeys(one.address.lower()[:320] for one in arrival.to))[:CC_MAX],
        trust=mail.trust.verdict.value,
        features=features(arrival),
    )


def copied(mail: Incoming, requester: Requester) -> tuple[str, ...]:
    """To and Cc without ourselves and without the requester."""
    theirs = {one.address for one in requester.addresses}
    found: dict[str, None] = {}
    for one in (*mail.arrival.to, *mail.arrival.cc):
        address = _comparable(one)
        if address and without_tag(address) not in mail.ours and address not in theirs and address != mail.sender:
            found[address] = None
    return tuple(found)[:CC_MAX]


def _comparable(one: Address) -> str:
    try:
        return normalized(one.address)
    except Invalid:
        return ""


def features(arrival: Arrival) -> dict[str, Any]:
    """What a page shows of a mail besides its text; what is not there has nothing to show."""
    found: dict[str, Any] = {}
    if arrival.away_until:
        found["away_until"] = arrival.away_until.isoformat()
    if arrival.signature:
        found["signature"] = asdict(arrival.signature)
    if arrival.encrypted:
        found["encrypted"] = arrival.encrypted
    if arrival.invitation:
        card = asdict(arrival.invitation)
        found["invitation"] = {name: _json(value) for name, value in card.items()}
    if arrival.interleaved:
        found["interleaved"] = True
    if arrival.language:
        found["language"] = arrival.language
    if arrival.bounce:
        reports = [asdict(one) | {"kind": kind_of(one)} for one in arrival.bounce.reports[:REPORTS_MAX]]
        found["report"] = {"reports": reports}
    return found


def _json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
