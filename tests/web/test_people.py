"""People and organizations: finding them, putting right what is known, and what follows for their incidents."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from helpdesk.people.organization import Organization
from helpdesk.people.requester import Requester, known_requester
from tests.web.conftest import Browser
from tests.world import START, World

SETTINGS = "/settings/organizations"


@pytest.fixture
def ada(browse: Callable[[str], Browser]) -> Browser:
    return browse("ada")


@pytest.fixture
def acme(world: World) -> Organization:
    made = Organization(name="Acme", domains=["acme.example"], created_at=START)
    world.session.add(made)
    world.session.commit()
    return made


def fresh(world: World) -> World:
    world.session.rollback()
    world.session.expire_all()
    return world


def test_people_are_found_by_name_address_and_organization(kim: Browser, world: World, acme: Organization) -> None:
    world.mia.organization, world.omar.is_vip = acme, True
    world.report()
    world.session.commit()
    assert "Mia Tanaka" in kim.text("/people")
    for asked, is_mia in (
        ("q=TANA", True),
        ("q=mia%40", True),
        ("q=%25", False),
        ("organization=1", True),
        ("vip=1", False),
    ):
        assert ("/people/1" in kim.text(f"/people?{asked}")) is is_mia, asked
    for odd in ("organization=x", "after=x", "after=99999999999999999999999", "vip=maybe"):
        assert kim.get(f"/people?{odd}").status_code == 200


def test_many_people_are_turned_over_once_each(kim: Browser, world: World) -> None:
    for number in range(60):
        known_requester(world.session, f"n{number}@x.example", f"Same Name {number % 2}", at=START)
    world.session.commit()
    first = kim.text("/people?q=Same")
    follow = first.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    second = kim.text(follow)
    ids = [{int(part.partition('"')[0]) for part in page.split('data-row="/people/')[1:]} for page in (first, second)]
    assert (len(ids[0]), len(ids[1]), ids[0] & ids[1], 'rel="next"' in second) == (50, 10, set(), False)


def test_a_person_moves_and_their_open_incident_says_so(kim: Browser, world: World, acme: Organization) -> None:
    incident = world.report()
    world.session.commit()
    page = f"/people/{world.mia.id}"
    assert incident.subject in kim.text(page)
    sent = {"name": "Mia T.", "organization": str(acme.id), "is_vip": "y"}
    assert kim.submit(page, page, **sent).status_code == 303
    mia = fresh(world).mia
    assert (mia.name, mia.organization, mia.is_vip) == ("Mia T.", acme, True)
    shown = kim.text(f"/incidents/{incident.id}")
    assert "said that Mia Tanaka belongs to <b>Acme</b>" in shown
    assert "Mia T." in kim.text(f"/organizations/{acme.id}")
    assert kim.submit(page, page, organization="99").status_code == 422


def test_what_a_private_team_works_on_is_not_on_its_requesters_page(
    browse: Callable[[str], Browser], world: World
) -> None:
    world.private_report("My contract")
    world.session.commit()
    page = f"/people/{world.eva.id}"
    assert "My contract" not in browse("kim").text(page)
    assert "My contract" in browse("petra").text(page)
    row = browse("kim").text("/people?q=eva").partition('data-row="/people/')[2]
    assert 'data-label="Open"></td>' in row


def test_an_organization_is_made_changed_merged_and_retired(ada: Browser, world: World, acme: Organization) -> None:
    sent = {"name": "North", "domains": "north.example, @South.example", "note": "By phone first", "is_vip": "y"}
    assert ada.submit(f"{SETTINGS}/new", SETTINGS, **sent).status_code == 303
    north = fresh(world).session.scalars(select(Organization).where(Organization.name == "North")).one()
    assert (list(north.domains), north.is_vip, north.note) == (
        ["north.example", "south.example"],
        True,
        "By phone first",
    )
    world.mia.organization = north
    world.session.commit()
    page = f"{SETTINGS}/{north.id}"
    assert ada.submit(page, page, domains="north.example").status_code == 303
    assert ada.submit(page, f"{page}/merge", into=str(acme.id)).status_code == 303
    fresh(world)
    assert (world.mia.organization, list(acme.domains), north.retired_at is not None) == (
        acme, ["acme.example", "north.example"], True,
    )  # fmt: skip
    assert "Not in use" in ada.text(SETTINGS)


def test_domains_that_say_nothing_are_refused_with_the_reason(ada: Browser, world: World, acme: Organization) -> None:
    for wrong, said in (
        ({"name": "X", "domains": "gmail.com"}, "Anybody can have an address at gmail.com"),
        ({"name": "X", "domains": "nothing"}, "is not a mail domain"),
        ({"name": "X", "domains": "acme.example"}, "belongs to Acme"),
        ({"name": "ACME", "domains": ""}, "There is Acme already"),
        ({"name": " ", "domains": ""}, "Name the organization"),
    ):
        answer = ada.submit(f"{SETTINGS}/new", SETTINGS, **wrong)
        assert (answer.status_code, said in answer.text) == (422, True), wrong
    assert fresh(world).session.scalars(select(Organization.name)).all() == ["Acme"]


def test_settings_are_the_administrators_and_people_are_not_for_strangers(
    browse: Callable[[str], Browser], world: World, acme: Organization
) -> None:
    kim, stranger = browse("kim"), browse("")
    for path in (SETTINGS, f"{SETTINGS}/new", f"{SETTINGS}/{acme.id}"):
        assert kim.get(path).status_code == 403
    assert kim.post(f"{SETTINGS}/{acme.id}/merge", into="1").status_code == 403
    for path in ("/people", "/people/1", f"/organizations/{acme.id}"):
        assert stranger.get(path).status_code == 302
    assert kim.get("/people/99999").status_code == kim.get("/organizations/99999").status_code == 404
    assert world.session.get_one(Requester, 1).organization is None
