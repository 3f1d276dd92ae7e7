"""Recurring incidents: what has to be done every so often opens itself, such as the monthly test of the backups.

The rule of recurrence is that of RFC 5545 section 3.3.10, in the local time of the row's zone. Settings make the rows,
the worker calls `open_due`; each planned time opens one incident, whatever is run twice."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from dateutil.rrule import rrulestr
from sqlalchemy import ForeignKey, Index, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from helpdesk.base import Base
from helpdesk.errors import Invalid
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.opening import open_incident
from helpdesk.incidents.thread import Words
from helpdesk.journal import Actor
from helpdesk.people.agent import Agent, Team
from helpdesk.people.requester import Requester
from helpdesk.service_levels.calendar import default_calendar
from helpdesk.services import Category, Service

SOURCE = "schedule"
LOOKED_AHEAD_MAX = 400


class OnDaysOff(StrEnum):
    """What becomes of a planned day that is no working day by the desk's calendar."""

    OPEN = "open"  # it is opened nevertheless
    NEXT = "next"  # on the next working day instead
    SKIP = "skip"  # not this time


class RecurringIncident(Base):
    """`recurrence` is an RRULE without its name (“FREQ=WEEKLY;BYDAY=MO”), `at` a local time as HH:MM. `next_at` is
    when the next one opens; None when there is none any more."""

    __tablename__ = "recurring_incidents"
    __table_args__ = (Index("ix_recurring_incidents_next", "next_at"),)

    subject: Mapped[str]
    text: Mapped[str]
    requester_id: Mapped[int] = mapped_column(ForeignKey("requesters.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"))
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    service_id: Mapped[int | None] = mapped_column(ForeignKey("services.id"))
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"))
    record_type: Mapped[str] = mapped_column(default="request")
    impact: Mapped[int] = mapped_column(default=3)
    urgency: Mapped[int] = mapped_column(default=3)
    recurrence: Mapped[str]
    at: Mapped[str] = mapped_column(default="08:00")
    time_zone: Mapped[str] = mapped_column(default="UTC")
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    on_days_off: Mapped[str] = mapped_column(default=OnDaysOff.OPEN.value)
    next_at: Mapped[datetime | None]
    made_by: Mapped[str] = mapped_column(default="")
    made_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]

    requester: Mapped[Requester] = relationship()
    team: Mapped[Team | None] = relationship()
    assignee: Mapped[Agent | None] = relationship()
    service: Mapped[Service | None] = relationship()
    category: Mapped[Category | None] = relationship()


class RecurringOpening(Base):
    """One incident that was opened, by the time it was planned for."""

    __tablename__ = "recurring_openings"
    __table_args__ = (UniqueConstraint("recurring_id", "planned_at"),)

    recurring_id: Mapped[int] = mapped_column(ForeignKey("recurring_incidents.id"))
    planned_at: Mapped[datetime]
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)


def checked(row: RecurringIncident) -> RecurringIncident:
    """Itself. Raises Invalid, naming the field, for what can't be."""
    if not row.subject.strip():
        raise Invalid("Say in one line what it is about.", field="subject")
    if not row.text.strip():
        raise Invalid("Write down what is to be done.", field="text")
    if row.time_zone not in available_timezones():
        raise Invalid(f"“{row.time_zone[:50]}” is not a time zone. Write it like Europe/Berlin.", field="time_zone")
    if row.ends_on is not None and row.ends_on < row.starts_on:
        raise Invalid("It ends before it begins. Choose a later day.", field="ends_on")
    try:
        time.fromisoformat(row.at)
        next(iter(rrulestr(row.recurrence, dtstart=datetime(2026, 1, 1))), None)  # noqa: DTZ001 - local time, see above
    except ValueError:
        raise Invalid("Choose how often it recurs, and at what time.", field="every") from None
    return row


def planned_after(session: Session, row: RecurringIncident, moment: datetime) -> Iterator[datetime]:
    """The moments after this one at which it opens, soonest first. Empty when it has ended, or never falls on a
    working day and is to be skipped then."""
    zone = ZoneInfo(row.time_zone)
    start = datetime.combine(row.starts_on, time.fromisoformat(row.at))
    # One that was put off over days off may be planned before and open after.
    begin = moment.astimezone(zone).replace(tzinfo=None) - timedelta(days=15)
    last = None
    for count, planned in enumerate(rrulestr(row.recurrence, dtstart=start).xafter(begin, inc=True)):
        if count > LOOKED_AHEAD_MAX or (row.ends_on is not None and planned.date() > row.ends_on):
            return
        opens = _moved(session, row, planned.replace(tzinfo=zone))
        if opens is not None and opens > moment and opens != last:
            last = opens
            yield opens


def plan(session: Session, row: RecurringIncident, *, after: datetime) -> None:
    """Sets when it opens next."""
    row.next_at = next(planned_after(session, row, after), None)


def due(session: Session, *, now: datetime, limit: int = 100) -> list[int]:
    query = select(RecurringIncident.id).where(RecurringIncident.next_at <= now, RecurringIncident.retired_at.is_(None))
    return list(session.scalars(query.order_by(RecurringIncident.next_at).limit(limit)))


def open_due(session: Session, number: int, *, by: Actor, now: datetime) -> Incident | None:
    """Opens the incident that is due, and plans the next one; None when somebody else did. The caller commits.

    What fell due several times while the desk was down is opened once."""
    query = select(RecurringIncident).where(RecurringIncident.id == number).with_for_update()
    row = session.scalars(query.execution_options(populate_existing=True)).first()
    if row is None or row.next_at is None or row.next_at > now or row.retired_at is not None:
        return None
    planned_at = row.next_at
    made, _ = open_incident(
        session,
        row.requester,
        row.subject,
        Words(text=row.text, automatic="It recurs on a schedule"),
        source=SOURCE,
        by=by,
        at=now,
        **_choices(row),
    )
    assignee = row.assignee if row.assignee is not None and row.assignee.active else None
    if assignee is not None:
        made.assign(assignee, made.team, by=by, at=now, why="it recurs, and is theirs")
    session.add(RecurringOpening(recurring_id=row.id, planned_at=planned_at, incident_id=made.id))
    plan(session, row, after=now)
    return made


def _choices(row: RecurringIncident) -> dict[str, Any]:
    return {
        "team": row.team,
        "service": row.service,
        "category": row.category,
        "impact": row.impact,
        "urgency": row.urgency,
        "record_type": row.record_type,
        "reason": "Set where it recurs",
    }


def _moved(session: Session, row: RecurringIncident, planned: datetime) -> datetime | None:
    """When what was planned then really opens; None: not this time."""
    opens = planned.astimezone(UTC)
    if row.on_days_off == OnDaysOff.OPEN.value:
        return opens
    calendar = default_calendar(session)
    if calendar.hours.is_working_day(planned.date()):
        return opens
    return calendar.working_days_after(opens, 1) if row.on_days_off == OnDaysOff.NEXT.value else None
