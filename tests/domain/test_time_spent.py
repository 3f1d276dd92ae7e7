"""Time spent: read from what people type, summed, crossed out and counted again."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.errors import Invalid, NotAllowed
from helpdesk.incidents.time_spent import (
    MINUTES_MAX,
    DaySum,
    in_hours,
    minutes_by_day,
    minutes_in,
    remove_time,
    restore_time,
    spend,
    time_of,
)
from helpdesk.incidents.working import work_on
from tests.domain.conftest import START
from tests.world import build_world


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [("25", 25), (" 90m ", 90), ("1h 30m", 90), ("1:05", 65), ("1.5 h", 90), ("0,25h", 15), ("2h", 120), ("24h", 1440)],
)
def test_what_people_type(typed: str, minutes: int) -> None:
    assert minutes_in(typed) == minutes


@pytest.mark.parametrize("typed", ["", "0", "-5", "25h", "1:75", "1h 30", "soon", "1e2", "٣", "99999", "1.2.3h"])
def test_what_is_no_time(typed: str) -> None:
    if typed == "1h 30":
        assert minutes_in(typed) == 90
        return
    with pytest.raises(Invalid):
        minutes_in(typed)


@given(st.integers(1, MINUTES_MAX))
def test_what_is_shown_can_be_typed(minutes: int) -> None:
    assert minutes_in(in_hours(minutes)) == minutes


def test_minutes_are_summed_by_agent_and_day_and_crossed_out(session) -> None:
    world = build_world(session, at=START)
    incident, today = world.report(), START.date()
    for agent, minutes in ((world.kim, 20), (world.sam, 45), (world.kim, 10)):
        row = spend(incident, minutes, "Looked", agent=agent, by=agent.actor(), at=world.at)
    assert work_on(session, incident, now=world.at).minutes == (
        (world.sam.id, "Sam Okafor", 45),
        (world.kim.id, "Kim Novak", 30),
    )
    with pytest.raises(NotAllowed):
        remove_time(row, by=world.sam.actor(), at=world.at)
    assert remove_time(row, by=world.ada.actor(), at=world.at)
    assert not remove_time(row, by=world.kim.actor(), at=world.at)
    kims = DaySum(today, world.kim.id, incident.id, 20)
    assert minutes_by_day(session, today, today) == [kims, DaySum(today, world.sam.id, incident.id, 45)]
    assert restore_time(row, by=world.kim.actor(), at=world.at)
    assert sum(one.minutes for one in time_of(session, incident)) == 75


def test_a_day_has_24_hours_and_has_begun(session) -> None:
    world = build_world(session, at=START)
    incident = world.report()
    spend(incident, MINUTES_MAX - 10, agent=world.kim, by=world.kim.actor(), at=world.at)
    with pytest.raises(Invalid, match="24 hours"):
        spend(incident, 11, agent=world.kim, by=world.kim.actor(), at=world.at)
    with pytest.raises(Invalid, match="to come"):
        spend(incident, 5, agent=world.kim, by=world.kim.actor(), at=world.at, day=START.date() + timedelta(days=2))
    spend(incident, 11, agent=world.kim, by=world.kim.actor(), at=world.at, day=date(2026, 2, 27))
