"""Logging an incident for somebody on the phone."""

from collections.abc import Callable
from io import BytesIO

from sqlalchemy import select

from helpdesk.incidents.incident import Incident
from tests.web.conftest import Browser, form_in
from tests.world import World

SAID = {"address": "New.Person@Elsewhere.Example", "name": "New Person", "subject": "No sound", "text": "Since noon"}


def incidents(world: World) -> list[Incident]:
    world.session.expire_all()
    return list(world.session.scalars(select(Incident)))


def test_it_becomes_an_incident_of_that_person(kim: Browser, world: World) -> None:
    more = {
        "service": str(world.vpn.id),
        "category": str(world.access.id),
        "impact": "2",
        "urgency": "1",
        "reason": "A team",
    }
    answer = kim.submit("/incidents/new", "/incidents", **SAID, **more, files=[(BytesIO(b"x"), "shot.png")])
    assert (answer.status_code, answer.location) == (303, "/incidents/1")
    made = incidents(world)[0]
    assert (made.requester.name, made.requester.address) == ("New Person", "new.person@elsewhere.example")
    assert (made.source, made.priority, made.team, made.category) == ("agent", 2, world.network, world.access)
    assert [one.filename for one in made.entries[0].attachments] == ["shot.png"]
    page = kim.text("/incidents/1")
    assert "by phone" in page
    assert "<strong>New Person</strong>" in page
    assert "logged by Kim Novak" in page


def test_a_known_person_keeps_their_name(kim: Browser, world: World) -> None:
    kim.submit("/incidents/new", "/incidents", **{**SAID, "address": "mia@northwind.example"})
    assert incidents(world)[0].requester.name == "Mia Tanaka"


def test_a_mistake_keeps_everything_files_too(kim: Browser, world: World) -> None:
    wrong = {**SAID, "address": "no address", "impact": "1", "reason": "All", "files": [(BytesIO(b"x"), "shot.png")]}
    answer = kim.submit("/incidents/new", "/incidents", **wrong)
    assert answer.status_code == 422
    assert "is not a mail address" in answer.text
    assert "Since noon" in answer.text
    assert incidents(world) == []
    kim.send("/incidents", form_in(answer.text, "/incidents"), address="mia@northwind.example")
    made = incidents(world)[0]
    assert (made.impact, made.entries[0].attachments[0].filename) == (1, "shot.png")


def test_what_is_missing_is_named(kim: Browser, world: World) -> None:
    answer = kim.submit("/incidents/new", "/incidents")
    assert answer.status_code == 422
    for said in ("Give the address", "Say in one line", "Write down what happened"):
        assert said in answer.text


def test_sent_twice_it_is_logged_once(kim: Browser, world: World) -> None:
    form = kim.form("/incidents/new", "/incidents")
    first, second = (kim.send("/incidents", form, **SAID) for _ in range(2))
    assert first.location == second.location == "/incidents/1"
    assert len(incidents(world)) == 1


def test_strangers_log_nothing(browse: Callable[[str], Browser], world: World) -> None:
    assert browse("").get("/incidents/new").location == "/sign-in?next=/incidents/new"
    assert browse("").client.post("/incidents", data=SAID).status_code == 400
    assert incidents(world) == []
