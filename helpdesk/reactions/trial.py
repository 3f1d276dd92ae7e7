"""“Send me a test letter”: the letter as its reader would get it, to the administrator who words it.

An event in the journal says who tried what; the Delivery hangs on it, so what became of it is seen like any other's."""

from datetime import datetime
from email.message import EmailMessage

from sqlalchemy.orm import Session

from helpdesk.errors import Conflict
from helpdesk.journal import EventKind, record
from helpdesk.letters.addresses import header_address
from helpdesk.letters.contents import Stationery, desk_name
from helpdesk.letters.delivery import Delivery, DeliveryState
from helpdesk.letters.kinds import Letter
from helpdesk.letters.rendering import Written
from helpdesk.letters.wire import new_letter
from helpdesk.letters.wordings import RECORD_KIND, Place
from helpdesk.mailboxes.mailbox import Mailbox
from helpdesk.people.agent import Agent
from helpdesk.reactions.digests import NO_MAILBOX
from helpdesk.reactions.queueing import queue


def send_trial(
    session: Session,
    agent: Agent,
    place: Place,
    written: Written,
    mailbox: Mailbox | None,
    *,
    stationery: Stationery,
    now: datetime,
) -> Delivery:
    """Queues it; the door commits. Raises Conflict where there is no mailbox to send from, Invalid for an agent's
    address that can't be written to."""
    if mailbox is None:
        raise Conflict(NO_MAILBOX)
    event = record(
        session,
        RECORD_KIND,
        place.mailbox_id,
        EventKind.LETTER_TRIED,
        by=agent.actor(),
        at=now,
        letter=place.letter.value,
        language=place.language,
    )
    session.flush()
    delivery = Delivery(
        letter=Letter.AGENT_TEST.value,
        event_id=event.id,
        mailbox=mailbox,
        recipient=agent.email,
        message_id=stationery.message_id(event.id, agent.email, mailbox),
        state=DeliveryState.QUEUED.value,
        created_at=now,
    )
    letter = _compose(agent, place, written, mailbox, stationery, delivery.message_id, now)
    queue(session, delivery, letter, store=stationery.store, leaves=now)
    return delivery


def _compose(
    agent: Agent,
    place: Place,
    written: Written,
    mailbox: Mailbox,
    stationery: Stationery,
    message_id: str,
    now: datetime,
) -> EmailMessage:
    desk = desk_name(stationery.settings, mailbox)
    by_hand = not place.letter.auto_submitted
    letter = new_letter(mailbox.address, agent.email)
    sender = mailbox.sender.of(agent.name, desk) if by_hand else desk
    letter["From"] = header_address(sender, mailbox.address)
    letter["To"] = header_address(agent.name, agent.email)
    letter["Date"] = now
    letter["Message-ID"] = f"<{message_id}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter["X-Auto-Response-Suppress"] = "All"
    letter["Subject"] = f"[Test] {written.subject}"
    letter.set_content(written.text)
    letter.add_alternative(written.html, subtype="html")
    letter["Content-Language"] = written.language
    return letter
