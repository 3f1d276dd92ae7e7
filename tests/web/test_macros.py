"""Macros: whose they are, what they do on one incident and on many, and that they say so when something is gone."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import delete

from helpdesk.incidents.incident import Incident
from helpdesk.incidents.macros import Macro
from helpdesk.incidents.operation import Operation
from helpdesk.people.agent import Team
from tests.web.conftest import Browser
from tests.world import World


def add(browser: Browser, world: World, *, audience: str = "me", **doing: str) -> int:
    fields = doing or {"tags-add": "vpn", "note-text": "Looked at {number} of {requester}."}
    answer = browser.submit("/macros/new", "/macros", name="VPN triage", audience=audience, **fields)
    assert answer.status_code == 303, answer.text
    return max(one.id for one in world.session.query(Macro))


def run(browser: Browser, incident: int, number: int) -> str:
    answer = browser.submit(f"/incidents/{incident}/macros", f"/incidents/{incident}/macros/{number}")
    assert answer.status_code == 303
    return browser.text(answer.location.partition("#")[0])


@pytest.fixture
def incident(world: World) -> int:
    number = world.report("The VPN drops").id
    world.session.commit()
    return number


def test_it_does_all_of_it_and_is_undone(kim: Browser, world: World, incident: int) -> None:
    number = add(kim, world)
    page = run(kim, incident, number)
    assert f"Looked at INC-{incident} of {world.mia.name}." in page
    assert re.search(r"VPN triage: .*noted", page)
    [made] = world.session.query(Operation)
    assert (made.kind, made.source_id, made.title) == ("macro", number, "VPN triage")
    assert f"/operations/{made.id}/removal" in page
    assert kim.post(f"/operations/{made.id}/removal").status_code == 303
    assert (
        "Looked at"
        not in re.sub(r"(?s).*?<div class=\"thread\"", "", kim.text(f"/incidents/{incident}"), count=1)[:200]
    )


def test_the_preview_changes_nothing(kim: Browser, world: World, incident: int) -> None:
    number = add(kim, world)
    before = world.session.get_one(Incident, incident).version
    answer = kim.submit(f"/incidents/{incident}/macros", f"/incidents/{incident}/macros/{number}/preview")
    assert answer.status_code == 200
    assert "It would do this: " in answer.text
    world.session.expire_all()
    assert world.session.get_one(Incident, incident).version == before
    assert world.session.query(Operation).count() == 0


def test_it_runs_on_many(kim: Browser, world: World, incident: int) -> None:
    other = world.report("No tunnel", requester=world.jonas).id
    world.session.commit()
    number = add(kim, world)
    page = f"/bulk?incident={incident}&incident={other}"
    preview = kim.submit(page, "/bulk/preview", macro=str(number))
    assert preview.status_code == 200, preview.text
    assert "“VPN triage” would do this" in preview.text
    from tests.web.conftest import form_in

    done = kim.send("/bulk", form_in(preview.text, "/bulk"))
    assert done.status_code == 303
    [made] = world.session.query(Operation)
    assert (made.kind, made.source_id, len(made.outcomes)) == ("macro", number, 2)
    assert f"Looked at INC-{other} of {world.jonas.name}." in kim.text(f"/incidents/{other}")


def test_one_whose_team_is_gone_says_so(kim: Browser, world: World, incident: int) -> None:
    gone = Team(name="Night shift")
    world.session.add(gone)
    world.session.commit()
    number = add(kim, world, **{"team-team": str(gone.id)})
    assert "Night shift" in kim.text(f"/incidents/{incident}/macros")
    world.session.execute(delete(Team).where(Team.id == gone.id))
    world.session.commit()
    assert "Something in it is gone" in kim.text("/macros")
    assert "can’t be chosen any more" in kim.text(f"/macros/{number}")
    listed = kim.text(f"/incidents/{incident}/macros")
    assert "can’t be chosen any more" in listed
    assert f'action="/incidents/{incident}/macros/{number}"' not in listed
    answer = kim.post(f"/incidents/{incident}/macros/{number}")
    assert "was not run" in kim.client.get(answer.location).text
    assert world.session.query(Operation).count() == 0


def test_ones_own_is_not_there_for_others(browse: Callable[[str], Browser], world: World, incident: int) -> None:
    number = add(browse("kim"), world)
    for name in ("sam", "ada"):
        assert "VPN triage" not in browse(name).text("/macros")
        assert "VPN triage" not in browse(name).text(f"/incidents/{incident}/macros")
        for path in (f"/macros/{number}", f"/macros/{number}/copy", f"/macros/{number}/removal"):
            assert browse(name).post(path).status_code == 404, path
        assert browse(name).post(f"/incidents/{incident}/macros/{number}").status_code == 404
        assert browse(name).post("/bulk/preview", macro=str(number), incidents=str(incident)).status_code == 404


def test_nobody_runs_one_where_they_see_nothing(browse: Callable[[str], Browser], world: World) -> None:
    secret = world.private_report().id
    world.session.commit()
    number = add(browse("sam"), world, audience="all")
    kim = browse("kim")
    assert kim.get(f"/incidents/{secret}/macros").status_code == 404
    assert kim.post(f"/incidents/{secret}/macros/{number}").status_code == 404
    assert kim.post(f"/incidents/{secret}/macros/{number}/preview").status_code == 404


def test_a_shared_one_is_changed_by_who_may(browse: Callable[[str], Browser], world: World) -> None:
    number = add(browse("sam"), world, audience="all")
    assert browse("kim").post(f"/macros/{number}", name="Mine").status_code == 403
    assert "Copy it to change it" in browse("kim").text(f"/macros/{number}")
    assert browse("kim").post(f"/macros/{number}/copy").status_code == 303
    assert browse("ada").submit(f"/macros/{number}", f"/macros/{number}", name="Better").status_code == 303
    form = browse("ada").form(f"/macros/{number}", f"/macros/{number}")
    assert (form["tags-add"], form["note-text"]) == (["vpn"], ["Looked at {number} of {requester}."])


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Choose at least one thing to do"),
        ({"note-text": "Dear {customer}"}, "There is no variable {customer}"),
        ({"note-text": "x", "name": ""}, "Give it a name"),
        ({"team-team": "999999"}, "Not a valid choice"),
        ({"note-text": "x", "audience": "all"}, "Not a valid choice"),
    ],
)
def test_what_can_t_be_is_told(kim: Browser, world: World, fields: dict[str, str], said: str) -> None:
    answer = kim.submit("/macros/new", "/macros", **{"name": "A macro", "audience": "me", **fields})
    assert answer.status_code == 422
    assert said in answer.text
    assert world.session.query(Macro).count() == 0
