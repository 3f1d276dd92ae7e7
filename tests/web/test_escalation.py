"""Escalating on the page, acknowledging, being told; the team's and the agent's page, and the rules."""

from collections.abc import Callable

from flask import Flask
from sqlalchemy import select

from helpdesk.incidents.escalation import Escalation
from helpdesk.incidents.escalation_rule import EscalationRule
from helpdesk.incidents.incident import Incident
from helpdesk.letters.delivery import Delivery
from helpdesk.people.agent import Agent, Team
from helpdesk.people.on_call import places_of
from helpdesk.worker import drain
from helpdesk.worker.schedule import escalate_what_waits
from tests.web.conftest import Browser
from tests.world import World

Browse = Callable[[str], Browser]


def reported(world: World) -> Incident:
    incident = world.report(team=world.support)
    world.session.commit()
    return incident


def escalate(browser: Browser, incident: Incident, **fields: object) -> object:
    page = f"/incidents/{incident.id}/escalation"
    return browser.submit(page, page, **fields)


def test_to_another_team_and_back_to_work(kim: Browser, browse: Browse, world: World, app: Flask) -> None:
    incident = reported(world)
    answer = escalate(
        kim, incident, kind="functional", team=str(world.network.id), note="The gateway answers. Look at DNS."
    )
    assert answer.status_code == 303
    drain(app)
    world.session.expire_all()
    letters = world.session.scalars(select(Delivery.recipient).where(Delivery.letter == "agent_escalated")).all()
    assert letters == ["sam@northwind.example"]
    sam = browse("sam")
    text = sam.text(f"/incidents/{incident.id}")
    assert "escalated it to <b>Network</b>; Sam Okafor is on call" in text
    assert "The gateway answers. Look at DNS." in text
    made = world.session.scalars(select(Escalation)).one()
    done = sam.submit(f"/incidents/{incident.id}", f"/incidents/{incident.id}/escalations/{made.id}/acknowledgement")
    assert done.status_code == 303
    text = sam.text(f"/incidents/{incident.id}")
    assert "I look after it" not in text
    assert "acknowledged the escalation" in text


def test_what_is_missing_is_said_and_nothing_is_lost(kim: Browser, world: World) -> None:
    incident = reported(world)
    answer = escalate(kim, incident, kind="functional", note="Half a note")
    assert answer.status_code == 422
    assert "Choose the team" in answer.text
    assert "Half a note" in answer.text
    answer = escalate(kim, incident, kind="hierarchical", note="Please decide")
    assert answer.status_code == 303, "Ada leads nothing, but administers: the chain begins with her"


def test_nobody_escalates_what_they_can_not_see(kim: Browser, world: World) -> None:
    incident = world.private_report()
    world.session.commit()
    assert kim.get(f"/incidents/{incident.id}/escalation").status_code == 404
    assert kim.post(f"/incidents/{incident.id}/escalation", kind="functional", note="x").status_code == 404
    assert kim.post(f"/incidents/{incident.id}/escalations/1/acknowledgement").status_code == 404


def test_an_escalation_belongs_to_its_incident(kim: Browser, world: World) -> None:
    one, other = reported(world), reported(world)
    escalate(kim, one, kind="functional", team=str(world.network.id), note="Look")
    made = world.session.scalars(select(Escalation)).one()
    assert kim.post(f"/incidents/{other.id}/escalations/{made.id}/acknowledgement").status_code == 404


def test_the_order_of_calls_is_set_on_the_team(browse: Browse, world: World) -> None:
    ada = browse("ada")
    page = f"/settings/teams/{world.support.id}"
    fields = {f"place-{world.kim.id}": "1", f"place-{world.ada.id}": "2"}
    answer = ada.submit(
        page, page, escalates_to_id=str(world.network.id), acknowledge_minutes="5", allocation="in_turn", **fields
    )
    assert answer.status_code == 303, answer.text
    world.session.expire_all()
    team = world.session.get_one(Team, world.support.id)
    assert (team.escalates_to_id, team.acknowledge_minutes, team.allocation) == (world.network.id, 5, "in_turn")
    assert places_of(world.session, team) == {world.kim.id: 1, world.ada.id: 2}
    assert f'name="place-{world.kim.id}" min="1" max="99" value="1"' in ada.text(page)
    refused = ada.submit(page, page, acknowledge_minutes="0")
    assert refused.status_code == 422
    assert f'name="place-{world.kim.id}" min="1" max="99" value="1"' in refused.text


def test_managers_make_no_circle(browse: Browse, world: World) -> None:
    ada = browse("ada")
    page = f"/settings/agents/{world.kim.id}"
    assert ada.submit(page, page, manager_id=str(world.ada.id), skill_names="VPN,  mail , VPN").status_code == 303
    world.session.expire_all()
    kim = world.session.get_one(Agent, world.kim.id)
    assert (kim.manager_id, kim.skills) == (world.ada.id, ["VPN", "mail"])
    page = f"/settings/agents/{world.ada.id}"
    answer = ada.submit(page, page, manager_id=str(world.kim.id))
    assert answer.status_code == 422
    assert "works for" in answer.text


def test_a_rule_is_made_acts_and_is_retired(browse: Browse, world: World, app: Flask) -> None:
    ada = browse("ada")
    new = "/settings/escalations/new"
    answer = ada.submit(new, "/settings/escalations", name="Untaken", reason="untaken", number="", goal="manager")
    assert answer.status_code == 422
    assert "Say after how long" in answer.text
    answer = ada.submit(
        new, "/settings/escalations", name="Untaken", reason="untaken", number="30", unit="1", goal="manager"
    )
    assert answer.status_code == 303
    rule = world.session.scalars(select(EscalationRule)).one()
    assert rule.minutes == 30
    world.at = app.extensions["house"].clock.now()
    incident = reported(world)
    app.extensions["house"].clock.advance(minutes=31)
    for _ in range(2):
        escalate_what_waits(app)
    made = world.session.scalars(select(Escalation)).one()
    assert (made.incident_id, made.kind) == (incident.id, "hierarchical")
    assert ">1</td>" in ada.text("/settings/escalations")
    page = f"/settings/escalations/{rule.id}"
    assert 'value="30"' in ada.text(page)
    assert ada.submit(page, f"{page}/retirement").status_code == 303
    assert ada.get(page).status_code == 404
    assert "No rules yet" in ada.text("/settings/escalations")


def test_only_administrators_make_rules(kim: Browser, browse: Browse) -> None:
    assert kim.get("/settings/escalations").status_code == 403
    assert browse("sam").get("/settings/escalations/new").status_code == 403
