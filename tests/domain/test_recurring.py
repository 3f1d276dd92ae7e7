"""Recurring incidents: planned as RFC 5545 says in local time, opened once each, put off over days off."""

from datetime import UTC, date, datetime, timedelta
from itertools import islice

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.clock import SetClock
from helpdesk.errors import Invalid
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.recurring import (
    OnDaysOff,
    RecurringIncident,
    RecurringOpening,
    checked,
    due,
    open_due,
    plan,
    planned_after,
)
from helpdesk.people.agent import Agent
from helpdesk.people.requester import known_requester
from tests.domain.conftest import START, SYSTEM


def recurs(session: Session, recurrence: str, **more: object) -> RecurringIncident:
    given = {
        "subject": "Test the backups",
        "text": "Restore one file of each server.",
        "recurrence": recurrence,
        "at": "08:00",
        "time_zone": "Europe/Berlin",
        "starts_on": date(2026, 3, 2),
        "on_days_off": OnDaysOff.OPEN.value,
        "made_at": START,
        "requester": known_requester(session, "it@example.org", "IT", at=START),
        "impact": 3,
        "urgency": 3,
        "record_type": "request",
    }
    row = checked(RecurringIncident(**(given | more)))
    session.add(row)
    session.flush()
    return row


def coming(session: Session, row: RecurringIncident, count: int = 3, after: datetime = START) -> list[str]:
    return [f"{at:%m-%d %H:%M}" for at in islice(planned_after(session, row, after), count)]


@pytest.mark.parametrize(
    ("recurrence", "expected"),
    [
        ("FREQ=DAILY;INTERVAL=2", ["03-04 07:00", "03-06 07:00", "03-08 07:00"]),
        ("FREQ=WEEKLY;INTERVAL=1;BYDAY=MO,TH", ["03-05 07:00", "03-09 07:00", "03-12 07:00"]),
        ("FREQ=MONTHLY;INTERVAL=1;BYMONTHDAY=-1", ["03-31 06:00", "04-30 06:00", "05-31 06:00"]),
        ("FREQ=MONTHLY;INTERVAL=1;BYMONTHDAY=28,29,30,31;BYSETPOS=-1", ["03-31 06:00", "04-30 06:00", "05-31 06:00"]),
        ("FREQ=YEARLY;INTERVAL=1;BYMONTHDAY=2;BYMONTH=3", ["03-02 07:00", "03-02 07:00", "03-02 07:00"]),
    ],
)
def test_in_local_time_over_the_change_of_clocks(session: Session, recurrence: str, expected: list[str]) -> None:
    assert coming(session, recurs(session, recurrence)) == expected


@pytest.mark.parametrize(
    ("on_days_off", "expected"),
    [
        (OnDaysOff.OPEN, ["03-07 07:00", "03-14 07:00"]),
        (OnDaysOff.NEXT, ["03-09 07:00", "03-16 07:00"]),
        (OnDaysOff.SKIP, []),
    ],
)
def test_on_days_off(session: Session, on_days_off: OnDaysOff, expected: list[str]) -> None:
    row = recurs(session, "FREQ=WEEKLY;BYDAY=SA", on_days_off=on_days_off.value)
    assert coming(session, row, 2) == expected


def test_it_ends(session: Session) -> None:
    row = recurs(session, "FREQ=DAILY", ends_on=date(2026, 3, 4))
    assert coming(session, row, 9) == ["03-03 07:00", "03-04 07:00"]


def test_it_opens_once_and_plans_the_next(session: Session, kim: Agent, clock: SetClock) -> None:
    row = recurs(session, "FREQ=DAILY", assignee=kim)
    plan(session, row, after=clock.now())
    session.flush()
    assert due(session, now=clock.now()) == []
    clock.advance(hours=22)
    assert due(session, now=clock.now()) == [row.id]
    made = open_due(session, row.id, by=SYSTEM, now=clock.now())
    assert made is not None
    assert (made.subject, made.source, made.assignee, made.record_type) == (
        "Test the backups",
        "schedule",
        kim,
        "request",
    )
    assert open_due(session, row.id, by=SYSTEM, now=clock.now()) is None
    assert row.next_at == datetime(2026, 3, 4, 7, tzinfo=UTC)
    opening = session.scalars(select(RecurringOpening)).one()
    assert (opening.incident_id, opening.planned_at) == (made.id, datetime(2026, 3, 3, 7, tzinfo=UTC))


def test_what_fell_due_while_the_desk_was_down_opens_once(session: Session, clock: SetClock) -> None:
    row = recurs(session, "FREQ=DAILY")
    plan(session, row, after=clock.now())
    clock.advance(days=10)
    assert open_due(session, row.id, by=SYSTEM, now=clock.now()) is not None
    session.flush()
    assert due(session, now=clock.now()) == []
    assert row.next_at > clock.now()
    assert len(session.scalars(select(Incident)).all()) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"subject": " "},
        {"text": ""},
        {"time_zone": "Mars/Olympus"},
        {"ends_on": date(2026, 1, 1)},
        {"recurrence": "FREQ=SOMETIMES"},
        {"at": "25:00"},
    ],
)
def test_what_can_not_be_is_refused(session: Session, change: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        recurs(session, **({"recurrence": "FREQ=DAILY"} | change))  # type: ignore[arg-type]


def test_who_left_gets_nothing(session: Session, kim: Agent, clock: SetClock) -> None:
    row = recurs(session, "FREQ=DAILY", assignee=kim)
    plan(session, row, after=clock.now())
    kim.active = False
    made = open_due(session, row.id, by=SYSTEM, now=clock.now() + timedelta(days=1))
    assert made is not None
    assert made.assignee is None
