"""A call that makes something, sent again with its Idempotency-Key, makes nothing more: also at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from helpdesk.api.v1 import idempotency
from helpdesk.api.v1.idempotency import IdempotencyKey
from helpdesk.house import House
from helpdesk.incidents.incident import Incident
from helpdesk.people.agent import Agent
from tests.api.calls import Api, kinds
from tests.world import World

REPORT = {"requester": {"address": "mia@northwind.example"}, "subject": "No sound", "text": "Since the update."}


def count(world: World, kind: type) -> int:
    found = world.session.scalar(select(func.count()).select_from(kind)) or 0
    world.session.commit()
    return found


def test_an_incident_is_logged_once(api: Api, world: World) -> None:
    first = api.post("/incidents", REPORT, Idempotency_Key="a")
    again = api.post("/incidents", dict(reversed(REPORT.items())), Idempotency_Key="a")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json == first.json
    assert again.headers["Location"] == first.headers["Location"]
    assert count(world, Incident) == 1


def test_another_key_or_none_makes_another(api: Api, world: World) -> None:
    for headers in ({"Idempotency_Key": "a"}, {"Idempotency_Key": "b"}, {}, {}):
        assert api.post("/incidents", REPORT, **headers).status_code == 201
    assert count(world, Incident) == 4


def test_a_key_is_the_callers_own(api: Api, petra: Api) -> None:
    first = api.post("/incidents", REPORT, Idempotency_Key="a").json["id"]
    assert petra.post("/incidents", REPORT, Idempotency_Key="a").json["id"] != first


def test_a_new_token_of_the_same_agent_knows_the_key(api: Api, world: World, secret_of: Callable[[Agent], str]) -> None:
    first = api.post("/incidents", REPORT, Idempotency_Key="a").json["id"]
    assert Api(api.app, secret_of(world.kim)).post("/incidents", REPORT, Idempotency_Key="a").json["id"] == first


def test_another_request_with_the_same_key(api: Api, number: int) -> None:
    api.post("/incidents", REPORT, Idempotency_Key="a")
    for path, body in (("/incidents", REPORT | {"subject": "x"}), (f"/incidents/{number}/notes", {"text": "x"})):
        answer = api.post(path, body, Idempotency_Key="a")
        assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "Idempotency-Key")


def test_a_call_that_failed_leaves_its_key_free(api: Api, world: World) -> None:
    wrong = REPORT | {"team_id": 999}
    assert api.post("/incidents", wrong, Idempotency_Key="a").status_code == 422
    assert count(world, IdempotencyKey) == 0
    assert api.post("/incidents", REPORT, Idempotency_Key="a").status_code == 201


@pytest.mark.parametrize(("path", "kind"), [("replies", "replied"), ("notes", "noted")])
def test_an_entry_is_written_once(api: Api, world: World, number: int, path: str, kind: str) -> None:
    first = api.post(f"/incidents/{number}/{path}", {"text": "x"}, Idempotency_Key="a")
    again = api.post(f"/incidents/{number}/{path}", {"text": "x"}, Idempotency_Key="a")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json == first.json
    assert kinds(world, number).count(kind) == 1


def test_a_repeat_is_answered_though_its_version_has_passed(api: Api, number: int) -> None:
    given = {"Idempotency_Key": "a", "If_Match": api.get(f"/incidents/{number}").headers["ETag"]}
    assert api.post(f"/incidents/{number}/notes", {"text": "x"}, **given).status_code == 201
    assert api.post(f"/incidents/{number}/notes", {"text": "x"}, **given).status_code == 200


def test_an_article_is_written_once(api: Api) -> None:
    first = api.post("/articles", {"title": "x", "body": "y"}, Idempotency_Key="a")
    again = api.post("/articles", {"title": "x", "body": "y"}, Idempotency_Key="a")
    assert (again.status_code, again.json) == (200, first.json)


def test_what_was_made_and_is_hidden_since_is_not_shown(api: Api, world: World) -> None:
    made = api.post("/incidents", REPORT, Idempotency_Key="a").json["id"]
    world.assign(world.session.get_one(Incident, made), None)
    world.session.get_one(Incident, made).team = world.personnel
    world.session.commit()
    assert api.post("/incidents", REPORT, Idempotency_Key="a").status_code == 404


def test_a_key_of_any_length_that_fits(api: Api) -> None:
    assert api.post("/incidents", REPORT, Idempotency_Key="k" * 200).status_code == 201
    assert api.post("/incidents", REPORT, Idempotency_Key="k" * 201).status_code == 422


def test_the_same_key_at_the_same_moment(api: Api, world: World) -> None:
    with ThreadPoolExecutor(8) as threads:
        calls = [threads.submit(api.post, "/incidents", REPORT, Idempotency_Key="a") for _ in range(8)]
        answers = [call.result() for call in calls]
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len({answer.json["id"] for answer in answers}) == 1
    assert count(world, Incident) == 1


def test_old_keys_are_swept(api: Api, world: World, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idempotency, "SWEEP_EVERY", 1)
    api.post("/incidents", REPORT, Idempotency_Key="a")
    house.clock.advance(days=6)  # type: ignore[attr-defined]
    api.post("/incidents", REPORT, Idempotency_Key="b")
    assert count(world, IdempotencyKey) == 2
    house.clock.advance(days=2)  # type: ignore[attr-defined]
    api.post("/incidents", REPORT, Idempotency_Key="c")
    assert count(world, IdempotencyKey) == 2
