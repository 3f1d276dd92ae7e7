"""Who may call, and what they reach: nothing of a private team is so much as hinted at."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from helpdesk.attachments import attach
from helpdesk.house import House
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.thread import Words
from helpdesk.people import permissions
from helpdesk.people.agent import Agent
from helpdesk.people.permissions import Role
from helpdesk.people.token import make_token, tokens_of
from helpdesk.reactions.index import all_documents
from tests.api.calls import Api, kinds
from tests.api.conftest import NOW
from tests.world import PASSWORD, World

CALLS = [
    ("GET", "", None),
    ("GET", "/suggestions", None),
    ("PATCH", "", {"subject": "x"}),
    ("POST", "/replies", {"text": "x"}),
    ("POST", "/notes", {"text": "x"}),
    ("POST", "/assignment", {"assignee_id": None}),
    ("POST", "/pending", {"waits_for": "requester"}),
    ("POST", "/resumption", None),
    ("POST", "/resolution", {"code": "fixed", "cause": "x", "text": "x"}),
    ("DELETE", "/resolution", None),
    ("POST", "/closure", None),
    ("DELETE", "/closure", None),
    ("POST", "/merge", {"into": 1}),
    ("DELETE", "/merge", None),
]


@pytest.mark.parametrize(
    "given", ["", "Bearer", "Bearer ", "Basic a2ltOng=", "Bearer hd_wrong", "Bearer wrong", "hd_x"]
)
def test_without_a_valid_token(api: Api, given: str) -> None:
    answer = api.get("/incidents", Authorization=given)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="helpdesk"')
    is_token = given.removeprefix("Bearer ").endswith("wrong")
    assert ('error="invalid_token"' in answer.headers["WWW-Authenticate"]) == is_token


def test_the_scheme_is_written_in_any_case(api: Api) -> None:
    assert api.get("/incidents", Authorization=f"bearer {api.secret}").status_code == 200


def test_a_revoked_token(api: Api, world: World) -> None:
    [token] = tokens_of(world.session, world.kim)
    token.revoked_at = NOW
    world.session.commit()
    assert api.get("/incidents").status_code == 401


def test_an_expired_token(api: Api, world: World) -> None:
    made = NOW - timedelta(days=2)
    _, old = make_token(world.session, world.kim, "old", at=made, lasts_days=1)
    _, young = make_token(world.session, world.kim, "young", at=made, lasts_days=3)
    world.session.commit()
    assert Api(api.app, old).get("/incidents").status_code == 401
    assert Api(api.app, young).get("/incidents").status_code == 200


def test_an_agent_who_left(api: Api, world: World) -> None:
    world.kim.active = False
    world.session.commit()
    assert api.post("/incidents", {}).status_code == 401


def test_a_signed_in_browser_without_a_token(app: Flask, world: World) -> None:
    from helpdesk.web.signin import give_password
    from tests.web.conftest import Browser

    give_password(world.session, world.kim, PASSWORD, at=NOW)
    world.session.commit()
    browser = Browser(app).sign_in("kim")
    assert browser.get("/api/v1/incidents").status_code == 401


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
def test_a_private_incident_looks_like_a_missing_one(
    api: Api, world: World, method: str, path: str, body: dict[str, object] | None
) -> None:
    private = world.private_report()
    world.session.commit()
    more = {} if body is None else {"json": body}
    hidden = api.call(method, f"/incidents/{private.id}{path}", **more)
    missing = api.call(method, f"/incidents/999{path}", **more)
    assert hidden.status_code == missing.status_code == 404
    assert hidden.json["detail"].replace(str(private.id), "999") == missing.json["detail"]
    assert kinds(world, private.id) == ["opened"]


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
def test_a_number_beyond_all_numbers(api: Api, method: str, path: str, body: dict[str, object] | None) -> None:
    more = {} if body is None else {"json": body}
    assert api.call(method, f"/incidents/{10**30}{path}", **more).status_code == 404


def test_private_incidents_are_listed_and_found_by_their_team_only(
    api: Api, petra: Api, world: World, house: House
) -> None:
    world.private_report("Question about a secret contract")
    house.index.apply(list(all_documents(world.session)))
    world.session.commit()
    for path, name in (("/incidents?view=all", "incidents"), ("/search?q=contract", "hits")):
        assert api.get(path).json["total"] == len(api.get(path).json[name]) == 0
        assert len(petra.get(path).json[name]) == 1


def test_what_became_private_since_it_was_indexed(api: Api, world: World, house: House) -> None:
    number = world.report("Question about a secret contract").id
    house.index.apply(list(all_documents(world.session)))
    world.session.commit()
    assert len(api.get("/search?q=contract").json["hits"]) == 1
    world.session.get_one(Incident, number).team_id = world.personnel.id
    world.session.commit()
    assert api.get("/search?q=contract").json["hits"] == []


def test_a_private_attachment(api: Api, petra: Api, world: World, house: House) -> None:
    file = attach(house.store, "contract.pdf", "application/pdf", b"private")
    world.report(words=Words("Mine.", attachments=(file,)), team=world.personnel)
    world.session.commit()
    assert api.get(f"/attachments/{file.id}").status_code == 404
    assert petra.get(f"/attachments/{file.id}").data == b"private"
    assert petra.get(f"/attachments/{10**30}").status_code == 404


def test_a_private_team_can_not_be_chosen_by_others(api: Api, petra: Api, world: World, number: int) -> None:
    given = {"team_id": world.personnel.id}
    refused = api.post(f"/incidents/{number}/assignment", given)
    assert (refused.status_code, refused.json["errors"][0]["field"]) == (422, "team_id")
    assert petra.post(f"/incidents/{number}/assignment", given).status_code == 200
    assert api.get(f"/incidents/{number}").status_code == 404


def test_an_article_from_an_incident_one_does_not_see(api: Api, world: World) -> None:
    private = world.private_report()
    world.session.commit()
    given = {"title": "Contracts", "body": "Ask.", "from_incident_id": private.id}
    assert api.post("/articles", given).status_code == 404


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/incidents", {"requester": {"address": "a@b.example"}, "subject": "x", "text": "x"}),
        ("/incidents/{number}/replies", {"text": "x"}),
        ("/incidents/{number}/notes", {"text": "x"}),
        ("/incidents/{number}/merge", {"into": 1}),
        ("/incidents/{number}/assignment", {"assignee_id": 1}),
        ("/incidents/{number}/pending", {"waits_for": "requester"}),
        ("/incidents/{number}/resolution", {"code": "fixed", "cause": "x", "text": "x"}),
        ("/articles", {"title": "x", "body": "x"}),
    ],
)
def test_a_role_without_the_permission(
    api: Api, world: World, number: int, monkeypatch: pytest.MonkeyPatch, path: str, body: dict[str, object]
) -> None:
    monkeypatch.setitem(permissions.TABLE, Role.AGENT, frozenset())
    assert api.get(f"/incidents/{number}").status_code == 200
    assert api.post(path.format(number=number), body).status_code == 403
    assert kinds(world, number) == ["opened"]


def test_no_cookie_is_set(api: Api, secret_of: Callable[[Agent], str]) -> None:
    assert "Set-Cookie" not in api.get("/incidents").headers
