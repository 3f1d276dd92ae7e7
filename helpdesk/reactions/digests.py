"""When an agent's mail about an event leaves: at once, after their quiet hours, or as part of a digest.

Each notice that waits has an errand of its own at the hour of the digest. The first of them to run sends all that
waits, with its Delivery, in one transaction; the others find nothing left. So nothing is lost and nothing told twice,
whenever the worker dies."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import errands
from helpdesk.errands import TryLater
from helpdesk.errors import Invalid
from helpdesk.incidents.incident import Incident
from helpdesk.journal import Event
from helpdesk.letters.contents import Stationery
from helpdesk.letters.delivery import Delivery, DeliveryState
from helpdesk.letters.digest import compose_digest, still_wanted, waiting
from helpdesk.letters.kinds import Letter
from helpdesk.letters.notices import ByMail, Notice, keep_notice
from helpdesk.letters.readers import Planned
from helpdesk.mailboxes.mailbox import Mailbox, active_mailboxes
from helpdesk.people.agent import Agent
from helpdesk.people.notification import setting_of
from helpdesk.reactions import DIGEST
from helpdesk.reactions.queueing import queue

NO_MAILBOX = "No mailbox is set up to send from. Add one under Settings; the digest waits until then."


def leaves_at(
    session: Session, incident: Incident, event: Event, planned: Planned, *, now: datetime
) -> datetime | None:
    """When a planned letter leaves; None when it is to be none of its own: it goes into a digest, or its agent wants
    no mail. Keeps the agent's notice."""
    telling = planned.telling
    if telling is None:
        return now
    notice, is_new = keep_notice(session, incident, event, planned, telling, now=now)
    if is_new and notice.by_mail == ByMail.WAITS and notice.mail_due_at:
        errands.send_on(session, DIGEST, at=notice.mail_due_at, agent_id=notice.agent_id)
    return notice.mail_due_at if notice.by_mail == ByMail.LETTER else None


def send_digest(session: Session, agent_id: int, *, stationery: Stationery, now: datetime) -> Delivery | None:
    """Makes one letter of all that waits for this agent, and queues it; None when nothing does. The worker commits.

    Raises TryLater while there is no mailbox to send from."""
    # Two workers with two errands of one agent take turns here.
    agent = session.scalars(select(Agent).where(Agent.id == agent_id).with_for_update()).first()
    notices = waiting(session, agent_id)
    if agent is None or not notices:
        return None
    setting = setting_of(session, agent)
    wanted = still_wanted(session, agent, setting, notices)
    for one in notices:
        if one not in wanted:
            one.by_mail = ByMail.DROPPED.value
    if not wanted:
        return None
    mailbox = next(iter(active_mailboxes(session)), None)
    if mailbox is None:
        raise TryLater(NO_MAILBOX)
    delivery = _delivery(agent, wanted, mailbox, stationery, now)
    try:
        letter = compose_digest(
            session, agent, setting, wanted, mailbox, delivery.message_id, stationery=stationery, now=now
        )
    except Invalid as error:
        delivery.settle(DeliveryState.FAILED, str(error))
        session.add(delivery)
        session.flush()
    else:
        queue(session, delivery, letter, store=stationery.store, leaves=now)
    _mark(wanted, delivery)
    return delivery


def _mark(notices: list[Notice], delivery: Delivery) -> None:
    for one in notices:
        one.by_mail, one.delivery_id = ByMail.DIGESTED.value, delivery.id


def _delivery(agent: Agent, notices: list[Notice], mailbox: Mailbox, stationery: Stationery, now: datetime) -> Delivery:
    newest = max(one.event_id or 0 for one in notices)
    return Delivery(
        letter=Letter.AGENT_DIGEST.value,
        event_id=newest,
        mailbox=mailbox,
        recipient=agent.email,
        message_id=stationery.message_id(newest, agent.email, mailbox),
        state=DeliveryState.QUEUED.value,
        created_at=now,
    )
