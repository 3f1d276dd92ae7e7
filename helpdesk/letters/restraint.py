"""Why a letter is not sent. Two machines that answer each other must never start (RFC 3834 section 2).

What an agent decides (a reply, a resolution) always leaves unless the reader is a machine; what somebody's mail sets
off is limited for each address and hour, so that a loop nobody foresaw ends by itself."""

import re
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.incidents.incident import Incident
from helpdesk.incidents.thread import Entry, EntryKind
from helpdesk.journal import Event
from helpdesk.letters.delivery import automatic_since
from helpdesk.letters.kinds import Letter
from helpdesk.letters.message_ids import Side
from helpdesk.mailboxes.mailbox import own_addresses

# An agent of a busy team is told of more than a requester can cause.
AN_HOUR_MAX = {Side.REQUESTER: 10, Side.AGENT: 60}

# Intake has a wider list of its own, for mail that came in; this is for addresses that we would write to.
_ROBOT = re.compile(
    r"(?:mailer-?daemon|post-?master|daemon|bounces?|(?:do)?[._-]?no?t?[._-]?reply|root|nobody|listserv|majordomo"
    r"|mailman|owner-.*)(?:[._+=-].*)?|.*[._+-](?:bounces?|no-?reply|request|owner)",
    re.IGNORECASE,
)


def is_robot(address: str) -> bool:
    """Whether nobody reads what is sent there: mailer-daemon, noreply, list owners and the like."""
    return _ROBOT.fullmatch(address.rpartition("@")[0]) is not None


def reason_against(
    session: Session, letter: Letter, recipient: str, *, incident: Incident, event: Event, now: datetime
) -> str:
    """Why this letter must not go to this address; "" when it may."""
    if {recipient, _untagged(recipient)} & own_addresses(session):
        return "This is one of our own mailboxes: the letter would come back as a new mail."
    if not letter.auto_submitted:
        return ""
    if letter.side is Side.REQUESTER:
        reason = _machine(session, letter, recipient, incident, event)
        if reason:
            return reason
    since, limit = now - timedelta(hours=1), AN_HOUR_MAX[letter.side]
    if event.actor_kind != "agent" and automatic_since(session, recipient, since) >= limit:
        return f"{limit} automatic letters went to this address within an hour: no more, in case a machine answers."
    return ""


def _untagged(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def _machine(session: Session, letter: Letter, recipient: str, incident: Incident, event: Event) -> str:
    if is_robot(recipient):
        return "Nobody reads mail at this address."
    if event.data.get("automatic"):
        return f"Automatic mail is not answered automatically ({event.data['automatic']})."
    if not _person_wrote(session, incident):
        return "Only a machine has written here so far, and machines are not answered automatically."
    mailbox = incident.mailbox
    if letter is Letter.ACKNOWLEDGEMENT and mailbox is not None and not mailbox.acknowledges:
        return f"The mailbox {mailbox.name} is set to send no acknowledgements."
    return ""


def _person_wrote(session: Session, incident: Incident) -> bool:
    query = select(Entry.id).where(
        Entry.incident_id == incident.id, Entry.kind == EntryKind.MESSAGE.value, Entry.automatic == ""
    )
    return session.scalars(query.limit(1)).first() is not None
