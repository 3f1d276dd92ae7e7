"""Each change of an incident as a resource: it works, it is guarded, a mistake keeps what was typed, the second of
two agents is told, and the second sending of a form does nothing."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.incidents.incident import Incident
from helpdesk.incidents.lifecycle import State
from helpdesk.journal import Event
from tests.web.conftest import Browser, form_in, in_state
from tests.world import START, World

UNTIL = (START + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")


@dataclass(frozen=True)
class Case:
    """A change that works: the page its form stands on, where it goes, what is filled in, what must be true then."""

    page: str
    action: str
    fields: dict[str, Any]
    kind: str
    state: State = State.OPEN
    wrong: dict[str, Any] = field(default_factory=dict)
    kept: str = ""
    rival: Callable[[World, Incident], object] | None = None


def _resolved_by_sam(world: World, incident: Incident) -> None:
    world.resolve(incident, by=world.sam)


FIX = {"code": "fixed", "cause": "Worn cable", "text": "Took a new cable"}
CASES = {
    "assignment": Case(
        "/assignment", "/assignment", {"assignee": "2", "team": "1"}, "assigned",
        wrong={"assignee": "999"}, rival=lambda w, i: w.assign(i, w.sam, by=w.sam),
    ),
    "take": Case("", "/assignment/mine", {}, "assigned", rival=lambda w, i: w.assign(i, w.sam, by=w.sam)),
    "category": Case(
        "/category", "/category", {"service": "1", "category": "2"}, "categorized", wrong={"service": "999"},
        rival=lambda w, i: i.categorize(w.access, w.mail, by=w.sam.actor(), at=w.at),
    ),
    "priority": Case(
        "/priority", "/priority", {"impact": "1", "urgency": "1", "reason": "All of them"}, "prioritized",
        wrong={"impact": "1", "reason": " "},
        rival=lambda w, i: i.prioritize(2, 2, by=w.sam.actor(), at=w.at, reason="A team"),
    ),
    "subject": Case(
        "/subject", "/subject", {"subject": "Tunnel closes"}, "renamed", wrong={"subject": "x" * 251}, kept="x" * 251,
        rival=lambda w, i: i.rename("Sam's words", by=w.sam.actor(), at=w.at),
    ),
    "pending other": Case(
        "/pending", "/pending", {"kind": "other", "until": UNTIL, "reason": "Spare part"}, "state_changed",
        wrong={"kind": "other", "until": "soon", "reason": "My reason"}, kept="My reason", rival=_resolved_by_sam,
    ),
    "pending past": Case(
        "/pending", "/pending", {"kind": "requester", "until": ""}, "state_changed",
        wrong={"kind": "other", "until": "2001-01-01T00:00", "reason": "Too late"}, kept="Too late",
        rival=lambda w, i: w.write_again(i),
    ),
    "resolution": Case(
        "/resolution", "/resolution", FIX, "resolved",
        wrong={"code": "fixed", "cause": "My cause", "text": " "}, kept="My cause", rival=_resolved_by_sam,
    ),
    "withdrawal": Case(
        "/resolution/withdrawal", "/resolution/withdrawal", {"reason": "It broke again"}, "reopened", State.RESOLVED,
        wrong={"reason": "y" * 501}, kept="y" * 501,
        rival=lambda w, i: i.reopen(by=w.sam.actor(), at=w.at),
    ),
    "closure": Case(
        "", "/closure", {}, "closed", State.RESOLVED, rival=lambda w, i: i.close(by=w.sam.actor(), at=w.at)
    ),
    "resumption": Case(
        "", "/resumption", {}, "state_changed", State.PENDING_REQUESTER, rival=lambda w, i: w.write_again(i)
    ),
    "tie": Case(
        "/links", "/links", {"kind": "caused_by", "other": "inc-2"}, "linked",
        wrong={"kind": "caused_by", "other": "INC-77"}, kept="INC-77",
    ),
}  # fmt: skip
every_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


@pytest.fixture
def incident(world: World) -> Callable[[Case], Incident]:
    """INC-1 in the state that a case begins in, with INC-2 beside it."""

    def begin(case: Case) -> Incident:
        made = in_state(world, case.state)
        world.report("Another one", requester=world.omar)
        world.session.commit()
        return made

    return begin


def kinds(world: World) -> list[str]:
    world.session.expire_all()
    found = list(world.session.scalars(select(Event.kind).where(Event.record_id == 1).order_by(Event.sequence)))
    world.session.rollback()
    return found


@every_case
def test_it_works_and_leads_back(kim: Browser, world: World, incident: Callable[[Case], Incident], case: Case) -> None:
    incident(case)
    before = kinds(world)
    answer = kim.submit(f"/incidents/1{case.page}", f"/incidents/1{case.action}", **case.fields)
    assert (answer.status_code, answer.location) == (303, "/incidents/1"), answer.text
    assert case.kind in kinds(world)[len(before) :]


@every_case
def test_sent_twice_it_is_done_once(
    kim: Browser, world: World, incident: Callable[[Case], Incident], case: Case
) -> None:
    incident(case)
    form = kim.form(f"/incidents/1{case.page}", f"/incidents/1{case.action}")
    first = kim.send(f"/incidents/1{case.action}", form, **case.fields)
    once = kinds(world)
    again = kim.send(f"/incidents/1{case.action}", form, **case.fields)
    assert (again.status_code, again.location) == (first.status_code, first.location) == (303, "/incidents/1")
    assert kinds(world) == once


@every_case
def test_strangers_and_other_teams_reach_nothing(
    browse: Callable[[str], Browser], world: World, incident: Callable[[Case], Incident], case: Case
) -> None:
    made = incident(case)
    made.team = world.personnel
    world.session.commit()
    before = kinds(world)
    kim = browse("kim")
    assert kim.post(f"/incidents/1{case.action}", **case.fields).status_code == 404
    if case.page:
        assert kim.get(f"/incidents/1{case.page}").status_code == 404
    stranger = browse("")
    token = stranger.form("/sign-in", "/sign-in")["csrf_token"][0]
    answer = stranger.client.post(f"/incidents/1{case.action}", data={"csrf_token": token, **case.fields})
    assert answer.location == "/sign-in"
    assert kinds(world) == before


@every_case
def test_without_its_token_a_form_is_refused(
    kim: Browser, world: World, incident: Callable[[Case], Incident], case: Case
) -> None:
    incident(case)
    before = kinds(world)
    assert kim.client.post(f"/incidents/1{case.action}", data=case.fields).status_code == 400
    assert kinds(world) == before


@every_case
def test_looking_changes_nothing(kim: Browser, world: World, incident: Callable[[Case], Incident], case: Case) -> None:
    incident(case)
    before = kinds(world)
    assert kim.get(f"/incidents/1{case.action}").status_code == (200 if case.page else 405)
    assert kinds(world) == before


@pytest.mark.parametrize("case", [case for case in CASES.values() if case.wrong])
def test_a_mistake_keeps_what_was_typed(
    kim: Browser, world: World, incident: Callable[[Case], Incident], case: Case
) -> None:
    incident(case)
    before = kinds(world)
    answer = kim.submit(f"/incidents/1{case.page}", f"/incidents/1{case.action}", **case.wrong)
    assert answer.status_code == 422
    assert case.kept in answer.text
    assert 'class="field-error"' in answer.text
    assert kinds(world) == before
    mended = kim.send(f"/incidents/1{case.action}", form_in(answer.text, f"/incidents/1{case.action}"), **case.fields)
    assert mended.status_code == 303


@pytest.mark.parametrize("case", [case for case in CASES.values() if case.rival])
def test_the_second_of_two_agents_is_told(
    kim: Browser, world: World, incident: Callable[[Case], Incident], case: Case
) -> None:
    made = incident(case)
    form = kim.form(f"/incidents/1{case.page}", f"/incidents/1{case.action}")
    assert case.rival is not None
    case.rival(world, made)
    world.session.commit()
    before = kinds(world)
    answer = kim.send(f"/incidents/1{case.action}", form, **case.fields)
    assert answer.status_code == 409
    assert "Nothing was saved" in answer.text
    assert ("Sam Okafor" in answer.text) or ("Mia Tanaka" in answer.text)
    for value in case.fields.values():
        assert value in answer.text
    assert kinds(world) == before


def test_having_read_that_one_can_insist(kim: Browser, world: World, incident: Callable[[Case], Incident]) -> None:
    case = CASES["assignment"]
    made = incident(case)
    form = kim.form("/incidents/1/assignment", "/incidents/1/assignment")
    world.assign(made, world.sam, by=world.sam)
    world.session.commit()
    told = kim.send("/incidents/1/assignment", form, **case.fields)
    assert "Assign anyway" in told.text
    again = kim.send("/incidents/1/assignment", form_in(told.text, "/incidents/1/assignment"))
    assert again.status_code == 303
    world.session.expire_all()
    assert made.assignee is world.kim


def test_what_one_did_oneself_is_no_clash(kim: Browser, world: World, incident: Callable[[Case], Incident]) -> None:
    made = incident(CASES["assignment"])
    form = kim.form("/incidents/1/assignment", "/incidents/1/assignment")
    world.assign(made, world.sam, by=world.kim)
    world.session.commit()
    assert kim.send("/incidents/1/assignment", form, assignee="2").status_code == 303


def test_a_form_in_a_dialog_is_answered_by_its_inside(
    kim: Browser, world: World, incident: Callable[[Case], Incident]
) -> None:
    incident(CASES["resolution"])
    inside = kim.get("/incidents/1/resolution", HX_Request="true").text
    assert inside.lstrip().startswith('<h2 id="change-title" hx-swap-oob="true">Resolve INC-1</h2>')
    form = form_in(inside, "/incidents/1/resolution")
    wrong = kim.client.post("/incidents/1/resolution", data={**form, "cause": "Heat"}, headers={"HX-Request": "true"})
    assert wrong.status_code == 422
    assert "<html" not in wrong.text
    assert "Heat" in wrong.text
    form = form_in(wrong.text, "/incidents/1/resolution")
    right = kim.client.post("/incidents/1/resolution", data={**form, **FIX}, headers={"HX-Request": "true"})
    assert right.headers["HX-Redirect"] == "/incidents/1"


def test_a_private_incident_can_be_tied_by_its_team_only(browse: Callable[[str], Browser], world: World) -> None:
    world.report()
    world.private_report()
    world.session.commit()
    unknown = browse("kim").submit("/incidents/1/links", "/incidents/1/links", kind="related", other="2")
    assert unknown.status_code == 422
    assert "no incident" in unknown.text
    petra = browse("petra")
    assert petra.submit("/incidents/1/links", "/incidents/1/links", kind="related", other="2").status_code == 303
    assert browse("kim").post("/incidents/1/links/1/removal").status_code == 404
    assert petra.submit("/incidents/1", "/incidents/1/links/1/removal").status_code == 303
    assert "unlinked" in kinds(world)


def test_resolving_says_so_on_the_page(kim: Browser, world: World) -> None:
    world.report()
    world.session.commit()
    kim.submit("/incidents/1/resolution", "/incidents/1/resolution", **FIX)
    page = kim.text("/incidents/1")
    assert "INC-1 is resolved. Mia Tanaka is told." in page
    assert "Took a new cable" in page
    assert "Worn cable" in page


def test_a_key_of_somebody_else_opens_nothing(browse: Callable[[str], Browser], world: World, app: Flask) -> None:
    world.report()
    world.session.commit()
    kim, sam = browse("kim"), browse("sam")
    form = kim.form("/incidents/1/subject", "/incidents/1/subject")
    kim.send("/incidents/1/subject", form, subject="Kim's words")
    stolen = {**sam.form("/incidents/1/subject", "/incidents/1/subject"), "submission": form["submission"]}
    assert sam.send("/incidents/1/subject", stolen, subject="Sam's words").status_code == 409
