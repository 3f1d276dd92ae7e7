"""Merging on the page: the search, what it will do, the button, the undo; and where everybody is led afterwards."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.incidents.incident import Incident
from helpdesk.incidents.thread import Entry, Participant, Words
from helpdesk.journal import Event
from helpdesk.letters.links import tracking_url
from helpdesk.reactions.index import index_records
from search.document import Key
from tests.web.conftest import Browser, Statements
from tests.world import World


@pytest.fixture
def twins(world: World) -> tuple[Incident, Incident]:
    """(INC-1, what goes on; INC-2, the duplicate)."""
    into = world.report("The VPN drops")
    duplicate = world.report("No tunnel at all", "My zebra tunnel is gone.", requester=world.jonas)
    world.session.commit()
    return into, duplicate


def merged(kim: Browser, **fields: object) -> None:
    answer = kim.submit("/incidents/2/merge?into=1", "/incidents/2/merge", **fields)
    assert (answer.status_code, answer.location) == (303, "/incidents/1"), answer.text


def fresh(world: World, number: int) -> Incident:
    world.session.expire_all()
    found = world.session.get_one(Incident, number)
    world.session.rollback()
    return found


def test_the_other_one_is_found_by_number_words_and_person(
    kim: Browser, world: World, app: Flask, twins: tuple[Incident, Incident]
) -> None:
    index_records(world.session, app.extensions["house"].index, [Key("incident", 1), Key("incident", 2)])
    world.report("Mine as well", requester=world.jonas)
    world.session.commit()
    assert "Merge into another" in kim.text("/incidents/2")
    assert "Mine as well" in kim.text("/incidents/2/merge")
    for text in ("INC-1", "%231", "1"):
        assert "Into INC-1" in kim.text(f"/incidents/2/merge?q={text}")
    found = kim.text("/incidents/2/merge?q=vpn")
    assert 'href="/incidents/2/merge?into=1"' in found
    assert "Nothing is found" in kim.text("/incidents/2/merge?q=giraffe")
    assert "no incident INC-99" in kim.text("/incidents/2/merge?q=99")


def test_the_preview_says_what_will_happen_and_nothing_has(kim: Browser, twins: tuple[Incident, Incident]) -> None:
    page = kim.text("/incidents/2/merge?into=1")
    for said in ("INC-2 closes as a duplicate", "Whoever answers a letter of INC-2", "It can be undone", "Jonas Berg"):
        assert said in page
    form = kim.form("/incidents/2/merge?into=1", "/incidents/2/merge")
    assert (form["copied"], form["told"]) == (["jonas@northwind.example"], [""])
    assert "No tunnel at all" in kim.text("/incidents/2")


def test_merged_it_is_read_in_the_other_one(kim: Browser, world: World, twins: tuple[Incident, Incident]) -> None:
    merged(kim)
    assert [one.address for one in fresh(world, 1).participants] == ["jonas@northwind.example"]
    page = kim.text("/incidents/1")
    assert "INC-2 goes on as INC-1." in page
    assert 'action="/incidents/2/merge/removal"' in page
    assert "My zebra tunnel is gone." in page
    assert "from INC-2</span>" in page
    assert "merged <b>INC-2</b> into this: “No tunnel at all”; jonas@northwind.example reads along" in page
    assert kim.get("/incidents/2").location == "/incidents/1?merged=2"
    assert "INC-2 was merged into this incident" in kim.text("/incidents/1?merged=2")
    assert "was merged into this incident" not in kim.text("/incidents/1?merged=1")
    assert kim.get("/incidents/2/live").headers["HX-Redirect"] == "/incidents/1?merged=2"
    assert "No tunnel at all" not in kim.text("/queue?view=all")


def test_undo_puts_it_back(kim: Browser, world: World, twins: tuple[Incident, Incident]) -> None:
    merged(kim, copied=[])
    assert fresh(world, 1).participants == []
    answer = kim.submit("/incidents/1", "/incidents/2/merge/removal")
    assert (answer.status_code, answer.location) == (303, "/incidents/2")
    page = kim.text("/incidents/2")
    assert "INC-2 is an incident of its own again" in page
    assert "My zebra tunnel is gone." in page
    assert "zebra" not in kim.text("/incidents/1")
    assert fresh(world, 2).state == "new"
    assert kim.post("/incidents/2/merge/removal").status_code == 409


def test_sent_twice_it_is_merged_once(kim: Browser, world: World, twins: tuple[Incident, Incident]) -> None:
    form = kim.form("/incidents/2/merge?into=1", "/incidents/2/merge")
    for _ in range(2):
        assert kim.send("/incidents/2/merge", form).location == "/incidents/1"
    assert len(list(world.session.scalars(select(Event).where(Event.kind == "merged")))) == 2


def test_the_requester_is_told_in_the_agents_words(
    kim: Browser, world: World, twins: tuple[Incident, Incident]
) -> None:
    merged(kim, told="We go on with **both** in one.")
    reply = world.session.scalars(select(Entry).where(Entry.kind == "reply")).one()
    assert (reply.incident_id, reply.text) == (2, "We go on with **both** in one.")
    assert "<strong>both</strong>" in kim.text("/incidents/1")


def test_what_was_typed_comes_back_with_what_is_wrong(
    kim: Browser, world: World, twins: tuple[Incident, Incident]
) -> None:
    form = kim.form("/incidents/2/merge?into=1", "/incidents/2/merge")
    wrong = kim.send("/incidents/2/merge", form, copied=["x@y.example"], told="My words")
    assert wrong.status_code == 422
    assert "x@y.example has no part in INC-2" in wrong.text
    assert "My words" in wrong.text
    into, duplicate = twins
    duplicate.merged_into_id = into.id
    world.session.commit()
    late = kim.send("/incidents/2/merge", form, told="My words")
    assert late.status_code == 409
    assert "was merged before" in late.text


def test_it_follows_what_was_merged_and_refuses_circles(
    kim: Browser, world: World, twins: tuple[Incident, Incident]
) -> None:
    third = world.report("Once more", requester=world.omar)
    world.session.commit()
    merged(kim)
    page = kim.text(f"/incidents/{third.id}/merge?into=2")
    assert "INC-2 was merged into INC-1 before, so that is where it goes" in page
    assert kim.get("/incidents/2/merge").status_code == 409
    circle = kim.text("/incidents/1/merge?into=2")
    assert "can&#39;t be merged into itself, nor into what was merged into it" in circle
    assert 'action="/incidents/1/merge"' not in circle


def test_private_work_stays_private(
    browse: Callable[[str], Browser], world: World, twins: tuple[Incident, Incident]
) -> None:
    secret = world.private_report("About my contract")
    world.session.commit()
    kim, petra = browse("kim"), browse("petra")
    assert "no incident INC-3" in kim.text("/incidents/2/merge?into=3")
    assert kim.get("/incidents/3/merge").status_code == 404
    assert "private to Personnel" in petra.text("/incidents/2/merge?into=3")
    petra.submit("/incidents/2/merge?into=1", "/incidents/2/merge")
    fresh(world, 1).team = world.personnel
    world.session.commit()
    for path in ("/incidents/2", "/incidents/1", "/entries/2/text"):
        assert kim.get(path).status_code == 404
    assert kim.post("/incidents/2/merge/removal").status_code == 404
    assert petra.get("/entries/2/text").status_code == 200
    assert secret.subject in petra.text("/queue")


def test_nothing_but_agents_merge(browse: Callable[[str], Browser], twins: tuple[Incident, Incident]) -> None:
    stranger = browse("")
    assert stranger.get("/incidents/2/merge").status_code == 302
    assert stranger.client.post("/incidents/2/merge").status_code in (302, 400)


def test_a_chain_costs_no_statement_more(
    kim: Browser, world: World, twins: tuple[Incident, Incident], statements: Statements
) -> None:
    merged(kim)
    kim.text("/incidents/1")
    with statements as said:
        kim.text("/incidents/1")
    once = len(said)
    for _ in range(5):
        more = world.report("Again", requester=world.omar)
        world.session.commit()
        kim.submit(f"/incidents/{more.id}/merge?into=1", f"/incidents/{more.id}/merge")
    kim.text("/incidents/1")
    said.clear()
    with statements:
        page = kim.text("/incidents/1")
    assert page.count('<article class="entry') == 7
    assert len(said) <= once


def test_the_requester_of_the_duplicate_goes_on_reading_their_own(
    browse: Callable[[str], Browser], kim: Browser, world: World, twins: tuple[Incident, Incident], app: Flask
) -> None:
    into, duplicate = twins
    merged(kim)
    key = app.extensions["house"].signing_key
    path = tracking_url("", key, duplicate.id, duplicate.requester_id)
    stranger = browse("")
    page = stranger.text(path)
    assert "My zebra tunnel is gone." in page
    assert "Received" in page  # as far as the work on INC-1 is
    assert "restarted twice" not in page  # Mia's words
    answer = stranger.submit(path, f"{path}/messages#thread-end", text="Any news?")
    assert answer.status_code == 303
    written = world.session.scalars(select(Entry).where(Entry.text == "Any news?")).one()
    assert written.incident_id == into.id
    assert "Any news?" in stranger.text(path)
    other = stranger.text(tracking_url("", key, into.id, into.requester_id))
    assert "zebra" not in other


def test_ones_own_second_report_leads_to_the_first(
    browse: Callable[[str], Browser], kim: Browser, world: World, app: Flask
) -> None:
    world.report("First")
    second = world.report("Second")
    world.session.commit()
    merged(kim)
    key = app.extensions["house"].signing_key
    answer = browse("").get(tracking_url("", key, second.id, second.requester_id))
    assert answer.location == tracking_url("", key, 1, second.requester_id)


def test_a_third_party_is_not_offered(kim: Browser, world: World, twins: tuple[Incident, Incident]) -> None:
    _, duplicate = twins
    duplicate.participants.append(Participant(address="vendor@x.example", role="third_party", added_at=world.at))
    duplicate.note(Words(text="Asked the vendor"), by=world.kim.actor(), at=world.at)
    world.session.commit()
    assert "vendor@x.example" not in kim.text("/incidents/2/merge?into=1")
