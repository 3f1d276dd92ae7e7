"""Tells administrators of an alarm by letter, through another mailbox than the one it is about.

Called in the transaction that raised or ended the alarm; the letters leave as all others do, and commits nothing."""

from datetime import datetime
from email.message import EmailMessage

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.errors import Invalid
from helpdesk.journal import Actor, Event, EventKind, record
from helpdesk.letters.addresses import header_address, wire_address
from helpdesk.letters.contents import Stationery
from helpdesk.letters.delivery import Delivery, DeliveryState
from helpdesk.letters.wire import new_letter
from helpdesk.mailboxes.alarms import Alarm, AlarmKind, News, Turn
from helpdesk.mailboxes.mailbox import Mailbox, own_addresses
from helpdesk.people.agent import active_agents
from helpdesk.people.permissions import Role
from helpdesk.policies import MailPolicy, policy
from helpdesk.reactions.queueing import queue
from helpdesk.settings import Settings

LETTER = "alarm"
SYSTEM = Actor(kind="system", name="Helpdesk")
EVENTS = {
    Turn.RAISED: EventKind.ALARM_RAISED,
    Turn.REMINDED: EventKind.ALARM_REMINDED,
    Turn.OVER: EventKind.ALARM_OVER,
}
# A mailbox with one of these may not be able to send either.
BROKEN = frozenset({AlarmKind.UNREACHABLE.value, AlarmKind.CREDENTIAL.value, AlarmKind.UNSENT.value})
NO_ROUTE = "There is no other mailbox that a letter about it could be sent from, so nobody was written to."
NO_READER = "There is no administrator, and no alarm address, that a letter could go to."


def tell(session: Session, news: News, *, stationery: Stationery, now: datetime) -> int:
    """Writes down what happened to the alarm and queues the letters; returns how many. `Alarm.untold` says why none."""
    alarm = news.alarm
    event = record(session, LETTER, alarm.id, EVENTS[news.turn], by=SYSTEM, at=now, alarm=alarm.kind, words=alarm.words)
    session.flush()
    route, readers = route_for(session, alarm, stationery.settings), _readers(session)
    alarm.untold = "" if route and readers else NO_READER if route else NO_ROUTE
    if route is None:
        return 0
    for address in readers:
        delivery = _delivery(stationery, event, route, address, now)
        letter = _letter(news, delivery, route, stationery.settings, now)
        queue(session, delivery, letter, store=stationery.store, leaves=now)
    return len(readers)


def route_for(session: Session, alarm: Alarm, settings: Settings) -> Mailbox | None:
    """A mailbox to send from: another one, with no trouble of its own that would keep the letter here."""
    troubled = select(Alarm.mailbox_id).where(
        Alarm.open_key.is_not(None), Alarm.raised_at.is_not(None), Alarm.kind.in_(BROKEN), Alarm.mailbox_id.is_not(None)
    )
    query = select(Mailbox).where(Mailbox.active, Mailbox.id.not_in(troubled)).order_by(Mailbox.id)
    if alarm.mailbox_id is not None:
        query = query.where(Mailbox.id != alarm.mailbox_id)
    if not settings.capture_mail:
        query = query.where(Mailbox.smtp_host != "")
    return session.scalars(query.limit(1)).first()


def letters_about(session: Session, alarm_ids: list[int]) -> dict[int, list[Delivery]]:
    """The letters that told of each of these alarms, in the order they were made."""
    query = (
        select(Event.record_id, Delivery)
        .join(Delivery, Delivery.event_id == Event.id)
        .where(Event.record_kind == LETTER, Event.record_id.in_(alarm_ids))
        .order_by(Delivery.id)
    )
    found: dict[int, list[Delivery]] = {}
    for alarm_id, delivery in session.execute(query):
        found.setdefault(alarm_id, []).append(delivery)
    return found


def _readers(session: Session) -> list[str]:
    """Administrators and the alarm address; never one of our own mailboxes, where it would become an incident."""
    wanted = [agent.email for agent in active_agents(session) if agent.role == Role.ADMINISTRATOR.value]
    ours = own_addresses(session)
    return [address for address in _usable([*wanted, policy(session, MailPolicy).alarm_address]) if address not in ours]


def _usable(addresses: list[str]) -> list[str]:
    found: dict[str, None] = {}
    for address in filter(None, map(str.strip, addresses)):
        try:
            found[wire_address(address)] = None
        except Invalid:
            continue
    return list(found)


def _delivery(stationery: Stationery, event: Event, route: Mailbox, address: str, now: datetime) -> Delivery:
    return Delivery(
        letter=LETTER,
        event_id=event.id,
        mailbox=route,
        recipient=address,
        message_id=stationery.message_id(event.id, address, route),
        state=DeliveryState.QUEUED.value,
        created_at=now,
    )


def _letter(news: News, delivery: Delivery, route: Mailbox, settings: Settings, now: datetime) -> EmailMessage:
    """Plain text and short: it may end on a telephone."""
    letter = new_letter(route.address, delivery.recipient)
    letter["From"] = header_address(settings.site_name, route.address)
    letter["To"] = header_address("", delivery.recipient)
    letter["Subject"] = _subject(news, settings)
    letter["Date"] = now
    letter["Message-ID"] = f"<{delivery.message_id}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter["X-Auto-Response-Suppress"] = "All"
    letter.set_content(_text(news, settings, now))
    return letter


def _subject(news: News, settings: Settings) -> str:
    mark = {Turn.RAISED: "Alarm", Turn.REMINDED: "Still an alarm", Turn.OVER: "Over"}[news.turn]
    words = news.alarm.words
    return f"[{settings.site_name}] {mark}: {words if len(words) <= 120 else words[:119] + '…'}"


def _text(news: News, settings: Settings, now: datetime) -> str:
    alarm = news.alarm
    since = f"Since {alarm.since:%-d %B %Y, %H:%M} UTC."
    if news.turn is Turn.OVER:
        return f"This is over since {now:%-d %B %Y, %H:%M} UTC:\n\n{alarm.words}\n\n{since}\n"
    page = f"{settings.base_url}/settings/operations"
    return f"{alarm.words}\n\n{since}\n\nWhat to do: {alarm.remedy}\n\n{page}\n"
