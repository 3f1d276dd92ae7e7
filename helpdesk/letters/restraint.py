"""Why a letter is not sent. Two machines that answer each other must never start (RFC 3834 section 2).

What an agent decides (a reply, a resolution) always leaves unless the reader is a machine; what somebody's mail sets
off is limited by the hour for each address, each incident and overall, so that a loop nobody foresaw ends by itself."""

import re
from datetime import datetime, timedelta

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from helpdesk.incidents.incident import Incident
from helpdesk.incidents.thread import Entry, EntryKind
from helpdesk.journal import Event
from helpdesk.letters.delivery import Delivery, automatic_since
from helpdesk.letters.kinds import Letter, automatic_on
from helpdesk.letters.message_ids import Side
from helpdesk.mailboxes.mailbox import own_addresses, without_tag
from helpdesk.policies import MailPolicy, policy

# To one agent: a busy team is told of more than a requester can cause. For requesters see `MailPolicy`.
AGENT_AN_HOUR_MAX = 60

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
    if {recipient, without_tag(recipient)} & own_addresses(session):
        return "This is one of our own mailboxes: the letter would come back as a new mail."
    if not letter.auto_submitted:
        return ""
    if letter.side is Side.REQUESTER:
        reason = _machine(session, letter, recipient, incident, event)
        if reason:
            return reason
    return "" if event.actor_kind == "agent" else _too_many(session, letter, recipient, incident, now)


def _too_many(session: Session, letter: Letter, recipient: str, incident: Incident, now: datetime) -> str:
    since, wishes = now - timedelta(hours=1), policy(session, MailPolicy)
    of_side = automatic_on(letter.side)
    limits = [(wishes.automatic_per_address_an_hour, "to this address", Delivery.recipient == recipient)]
    if letter.side is Side.AGENT:
        limits = [(AGENT_AN_HOUR_MAX, "to this address", Delivery.recipient == recipient)]
    else:
        limits += [
            (wishes.automatic_per_incident_an_hour, "from this incident", Delivery.incident_id == incident.id),
            (wishes.automatic_overall_an_hour, "from this desk", true()),
        ]
    for limit, where, condition in limits:
        if automatic_since(session, since, of_side, condition, limit=limit) >= limit:
            return f"{limit} automatic letters went {where} within an hour: no more, in case a machine answers."
    return ""


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
