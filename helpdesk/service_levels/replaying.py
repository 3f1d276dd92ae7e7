"""The clocks of incidents, read from the database: what pages and reactions ask. Reads only, and never a counter."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.journal import Event
from helpdesk.service_levels.calendar import BEGINNING, Calendar, nine_to_five
from helpdesk.service_levels.choosing import Book
from helpdesk.service_levels.clocks import Clock, replay
from helpdesk.service_levels.happenings import RELEVANT
from helpdesk.service_levels.policy import ServiceLevelPolicy
from helpdesk.service_levels.records import RECORD_KIND, present_facts
from helpdesk.services import Category


def clocks_of(
    session: Session,
    incident_id: int,
    *,
    now: datetime,
    events: Sequence[Event] | None = None,
    book: Book | None = None,
) -> tuple[Clock, ...]:
    """Every clock of an incident as it stands now, in the order of `Target` and run; none without a policy.

    `events` are all of its events, where the caller has them already."""
    if events is None:
        events = events_of(session, [incident_id]).get(incident_id, [])
    if book is None:
        book = book_of(session)
    present = present_facts(session, [incident_id]).get(incident_id)
    return replay(events, book, now=now, present=present)


def clocks_of_many(
    session: Session, incident_ids: Collection[int], *, now: datetime, book: Book | None = None
) -> dict[int, tuple[Clock, ...]]:
    """The same for several, in a fixed number of statements."""
    book = book or book_of(session)
    events, facts = events_of(session, incident_ids), present_facts(session, incident_ids)
    return {number: replay(events.get(number, ()), book, now=now, present=facts.get(number)) for number in incident_ids}


def events_of(
    session: Session, incident_ids: Iterable[int], kinds: Collection[str] = RELEVANT
) -> dict[int, list[Event]]:
    """What clocks are computed from, by incident, oldest first."""
    query = select(Event).where(
        Event.record_kind == RECORD_KIND, Event.record_id.in_(list(incident_ids)), Event.kind.in_(kinds)
    )
    found: dict[int, list[Event]] = {}
    for event in session.scalars(query.order_by(Event.record_id, Event.sequence)):
        found.setdefault(event.record_id, []).append(event)
    return found


def book_of(session: Session) -> Book:
    """All versions there are, in at most three statements."""
    policies = list(session.scalars(select(ServiceLevelPolicy)))
    if not policies:
        return Book((), ())
    calendars = list(session.scalars(select(Calendar))) or [nine_to_five(session, BEGINNING)]
    parents: dict[int, int | None] = {}
    if any(row.category_ids for row in policies):
        rows = session.execute(select(Category.id, Category.parent_id))
        parents = dict(rows.all())
    return Book.of(policies, calendars, parents)
