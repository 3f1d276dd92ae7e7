"""The pages of rules: made row by row without script, tried on history, switched on, run, undone, moved, retired."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.incidents.incident import Incident
from helpdesk.incidents.operation import Operation
from helpdesk.journal import history
from helpdesk.rules.rule import Rule
from helpdesk.worker import drain
from tests.web.conftest import Browser, form_in
from tests.world import World

NEW, ALL, DRAFT = "/settings/rules/new", "/settings/rules", "/settings/rules/draft"


@pytest.fixture
def ada(browse: Callable[[str], Browser]) -> Browser:
    return browse("ada")


def made(ada: Browser, world: World, **more: object) -> Rule:
    """A rule that gives what is about VPN to the network team, put together as somebody would."""
    page = ada.submit(NEW, DRAFT, name="VPN to network", kinds=["opened"], add="every").text
    page = ada.send(DRAFT, form_in(page, DRAFT), **{"every-0-values": "vpn", "add": "todo", "added": "team"}).text
    form = form_in(page, ALL)
    assert form["every-0-values"] == ["vpn"]
    answer = ada.send(ALL, form, **({"todo-0-team": str(world.network.id), "active": "y"} | more))
    assert answer.status_code == 303, answer.text
    return world.session.scalars(select(Rule)).one()


def test_put_together_run_and_undone(ada: Browser, world: World, app: Flask) -> None:
    rule = made(ada, world)
    assert "incident is opened" in ada.text(ALL)
    assert "What it did" in ada.text(f"{ALL}/{rule.id}")
    network, support = world.network.id, world.mail.team_id
    for subject in ("The VPN drops", "Printer"):
        fields = {
            "subject": subject,
            "text": "Since nine.",
            "address": "mia@northwind.example",
            "service": str(world.mail.id),
        }
        assert ada.submit("/incidents/new", "/incidents", **fields).status_code == 303
    drain(app)
    incident, other = world.session.scalars(select(Incident).order_by(Incident.id)).all()
    assert (incident.team_id, other.team_id) == (network, support)
    text = ada.text(f"/incidents/{incident.id}")
    assert "Rule “VPN to network”" in text
    operation = world.session.scalars(select(Operation)).one()
    page = ada.text(f"{ALL}/{rule.id}")
    assert f"/operations/{operation.id}" in page
    assert ada.submit(f"/operations/{operation.id}", f"/operations/{operation.id}/removal").status_code == 303
    world.session.expire_all()
    assert incident.team_id == support
    drain(app)
    assert [one.kind for one in history(world.session, "incident", incident.id)][-1] == "operation_undone"


def test_trying_tells_what_it_would_have_touched_and_changes_nothing(ada: Browser, world: World, app: Flask) -> None:
    incident = world.report("The VPN drops")
    world.private_report("The VPN of personnel")
    world.session.commit()
    rule = made(ada, world)
    page = f"{ALL}/{rule.id}"
    text = ada.submit(page, f"{page}/draft", trial="1").text
    assert "It would have touched 1 incident, 1 time" in text
    assert incident.number in text
    assert "personnel" not in text
    world.session.expire_all()
    assert world.session.get_one(Incident, incident.id).team is world.support


def test_a_changed_fact_asks_for_its_own_values(ada: Browser, world: World) -> None:
    page = ada.submit(NEW, DRAFT, add="every").text
    page = ada.send(DRAFT, form_in(page, DRAFT), **{"every-0-fact": "service"}).text
    assert '<option value="is"' in page
    assert ">VPN</option>" in page
    assert 'name="every-0-values" multiple' in page


def test_rows_are_removed(ada: Browser) -> None:
    page = ada.submit(NEW, DRAFT, add="every").text
    page = ada.send(DRAFT, form_in(page, DRAFT), **{"every-0-values": "first", "add": "every"}).text
    page = ada.send(DRAFT, form_in(page, DRAFT), **{"every-1-values": "second", "remove": "every-0"}).text
    form = form_in(page, ALL)
    assert form["every-0-values"] == ["second"]
    assert "every-1-fact" not in form


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"name": ""}, "Name the rule"),
        ({"kinds": []}, "Choose what it waits for"),
        ({"todo-0-team": ""}, "team is missing"),
        ({"todo-0-team": "999"}, "is not there any more"),
        ({"every-0-values": ""}, "say with what it is compared"),
        ({"every-0-fact": "weather"}, "can’t ask for"),
        ({"todo-0-kind": "explode"}, "There is no action"),
    ],
)
def test_what_can_not_be_is_said_and_kept(ada: Browser, world: World, fields: dict[str, object], says: str) -> None:
    page = ada.submit(NEW, DRAFT, name="VPN to network", kinds=["opened"], add="every").text
    page = ada.send(DRAFT, form_in(page, DRAFT), **{"every-0-values": "vpn", "add": "todo", "added": "team"}).text
    answer = ada.send(ALL, form_in(page, ALL), **({"todo-0-team": str(world.network.id)} | fields))
    assert answer.status_code == 422
    assert says in answer.text.replace("&#39;", "’").replace("'", "’")
    assert world.session.scalars(select(Rule)).all() == []


def test_order_and_retirement(ada: Browser, world: World) -> None:
    first = made(ada, world)
    form = form_in(ada.text(f"{ALL}/{first.id}"), f"{ALL}/{first.id}")
    assert ada.send(ALL, form).status_code == 422, "the name is taken"
    assert ada.send(ALL, form, name="Second").status_code == 303
    second = world.session.scalars(select(Rule).where(Rule.name == "Second")).one()
    assert ada.post(f"{ALL}/{second.id}/position", to="up").status_code == 303
    text = ada.text(ALL)
    assert text.index("Second") < text.index("VPN to network")
    assert ada.submit(f"{ALL}/{first.id}", f"{ALL}/{first.id}/retirement").status_code == 303
    assert ada.get(f"{ALL}/{first.id}").status_code == 404


def test_only_administrators(kim: Browser) -> None:
    for path in (ALL, NEW):
        assert kim.get(path).status_code == 403
    assert kim.post(DRAFT).status_code == 403
