"""What the outbox lists: letters that have yet to leave, that wait, that are tried again, that did not get through.

Every select is limited to incidents the viewer may see, and to one page."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, func, or_, select, true, tuple_
from sqlalchemy.orm import Session

from helpdesk.errors import Invalid
from helpdesk.incidents.incident import NUMBER_PREFIX, Incident
from helpdesk.incidents.queries import visible
from helpdesk.incidents.thread import Entry
from helpdesk.letters.delivery import Delivery, DeliveryState
from helpdesk.letters.kinds import Letter
from helpdesk.letters.message_ids import Side
from helpdesk.people.agent import Viewer

PAGE = 50
COUNT_MAX = 999
DAMAGED = "This page's address is damaged. Start again from the first page."
_NOTICES = [letter.value for letter in Letter if letter.side is Side.AGENT]


class View(StrEnum):
    SCHEDULED = "scheduled"
    WAITING = "waiting"
    RETRYING = "retrying"
    UNCERTAIN = "uncertain"
    FAILED = "failed"
    BOUNCED = "bounced"


STATES = {
    View.WAITING: (DeliveryState.QUEUED.value, DeliveryState.SENDING.value),
    View.RETRYING: (DeliveryState.DEFERRED.value,),
    View.UNCERTAIN: (DeliveryState.UNCERTAIN.value,),
    View.FAILED: (DeliveryState.FAILED.value,),
    View.BOUNCED: (DeliveryState.BOUNCED.value,),
}


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One letter to one recipient; of a scheduled one `delivery_id` is None and `recipient` names all."""

    delivery_id: int | None
    entry_id: int | None
    incident_id: int
    subject: str
    recipient: str
    letter: str
    author: str
    state: str
    answer: str
    tries: int
    at: datetime
    next_at: datetime | None
    unless_answered: bool = False
    can_resend: bool = False

    @property
    def number(self) -> str:
        return f"{NUMBER_PREFIX}{self.incident_id}"


@dataclass(frozen=True, slots=True)
class OutboxPage:
    """`next_cursor` is "" on the last page."""

    rows: tuple[OutboxRow, ...]
    next_cursor: str


def outbox_page(session: Session, viewer: Viewer, view: View, *, mine: bool, cursor: str = "") -> OutboxPage:
    """One page, the newest first; of what is scheduled the next to leave first. Raises Invalid for a bad cursor."""
    if view is View.SCHEDULED:
        return OutboxPage(_scheduled(session, viewer, mine), "")
    query = _deliveries(viewer, STATES[view], mine=mine).order_by(Delivery.created_at.desc(), Delivery.id.desc())
    if cursor:
        query = query.where(tuple_(Delivery.created_at, Delivery.id) < tuple_(*_read(cursor)))
    found = session.execute(query.limit(PAGE + 1)).all()
    rows = tuple(_row(delivery, subject, author) for delivery, subject, author in found[:PAGE])
    more = len(found) > PAGE
    return OutboxPage(rows, f"{rows[-1].at.isoformat()}_{rows[-1].delivery_id}" if more else "")


def outbox_counts(session: Session, viewer: Viewer, *, mine: bool) -> dict[View, int]:
    """How many each view holds, up to COUNT_MAX + 1, in one statement."""
    deliveries = (_deliveries(viewer, states, mine=mine).with_only_columns(Delivery.id) for states in STATES.values())
    counted = [_waiting_entries(viewer, mine).with_only_columns(Entry.id), *deliveries]
    numbers = [
        select(func.count()).select_from(query.limit(COUNT_MAX + 1).subquery()).scalar_subquery() for query in counted
    ]
    return dict(zip(View, session.execute(select(*numbers)).one(), strict=True))


def _deliveries(viewer: Viewer, states: tuple[str, ...], *, mine: bool) -> Select[Delivery, str, str]:
    return (
        select(Delivery, Incident.subject, Entry.author_name)
        .join(Incident, Delivery.incident_id == Incident.id)
        .outerjoin(Entry, Delivery.entry_id == Entry.id)
        .where(Delivery.state.in_(states), Delivery.letter.not_in(_NOTICES), visible(viewer), _mine(viewer, mine))
    )


def _waiting_entries(viewer: Viewer, mine: bool) -> Select[Entry, str]:
    return (
        select(Entry, Incident.subject)
        .join(Incident, Entry.incident_id == Incident.id)
        .where(Entry.send_at.is_not(None), Entry.withdrawn_at.is_(None), visible(viewer), _mine(viewer, mine))
    )


def _mine(viewer: Viewer, mine: bool) -> ColumnElement[bool]:
    """What this agent wrote, and all that goes out about incidents that are theirs."""
    if not mine:
        return true()
    written = (Entry.author_kind == "agent") & (Entry.author_id == viewer.agent_id)
    return or_(written, Incident.assignee_id == viewer.agent_id)


def _scheduled(session: Session, viewer: Viewer, mine: bool) -> tuple[OutboxRow, ...]:
    query = _waiting_entries(viewer, mine).order_by(Entry.send_at, Entry.id).limit(4 * PAGE)
    return tuple(
        OutboxRow(
            delivery_id=None,
            entry_id=entry.id,
            incident_id=entry.incident_id,
            subject=subject,
            recipient=", ".join((*entry.to, *entry.cc)),
            letter=entry.kind,
            author=entry.author_name,
            state=View.SCHEDULED.value,
            answer="",
            tries=0,
            at=entry.at,
            next_at=entry.send_at,
            unless_answered=entry.unless_answered,
        )
        for entry, subject in session.execute(query)
    )


def _row(delivery: Delivery, subject: str, author: str | None) -> OutboxRow:
    by_hand = delivery.letter in (Letter.REPLY, Letter.CONSULTATION)
    return OutboxRow(
        delivery_id=delivery.id,
        entry_id=delivery.entry_id,
        incident_id=delivery.incident_id or 0,
        subject=delivery.subject or subject,
        recipient=delivery.recipient,
        letter=delivery.letter,
        author=author or "" if by_hand else "",
        state=delivery.state,
        answer=delivery.answer,
        tries=delivery.tries,
        at=delivery.created_at,
        next_at=delivery.next_try_at,
        can_resend=bool(delivery.raw_sha256),
    )


def _read(cursor: str) -> tuple[datetime, int]:
    at, _, number = cursor.partition("_")
    try:
        moment, last = datetime.fromisoformat(at), int(number)
    except ValueError:
        raise Invalid(DAMAGED, field="cursor") from None
    if moment.tzinfo is None or not 0 <= last < 2**63:
        raise Invalid(DAMAGED, field="cursor")
    return moment, last
