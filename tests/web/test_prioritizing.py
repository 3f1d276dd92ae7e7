"""The proposal beside the form, taking it over, the settings of the matrix, and what agents decided against it."""

from collections.abc import Callable

import pytest

from helpdesk.incidents.incident import Incident
from helpdesk.incidents.priority import PriorityPolicy
from helpdesk.journal import EventKind, history
from helpdesk.policies import policy
from tests.web.conftest import Browser
from tests.world import World

SETTINGS = "/settings/priority"


@pytest.fixture
def ada(browse: Callable[[str], Browser]) -> Browser:
    return browse("ada")


def fresh(world: World, incident: Incident) -> Incident:
    world.session.rollback()
    world.session.expire_all()
    return incident


def test_evidence_stands_beside_the_form_and_an_override_needs_a_reason(kim: Browser, world: World) -> None:
    world.vpn.criticality = 1
    incident = world.report(service=world.vpn)
    world.session.commit()
    page = f"/incidents/{incident.id}/priority"
    assert "VPN is vital: medium from 3 people on, high from 20." in kim.text(page)
    answer = kim.submit(page, page, impact="1")
    assert (answer.status_code, "Say why, since the desk proposes otherwise" in answer.text) == (422, True)
    assert kim.submit(page, page, impact="1", reason="<b>The whole site</b>").status_code == 303
    assert (fresh(world, incident).impact, incident.is_overridden) == (1, True)
    shown = kim.text(f"/incidents/{incident.id}")
    assert "Otherwise than proposed, by Kim Novak: &lt;b&gt;The whole site&lt;/b&gt;" in shown
    assert "Proposed now" not in shown


def test_counted_people_change_the_priority_by_themselves(kim: Browser, world: World) -> None:
    incident = world.report(service=world.vpn)
    world.session.commit()
    page = f"/incidents/{incident.id}/priority"
    assert kim.submit(page, page, people="25").status_code == 303
    assert (fresh(world, incident).affected_people, incident.impact, incident.is_overridden) == (25, 1, False)
    kinds = [event.kind for event in history(world.session, "incident", incident.id)]
    assert kinds == [EventKind.OPENED, EventKind.AFFECTED, EventKind.PRIORITIZED]
    assert "counted <b>25</b> affected" in kim.text(f"/incidents/{incident.id}")
    assert kim.submit(page, page, people="0").status_code == 422


def test_a_proposal_that_changed_is_shown_and_taken_over(kim: Browser, world: World) -> None:
    incident = world.report()
    world.mia.is_vip = True
    world.session.commit()
    page = f"/incidents/{incident.id}"
    assert "Proposed now: Medium impact, P3" in kim.text(page)
    assert kim.submit(page, f"{page}/priority/proposal").status_code == 303
    assert (fresh(world, incident).impact, incident.priority) == (2, 3)
    assert "Proposed now" not in kim.text(page)


def test_fewer_people_than_reported_it_are_refused(kim: Browser, world: World) -> None:
    from helpdesk.incidents.merge import merge

    incident, other = world.report(), world.report(requester=world.omar)
    merge(world.session, other, incident, by=world.kim.actor(), at=world.at)
    world.session.commit()
    page = f"/incidents/{incident.id}/priority"
    answer = kim.submit(page, page, people="1")
    assert (answer.status_code, "2 people reported it themselves" in answer.text) == (422, True)


def test_a_request_is_marked_and_found_in_the_queue(kim: Browser, world: World) -> None:
    broken, wanted = world.report("No tunnel"), world.report("A second screen")
    world.session.commit()
    page = f"/incidents/{wanted.id}/category"
    assert kim.submit(page, page, record_type="request").status_code == 303
    assert fresh(world, wanted).record_type == "request"
    found = kim.text("/queue?record_type=request")
    assert ("A second screen" in found, broken.subject in found, '<span class="tag">Request</span>' in found) == (
        True,
        False,
        True,
    )
    assert "A second screen" not in kim.text("/queue?record_type=incident")
    assert "made it a <b>request</b>" in kim.text(f"/incidents/{wanted.id}")


def test_the_matrix_is_tried_saved_applied_and_set_back(ada: Browser, world: World) -> None:
    incident = world.report()
    world.private_report()
    world.session.commit()
    tried = ada.submit(SETTINGS, f"{SETTINGS}/preview", cell_3_2="1")
    assert (tried.status_code, "<b>1 of 1</b>" in tried.text) == (200, True)
    assert policy(world.session, PriorityPolicy) == PriorityPolicy()
    assert ada.submit(SETTINGS, SETTINGS, cell_3_2="1", impact_3="One of us").status_code == 303
    page = ada.text(SETTINGS)
    assert "1 open incident goes by the matrix as it was" in page
    assert fresh(world, incident).priority == 4
    assert ada.submit(SETTINGS, f"{SETTINGS}/open").status_code == 303
    assert fresh(world, incident).priority == 1
    assert "as it was" not in ada.text(SETTINGS)
    assert "One of us" in ada.text(f"/incidents/{incident.id}")
    assert ada.submit(SETTINGS, f"{SETTINGS}/reset").status_code == 303
    world.session.rollback()
    assert policy(world.session, PriorityPolicy) == PriorityPolicy()


def test_a_matrix_that_makes_no_sense_is_not_saved(ada: Browser, world: World) -> None:
    for wrong, said in (
        ({"medium_1": "30", "high_1": "20"}, "at least as many people"),
        ({"cell_1_1": "9"}, "Not a valid choice"),
        ({"impact_1": " "}, "Give a name"),
        ({"high_2": "many"}, "Give a number of people"),
    ):
        for where in (SETTINGS, f"{SETTINGS}/preview"):
            answer = ada.submit(SETTINGS, where, **wrong)
            assert (answer.status_code, said in answer.text) == (422, True), wrong
    assert policy(world.session, PriorityPolicy) == PriorityPolicy()


def test_overrides_are_counted_with_their_reasons(ada: Browser, world: World) -> None:
    incident, secret = world.report(), world.private_report()
    incident.prioritize(1, 2, by=world.kim.actor(), at=world.at, reason="Many calls")
    secret.prioritize(1, 2, by=world.petra.actor(), at=world.at, reason="Very secret")
    world.session.commit()
    page = ada.text(f"{SETTINGS}?days=90")
    assert ("Many calls" in page, "Raised" in page, "Very secret" in page) == (True, True, False)


def test_the_matrix_is_the_administrators(kim: Browser, world: World) -> None:
    assert kim.get(SETTINGS).status_code == 403
    for where in ("", "/preview", "/open", "/reset"):
        assert kim.post(f"{SETTINGS}{where}").status_code == 403
