"""Whose incident it is can be changed, and what a forwarded mail assumed can be taken back."""

from helpdesk.incidents.incident import Incident
from helpdesk.incidents.thread import Words
from helpdesk.journal import EventKind, history
from tests.web.conftest import Browser
from tests.world import World


def fresh(world: World, incident: Incident) -> Incident:
    world.session.rollback()
    return world.session.get_one(Incident, incident.id, populate_existing=True)


def test_an_incident_goes_to_somebody_else(kim: Browser, world: World) -> None:
    incident = world.report()
    world.session.commit()
    page = f"/incidents/{incident.id}/requester"
    assert page in kim.text(f"/incidents/{incident.id}")
    answer = kim.submit(page, page, address="jonas@northwind.example")
    assert answer.status_code == 303
    assert fresh(world, incident).requester.name == "Jonas Berg"
    event = history(world.session, "incident", incident.id)[-1]
    assert (event.kind, event.data["before"]["name"]) == (EventKind.REQUESTER_CHANGED, "Mia Tanaka")
    shown = kim.text(f"/incidents/{incident.id}")
    assert "Jonas Berg" in shown


def test_also_to_somebody_new(kim: Browser, world: World) -> None:
    incident = world.report()
    world.session.commit()
    page = f"/incidents/{incident.id}/requester"
    kim.submit(page, page, address="New@Else.example", name="Nora New")
    found = fresh(world, incident).requester
    assert (found.address, found.name) == ("new@else.example", "Nora New")


def test_nobody_is_not_a_requester(kim: Browser, world: World) -> None:
    incident = world.report()
    world.session.commit()
    page = f"/incidents/{incident.id}/requester"
    answer = kim.submit(page, page, address="nobody")
    assert (answer.status_code, "is not a mail address" in answer.text) == (422, True)
    assert fresh(world, incident).requester.name == "Mia Tanaka"


def test_a_forward_is_taken_back(kim: Browser, world: World) -> None:
    words = Words(text="There is smoke.", features={"forwarded_by": "Kim Novak <kim@northwind.example>"})
    incident = world.report(requester=world.mia, words=words)
    world.session.commit()
    page, undo = f"/incidents/{incident.id}", f"/incidents/{incident.id}/forward/undo"
    answer = kim.submit(page, undo)
    assert answer.status_code == 303
    assert fresh(world, incident).requester.address == "kim@northwind.example"


def test_only_what_was_forwarded(kim: Browser, world: World) -> None:
    incident = world.report()
    world.session.commit()
    answer = kim.post(f"/incidents/{incident.id}/forward/undo")
    assert (answer.status_code, "was not opened by a forwarded mail" in answer.text) == (409, True)
    assert fresh(world, incident).requester.name == "Mia Tanaka"


def test_nobody_changes_what_they_may_not_see(kim: Browser, world: World) -> None:
    incident = world.private_report()
    world.session.commit()
    for path in ("requester", "forward/undo"):
        assert kim.post(f"/incidents/{incident.id}/{path}", address="kim@northwind.example").status_code == 404
