"""The pages of the states: named, put in order, limited, retired, tied by moves; and when an incident is closed."""

from collections.abc import Callable

import pytest

from helpdesk.incidents.lifecycle import State
from helpdesk.incidents.status_table import add_status, laid, may_follow
from helpdesk.incidents.statuses import Status, default_status, statuses
from helpdesk.policies import LifecyclePolicy, policy
from tests.web.conftest import Browser
from tests.world import World

PAGE = "/settings/states"


@pytest.fixture
def ada(browse: Callable[[str], Browser]) -> Browser:
    return browse("ada")


@pytest.fixture
def own(world: World) -> Status:
    made = add_status(world.session, State.PENDING_OTHER, "Waiting for supplier")
    world.session.commit()
    return made


def names(world: World, state: State) -> list[str]:
    world.session.expire_all()
    found = [one.name for one in statuses(world.session) if one.state == state.value and one.retired_at is None]
    world.session.rollback()
    return found


def test_the_built_in_names_become_the_sites(ada: Browser, world: World) -> None:
    assert "The requester reads “Received”" in ada.text(PAGE)
    assert statuses(world.session) == ()
    world.session.rollback()
    ada.submit(PAGE, f"{PAGE}/names")
    assert names(world, State.OPEN) == ["Open"]
    (first,) = [one for one in statuses(world.session) if one.state == "open"]
    address = f"{PAGE}/{first.id}"
    world.session.rollback()
    assert ada.submit(address, address, name="In hand", requester_wording="We are on it").status_code == 303
    assert names(world, State.OPEN) == ["In hand"]
    assert "We are on it" in ada.text(PAGE)


def test_a_status_is_added_and_may_not_be_there_twice(ada: Browser, world: World) -> None:
    given = {"state": "pending_other", "name": "Handed to workshop", "requester_wording": "In our workshop"}
    assert ada.submit(PAGE, PAGE, **given).status_code == 303
    assert names(world, State.PENDING_OTHER) == ["Waiting for others", "Handed to workshop"]
    again = ada.submit(PAGE, PAGE, **given | {"name": "handed TO workshop"})
    assert again.status_code == 422
    assert "There is a status “handed TO workshop” already" in again.text
    assert ada.submit(PAGE, PAGE, **given | {"name": "x" * 61}).status_code == 422
    assert ada.submit(PAGE, PAGE, **given | {"state": "elsewhere", "name": "y"}).status_code == 422


def test_what_it_demands_is_kept(ada: Browser, world: World, own: Status) -> None:
    address = f"{PAGE}/{own.id}"
    given = {"required": ["service", "cause_chosen"], "roles": ["lead"], "pauses": "no"}
    assert ada.submit(address, address, **given).status_code == 303
    world.session.expire_all()
    assert (own.required, own.roles, own.pauses) == (["service", "cause_chosen"], ["lead"], False)
    page = ada.text(PAGE)
    for said in ("Needs fields", "lead only", "Clocks go on"):
        assert said in page
    assert ada.submit(address, address, required=["everything"]).status_code == 422


def test_order_default_and_retirement(ada: Browser, world: World, own: Status) -> None:
    other = default_status(world.session, State.PENDING_OTHER)
    assert other is not None
    number, builtin = own.id, other.id
    world.session.rollback()
    ada.submit(PAGE, f"{PAGE}/{number}/up")
    assert names(world, State.PENDING_OTHER) == ["Waiting for supplier", "Waiting for others"]
    refused = ada.post(f"{PAGE}/{builtin}/retirement")
    assert refused.status_code == 303
    assert "Make another one that first" in ada.text(PAGE)
    ada.submit(f"{PAGE}/{number}", f"{PAGE}/{number}/default")
    ada.submit(f"{PAGE}/{builtin}", f"{PAGE}/{builtin}/retirement")
    assert names(world, State.PENDING_OTHER) == ["Waiting for supplier"]
    assert "Retired" in ada.text(PAGE)
    ada.submit(PAGE, f"{PAGE}/{builtin}/return")
    assert names(world, State.PENDING_OTHER) == ["Waiting for supplier", "Waiting for others"]


def test_the_table_of_moves(ada: Browser, world: World, own: Status) -> None:
    (new, opened) = (default_status(world.session, state) for state in (State.NEW, State.OPEN))
    assert new is not None
    assert opened is not None
    moves = [f"{one.id}-{to.id}" for to in laid(world.session) for one in laid(world.session) if may_follow(to, one)]
    forbidden, impossible = f"{new.id}-{own.id}", f"{opened.id}-{new.id}"
    world.session.rollback()
    page = ada.text(f"{PAGE}/moves")
    assert f'value="{forbidden}" checked' in page
    assert f'value="{impossible}"' not in page
    left = [one for one in moves if one != forbidden]
    assert ada.submit(f"{PAGE}/moves", f"{PAGE}/moves", move=[*left, impossible]).status_code == 303
    world.session.expire_all()
    assert not may_follow(own, new)
    assert may_follow(own, opened)
    assert not may_follow(new, opened)
    world.session.rollback()
    nothing = ada.submit(f"{PAGE}/moves", f"{PAGE}/moves", move=[])
    assert nothing.status_code == 422
    assert "could not be entered from anywhere" in nothing.text


def test_a_dead_end_is_told(ada: Browser, world: World, own: Status) -> None:
    for one in statuses(world.session):
        if one is not own and one.state != State.NEW.value:
            one.entered_from = [other.id for other in statuses(world.session) if other is not own]
    world.session.commit()
    assert "No move leads out of “Waiting for supplier”" in ada.text(PAGE)


def test_when_an_incident_is_closed(ada: Browser, world: World) -> None:
    page = ada.text(PAGE)
    assert "/settings/mail#reopen_days" in page
    assert ada.submit(PAGE, f"{PAGE}/policy", auto_close_working_days="10").status_code == 303
    assert policy(world.session, LifecyclePolicy).auto_close_working_days == 10
    wrong = ada.submit(PAGE, f"{PAGE}/policy", auto_close_working_days="-1")
    assert wrong.status_code == 422
    assert "from 0 to 365" in wrong.text


def test_only_administrators_change_states(kim: Browser, world: World, own: Status) -> None:
    for address in (PAGE, f"{PAGE}/moves", f"{PAGE}/{own.id}"):
        assert kim.get(address).status_code == 403
    for address in (
        PAGE,
        f"{PAGE}/moves",
        f"{PAGE}/policy",
        f"{PAGE}/names",
        f"{PAGE}/{own.id}",
        f"{PAGE}/{own.id}/up",
    ):
        assert kim.post(address).status_code == 403
    assert names(world, State.PENDING_OTHER) == ["Waiting for others", "Waiting for supplier"]
