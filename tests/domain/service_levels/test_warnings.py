"""Warnings and breaches: each once, never at night, told to whom the policy names."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from helpdesk.attachments.store import MemoryStore
from helpdesk.incidents.incident import Incident
from helpdesk.journal import Event, EventKind
from helpdesk.letters.contents import Stationery
from helpdesk.letters.delivery import Delivery
from helpdesk.letters.notices import Notice
from helpdesk.letters.wire import from_bytes
from helpdesk.proof import breaks
from helpdesk.reactions import NOTIFY, TABLE
from helpdesk.reactions.notify import notify
from helpdesk.service_levels.policy import current_policies
from helpdesk.service_levels.versions import change_policy
from helpdesk.settings import Settings
from tests.domain.service_levels.conftest import Desk


@pytest.fixture
def incident(desk: Desk) -> Incident:
    """Of priority 4: a first response within four hours, the next update within 24, restored within 32."""
    desk.at("Mon 09:00")
    return desk.world.report()


def test_each_percentage_is_told_once_and_the_breach_once(desk: Desk, incident: Incident) -> None:
    assert desk.look("Mon 10:59") == []
    assert desk.look("Mon 11:00") == ["warned first_response 50"]
    assert desk.look("Mon 11:01") == []
    assert desk.look("Mon 12:00") == ["warned first_response 75"]
    assert desk.look("Mon 13:00") == ["warned first_response 90"]  # exactly in time is in time
    assert desk.look("Mon 13:01") == ["breached first_response 100"]
    assert desk.look("Mon 16:59") == []
    assert list(breaks(desk.session)) == []


def test_of_several_that_were_passed_at_once_the_highest_is_told(desk: Desk, incident: Incident) -> None:
    assert desk.look("Mon 12:50") == ["warned first_response 90"]


def test_nothing_is_told_at_night_but_in_the_morning(desk: Desk, incident: Incident) -> None:
    desk.keep()
    assert desk.look("Mon 23:00") == []
    row = desk.due(incident)
    assert row is not None
    assert f"{row.next_look_at:%a %H:%M}" == "Tue 09:00"
    assert desk.look("Tue 09:00") == ["breached first_response 100"]


def test_a_moment_after_hours_is_still_in_time(desk: Desk, incident: Incident) -> None:
    desk.at("Mon 16:50")
    assert desk.look("Mon 17:05") == ["breached first_response 100"]


def test_another_priority_is_another_promise(desk: Desk, incident: Incident) -> None:
    assert desk.look("Mon 12:00") == ["warned first_response 75"]
    incident.prioritize(2, 2, by=desk.world.kim.actor(), at=desk.at("Mon 12:10"), reason="More people than one")
    assert desk.look("Mon 12:11") == ["breached first_response 100"]
    assert desk.look("Mon 12:12") == []


def test_every_update_is_a_promise_of_its_own(desk: Desk, incident: Incident) -> None:
    desk.at("Mon 09:30")
    desk.world.reply(incident)
    assert desk.look("Tue 14:00") == ["warned next_update 50"]
    desk.at("Tue 14:30")
    desk.world.reply(incident)
    assert desk.look("Thu 11:00") == ["warned next_update 50", "warned restoration 75", "warned resolution 50"]


def test_two_workers_that_look_at_once_tell_it_once(desk: Desk, incident: Incident) -> None:
    assert desk.look("Mon 11:00") == ["warned first_response 50"]
    row = desk.due(incident)
    assert row is not None
    row.next_look_at = desk.world.at  # as it was when the other one read it
    assert desk.look("Mon 11:00") == []


def tell(desk: Desk, kind: EventKind) -> tuple[list[str], Delivery | None, MemoryStore]:
    """Runs the reaction that writes letters for the newest event of this kind: who got one, and the last letter."""
    store = MemoryStore()
    event = desk.session.scalars(select(Event).where(Event.kind == kind.value).order_by(Event.id.desc())).first()
    assert event is not None
    assert NOTIFY in TABLE[event.kind]
    notify(desk.session, event, stationery=Stationery(Settings(), "a key", store), now=desk.world.at)
    found = list(desk.session.scalars(select(Delivery).where(Delivery.event_id == event.id).order_by(Delivery.id)))
    return [one.recipient for one in found], found[-1] if found else None, store


def test_a_warning_goes_to_whose_it_is(desk: Desk, incident: Incident) -> None:
    desk.world.assign(incident, desk.world.kim)
    desk.look("Mon 12:00")
    readers, letter, store = tell(desk, EventKind.SERVICE_LEVEL_WARNED)
    assert readers == ["kim@northwind.example"]
    assert letter is not None
    text = from_bytes(store.get(letter.raw_sha256)).get_body(("plain",)).get_content()
    assert "75 % of the time for the first response have gone by: INC-1" in text
    assert "Due: Monday, 2 March 2026, 13:00 (UTC)" in text
    assert "With: Kim Novak" in text
    [notice] = desk.session.scalars(select(Notice))
    assert notice.text == "75 % of the time for the first response have gone by"


def breached(desk: Desk, **tells: object) -> None:
    [policy] = current_policies(desk.session)
    change_policy(desk.session, policy, {"breach": tells}, at=desk.world.at - timedelta(days=1))
    desk.session.commit()


def test_a_breach_goes_to_whom_the_policy_names(desk: Desk) -> None:
    desk.at("Mon 09:00")
    breached(desk, tell=["assignee", "lead"], addresses=["duty@northwind.example"])
    incident = desk.world.report(team=desk.world.network)
    assert desk.look("Mon 14:00") == ["breached first_response 100"]
    readers, letter, _ = tell(desk, EventKind.SERVICE_LEVEL_BREACHED)
    # Nobody has taken it, so its team stands for the assignee; Sam leads it.
    assert readers == ["sam@northwind.example", "duty@northwind.example"]
    assert letter is not None
    assert incident.is_open


def test_what_is_private_is_told_to_no_address_outside(desk: Desk) -> None:
    desk.at("Mon 09:00")
    breached(desk, tell=["team"], addresses=["duty@northwind.example"])
    desk.world.private_report()
    desk.look("Mon 14:00")
    assert tell(desk, EventKind.SERVICE_LEVEL_BREACHED)[0] == ["petra@northwind.example"]


def test_nobody_is_told_once_it_is_resolved(desk: Desk, incident: Incident) -> None:
    desk.world.assign(incident, desk.world.kim)
    desk.look("Mon 14:00")
    desk.world.resolve(incident)
    assert tell(desk, EventKind.SERVICE_LEVEL_BREACHED)[0] == []
