"""The same on PostgreSQL, where calls really run at the same moment."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from helpdesk import db
from helpdesk.incidents.incident import Incident
from tests.api.calls import Api, kinds
from tests.api.conftest import furnish, make_app
from tests.api.test_idempotency import REPORT
from tests.world import World

THREADS = 8


@pytest.fixture
def app(postgres: Any, tmp_path: Path) -> Iterator[Flask]:
    made = make_app(tmp_path, database_url=postgres.create_database())
    furnish(made)
    yield made
    with made.app_context():
        db.db.engine.dispose()


def at_once(calls: int, *given: Any, **headers: str) -> list[Any]:
    call, *rest = given
    with ThreadPoolExecutor(THREADS) as threads:
        return [one.result() for one in [threads.submit(call, *rest, **headers) for _ in range(calls)]]


def count(world: World) -> int:
    found = world.session.scalar(select(func.count()).select_from(Incident)) or 0
    world.session.commit()
    return found


def test_the_same_key_at_the_same_moment(api: Api, world: World) -> None:
    answers = at_once(THREADS, api.post, "/incidents", REPORT, Idempotency_Key="a")
    assert sorted(answer.status_code for answer in answers) == [200] * (THREADS - 1) + [201]
    assert len({answer.json["id"] for answer in answers}) == count(world) == 1


def test_writers_of_one_incident_wait_for_each_other(api: Api, world: World, number: int) -> None:
    answers = at_once(THREADS, api.post, f"/incidents/{number}/notes", {"text": "x"})
    assert {answer.status_code for answer in answers} == {201}
    assert kinds(world, number) == ["opened", *["noted"] * THREADS]


def test_of_those_who_saw_the_same_version_one_wins(api: Api, world: World, number: int) -> None:
    seen = api.get(f"/incidents/{number}").headers["ETag"]
    answers = at_once(THREADS, api.post, f"/incidents/{number}/assignment", {"assignee_id": 2}, If_Match=seen)
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * (THREADS - 1)
    assert kinds(world, number).count("assigned") == 1


def test_one_new_requester_of_two_reports(api: Api, world: World) -> None:
    given = REPORT | {"requester": {"address": "new@northwind.example"}}
    statuses = [answer.status_code for answer in at_once(THREADS, api.post, "/incidents", given)]
    assert set(statuses) <= {201, 409}
    assert statuses.count(201) == count(world) > 0


def test_reading_and_searching_through(api: Api, number: int) -> None:
    for path in ("/incidents", f"/incidents/{number}", "/articles", "/search?q=x", f"/incidents/{number}/suggestions"):
        assert api.get(path).status_code == 200
    assert api.get("/incidents?requester=%00").status_code == 422
    assert api.post(f"/incidents/{number}/notes", {"text": "a\0b"}).status_code == 422
    assert api.get(f"/incidents?team={2**63 - 1}").json["total"] == 0
