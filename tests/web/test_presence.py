"""Who looks at an incident and who writes there: told to those who may see it, and forgotten by itself."""

from collections.abc import Callable

import pytest
from flask import Flask

from helpdesk.incidents.incident import Incident
from helpdesk.incidents.presence import HERE_SECONDS, WRITING_SECONDS, Presence
from helpdesk.incidents.reply_drafts import ReplyDraft
from helpdesk.journal import Event
from tests.web.conftest import Browser, Statements
from tests.world import World


@pytest.fixture
def incident(world: World) -> int:
    number = world.report().id
    world.session.commit()
    return number


def beat(browser: Browser, number: int, token: str = "", **fields: str) -> str:
    page = f"/incidents/{number}"
    token = token or browser.form(page, f"{page}/replies")["csrf_token"][0]
    answer = browser.client.post(f"{page}/presence", data={"csrf_token": token, **fields})
    return answer.text if answer.status_code == 200 else str(answer.status_code)


def passes(app: Flask, seconds: float) -> None:
    app.extensions["house"].clock.advance(seconds=seconds)


def test_colleagues_are_told_and_oneself_is_not(browse: Callable[[str], Browser], incident: int) -> None:
    assert 'data-said=""' in beat(browse("kim"), incident, writing="1")
    assert 'data-said="Kim Novak is writing."' in beat(browse("sam"), incident)
    assert 'data-said="Sam Okafor is here."' in beat(browse("kim"), incident)
    said = beat(browse("ada"), incident)
    assert 'data-said="Kim Novak is writing. Sam Okafor is here too."' in said
    assert 'data-writing="Kim Novak"' in said


def test_it_ends_by_itself(app: Flask, browse: Callable[[str], Browser], world: World, incident: int) -> None:
    kim, sam = browse("kim"), browse("sam")
    beat(kim, incident, writing="1")
    passes(app, WRITING_SECONDS)
    assert "Kim Novak is here." in beat(sam, incident)
    passes(app, HERE_SECONDS)
    assert 'data-said=""' in beat(sam, incident)
    passes(app, 2 * 3600)
    beat(browse("ada"), incident)
    assert [one.agent_id for one in world.session.query(Presence)] == [world.ada.id]


def test_whoever_leaves_or_sends_is_told_no_more(browse: Callable[[str], Browser], incident: int) -> None:
    kim, sam = browse("kim"), browse("sam")
    beat(kim, incident, writing="1")
    kim.submit(f"/incidents/{incident}", f"/incidents/{incident}/notes", kind="note", text="Done")
    assert "Kim Novak is here." in beat(sam, incident)
    assert beat(kim, incident, gone="1") == "204"
    assert 'data-said=""' in beat(sam, incident)


def test_nobody_hears_of_what_they_may_not_see(browse: Callable[[str], Browser], world: World, incident: int) -> None:
    secret = world.private_report().id
    world.session.commit()
    petra, kim = browse("petra"), browse("kim")
    token = kim.form(f"/incidents/{incident}", f"/incidents/{incident}/replies")["csrf_token"][0]
    beat(petra, secret, writing="1")
    assert beat(kim, secret, token) == "404"
    assert beat(kim, secret, token, gone="1") == "404"
    assert beat(kim, 99999, token) == "404"
    assert "Petra" not in kim.text("/queue?view=all")
    assert [one.incident_id for one in world.session.query(Presence)] == [secret]


def test_the_queue_shows_colleagues_and_ones_own_drafts(
    app: Flask, browse: Callable[[str], Browser], world: World, incident: int
) -> None:
    beat(browse("kim"), incident, writing="1")
    world.session.add(
        ReplyDraft(agent_id=world.kim.id, incident_id=incident, kind="note", text="Half", changed_at=world.at)
    )
    world.session.commit()
    sam, kim = browse("sam").text("/queue?view=open"), browse("kim").text("/queue?view=open")
    assert "Kim Novak is writing" in sam
    assert "You have a draft here" not in sam
    assert "Kim Novak is writing" not in kim
    assert "You have a draft here" in kim
    passes(app, HERE_SECONDS + 1)
    assert "Kim Novak</span>" not in browse("sam").text("/queue/rows?view=open")


def test_it_is_cheap_and_no_event(
    browse: Callable[[str], Browser], world: World, incident: int, statements: Statements
) -> None:
    kim = browse("kim")
    before = world.session.query(Event).count(), world.session.get_one(Incident, incident).version
    token = kim.form(f"/incidents/{incident}", f"/incidents/{incident}/replies")["csrf_token"][0]
    beat(kim, incident, token)
    with statements as said:
        beat(kim, incident, token)
    assert len(said) <= 7, "\n".join(said)
    world.session.expire_all()
    assert (world.session.query(Event).count(), world.session.get_one(Incident, incident).version) == before


def test_strangers_and_forgers_are_turned_away(app: Flask, browse: Callable[[str], Browser], incident: int) -> None:
    assert browse("").client.post(f"/incidents/{incident}/presence").status_code in (302, 400)
    assert browse("kim").client.post(f"/incidents/{incident}/presence").status_code == 400
