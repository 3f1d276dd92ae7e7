"""Every error is a problem as RFC 9457 says; the shape of each is checked by `Api` itself."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from helpdesk import db
from helpdesk.house import House
from search.document import Query, Results
from search.index import IndexDamaged
from search.memory_index import MemoryIndex
from tests.api.calls import Api, kinds
from tests.api.conftest import furnish, make_app
from tests.world import World

FIX = {"code": "fixed", "cause": "x", "text": "x"}


def fields(answer: Any) -> list[str]:
    assert answer.status_code == 422, answer.text
    return [error["field"] for error in answer.json["errors"]]


def test_what_does_not_exist(api: Api) -> None:
    browser = api.app.test_client()
    for path in ("/api/v2/incidents", "/api/nothing", "/api/v1/incidents/one", "/api/v1/incidents/"):
        answer = browser.get(path)
        assert (answer.status_code, answer.content_type) == (404, "application/problem+json")
        assert answer.json["instance"] == path


def test_a_page_that_does_not_exist_stays_a_page(app: Flask) -> None:
    assert app.test_client().get("/nothing").mimetype == "text/html"


def test_a_method_that_is_not_there(api: Api, number: int) -> None:
    answer = api.call("PUT", f"/incidents/{number}")
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "PATCH"}


def test_a_state_in_which_it_can_not_be_done(api: Api, world: World, number: int) -> None:
    for method, path in (("POST", "closure"), ("DELETE", "closure"), ("DELETE", "resolution"), ("POST", "resumption")):
        answer = api.call(method, f"/incidents/{number}/{path}")
        assert answer.status_code == 409, path
        assert answer.json["type"] == "/api/v1/docs#conflict"
    assert kinds(world, number) == ["opened"]


@pytest.mark.parametrize("body", [b"{", b"{'a': 1}", b"\xff\xfe\xfd", b'{"text": "x"', b"[" * 200_000, b"1" * 5_000])
def test_a_body_that_is_not_json(api: Api, number: int, body: bytes) -> None:
    answer = api.call("POST", f"/incidents/{number}/notes", {"Content-Type": "application/json"}, data=body)
    assert answer.status_code == 400


@pytest.mark.parametrize("body", ["[]", "[1]", "null", "0", '"text"', "false"])
def test_json_that_is_no_object(api: Api, number: int, body: str) -> None:
    answer = api.call("POST", f"/incidents/{number}/assignment", {"Content-Type": "application/json"}, data=body)
    assert answer.status_code == 422
    assert "not a JSON object" in answer.json["detail"]


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain", "x"])
@pytest.mark.parametrize("body", [b"text=x", b""])
def test_another_format(api: Api, number: int, kind: str, body: bytes) -> None:
    answer = api.call("POST", f"/incidents/{number}/notes", {"Content-Type": kind}, data=body)
    assert answer.status_code == 415


def test_no_body_where_one_is_needed(api: Api, number: int) -> None:
    assert fields(api.post(f"/incidents/{number}/notes")) == ["text"]


def test_a_json_type_of_its_own_is_json(api: Api, number: int) -> None:
    kind = {"Content-Type": "application/merge-patch+json"}
    assert api.call("PATCH", f"/incidents/{number}", kind, data='{"subject": "x"}').status_code == 200


def test_a_body_that_is_too_large(furnished: Path, tmp_path: Path) -> None:
    app = make_app(tmp_path, upload_bytes_max=1000)
    furnish(app)
    api = _kim(app)
    assert api.post("/incidents", {"subject": "x" * 2000}).status_code == 413


def test_unknown_members_and_parameters(api: Api, number: int) -> None:
    answer = api.post(f"/incidents/{number}/notes", {"text": "x", "txet": "y"})
    assert fields(answer) == ["txet"]
    assert "no member" in answer.json["errors"][0]["detail"]
    assert fields(api.get("/incidents?stat=open")) == ["stat"]
    assert fields(api.delete(f"/incidents/{number}/resolution?why=so")) == ["why"]


def test_each_wrong_member_is_named(api: Api) -> None:
    given = {"requester": {"address": "nobody", "nick": "x"}, "subject": "", "impact": "1", "team_id": 2**63}
    assert sorted(fields(api.post("/incidents", given))) == [
        "impact", "requester.address", "requester.nick", "subject", "team_id", "text",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/assignment", {"assignee_id": 999}, "assignee_id"),
        ("/assignment", {"team_id": 999}, "team_id"),
        ("/assignment", {"assignee_id": True}, "assignee_id"),
        ("/pending", {"waits_for": "other"}, "until"),
        ("/pending", {"waits_for": "other", "until": "2030-01-31T09:00:00"}, "until"),
        ("/pending", {"waits_for": "other", "until": "2020-01-31T09:00:00Z"}, "until"),
        ("/pending", {"waits_for": "other", "until": 1_900_000_000}, "until"),
        ("/pending", {"waits_for": "other", "until": "9999-12-31T23:59:59-23:59"}, "until"),
        ("/pending", {"waits_for": "requester", "until": "2020-01-31T09:00:00Z"}, "until"),
        ("/pending", {"waits_for": "nobody"}, "waits_for"),
        ("/resolution", FIX | {"code": "done"}, "code"),
        ("/resolution", FIX | {"cause": " "}, "cause"),
        ("/resolution", FIX | {"text": "x" * 100_001}, "text"),
        ("/notes", {"text": "a\0b"}, "text"),
        ("/notes", {"text": "\ud800"}, "text"),
        ("/notes", {"text": " \n"}, "text"),
        ("/notes", {"text": "x" * 1_000_001}, "text"),
    ],
)
def test_what_makes_no_sense(
    api: Api, world: World, number: int, path: str, body: dict[str, object], field: str
) -> None:
    assert fields(api.post(f"/incidents/{number}{path}", body)) == [field]
    assert kinds(world, number) == ["opened"]


@pytest.mark.parametrize("body", [{"subject": None}, {"impact": None}, {"impact": 0}, {"service_id": 999}])
def test_changes_that_make_no_sense(api: Api, number: int, body: dict[str, object]) -> None:
    assert fields(api.patch(f"/incidents/{number}", body)) == list(body)


def test_a_change_of_nothing(api: Api, number: int) -> None:
    assert api.patch(f"/incidents/{number}", {}).status_code == 422
    assert api.post(f"/incidents/{number}/assignment", {}).status_code == 422


def test_an_agent_who_left_can_not_be_assigned(api: Api, world: World, number: int) -> None:
    world.sam.active = False
    world.session.commit()
    assert fields(api.post(f"/incidents/{number}/assignment", {"assignee_id": world.sam.id})) == ["assignee_id"]


@pytest.mark.parametrize(
    "query",
    [
        "view=theirs", "state=", "state=fine", "priority=6", "limit=0", "limit=201", "limit=x", "sort=name",
        "team=0", f"team={2**63}", "requester=%00", "requester=a&requester=b", "cursor=x", "cursor=WyIyMDI2Il0",
    ],
)  # fmt: skip
def test_parameters_that_make_no_sense(api: Api, query: str) -> None:
    assert fields(api.get(f"/incidents?{query}")) == [query.partition("=")[0]]


def test_searching_for_nothing(api: Api) -> None:
    for query in ("", "?q=", "?q=%20", "?q=%00"):
        assert fields(api.get(f"/search{query}")) == ["q"]
    assert fields(api.get("/search?q=x&kind=mail&offset=1001")) == ["kind", "offset"]


def test_a_long_list_of_mistakes_is_cut(api: Api) -> None:
    answer = api.post("/incidents", {f"{number:0>1000}": 1 for number in range(500)})
    assert len(answer.json["errors"]) == 50
    assert len(answer.data) < 20_000


def test_too_many_calls(api: Api) -> None:
    api.app.config["API_CALLS_PER_MINUTE"] = 3
    answers = [api.get("/health") for _ in range(5)] + [api.get("/incidents") for _ in range(7)]
    statuses = [answer.status_code for answer in answers]
    # A minute may begin in between, so it is three or six that pass, never all.
    assert statuses[:8] == [200] * 8
    assert 429 in statuses
    assert 1 <= int(answers[statuses.index(429)].headers["Retry-After"]) <= 60


class DamagedIndex(MemoryIndex):
    def search(self, query: Query) -> Results:
        raise IndexDamaged("secrets of the index")


def test_a_damaged_index(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    house: House = api.app.extensions["house"]
    object.__setattr__(house, "index", DamagedIndex())
    with caplog.at_level(logging.ERROR):
        answer = api.get("/search?q=x")
    assert answer.status_code == 503
    assert "secrets" not in answer.text
    assert "secrets" in caplog.text


def test_a_mistake_of_ours_tells_nothing(api: Api, world: World, number: int, caplog: pytest.LogCaptureFixture) -> None:
    """A row that no version of the desk could have written is what nobody expects."""
    world.session.execute(text("UPDATE incidents SET state = 'on fire'"))
    world.session.commit()
    api.app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = api.post(f"/incidents/{number}/replies", {"text": "x"})
    assert answer.status_code == 500
    assert "fire" not in answer.text
    assert "fire" in caplog.text


def test_a_database_that_is_away(api: Api) -> None:
    with api.app.app_context():
        db.db.session.execute(text("DROP TABLE articles"))
        db.db.session.commit()
    answer = api.get("/articles")
    assert answer.status_code == 503
    assert "SELECT" not in answer.text


def test_names_in_any_script_are_answered(api: Api) -> None:
    answer = api.call("POST", "/incidents", {"Content-Type": "application/json"}, data='{"\\ud800": 1, "Ä": 1}')
    assert answer.status_code == 422
    assert json.loads(answer.data)


def _kim(app: Flask) -> Api:
    from helpdesk.people.agent import agent_by_email
    from helpdesk.people.token import make_token

    with app.app_context():
        kim = agent_by_email(db.session(), "kim@northwind.example")
        assert kim
        _, secret = make_token(db.session(), kim, "script", at=kim.created_at)
        db.commit()
    return Api(app, secret)
