"""Long lists come in pages that neither skip nor repeat; a cursor is good for its own list and order only."""

from itertools import chain

import pytest
from flask import url_for

from tests.api.calls import Api
from tests.world import World


def follow(api: Api, path: str, name: str) -> list[list[int]]:
    """The numbers on each page, by following Link."""
    pages = []
    while path:
        answer = api.get(path)
        pages.append([one["id"] for one in answer.json[name]])
        link = answer.headers.get("Link", "")
        assert bool(link) == bool(answer.json["next_cursor"])
        path = link.partition(">")[0].removeprefix("<http://localhost/api/v1") if link else ""
    return pages


@pytest.mark.parametrize("sort", ["updated", "-updated", "opened", "-opened", "priority", "-priority"])
def test_incidents(api: Api, world: World, sort: str) -> None:
    for number in range(7):
        world.report(f"{number}", impact=1 + number % 3, at=world.passes(minutes=number % 2))
    world.session.commit()
    pages = follow(api, f"/incidents?sort={sort}&limit=3&requester=mia", "incidents")
    assert [len(page) for page in pages] == [3, 3, 1]
    whole = [one["id"] for one in api.get(f"/incidents?sort={sort}").json["incidents"]]
    assert [*chain(*pages)] == whole
    assert sorted(whole) == list(range(1, 8))


def test_articles(api: Api, world: World) -> None:
    for number in range(5):
        world.article(f"{number}")
        world.passes(minutes=number % 2)
    world.session.commit()
    pages = follow(api, "/articles?limit=2&audience=internal", "articles")
    assert [len(page) for page in pages] == [2, 2, 1]
    assert [*chain(*pages)] == [one["id"] for one in api.get("/articles").json["articles"]]


def test_a_cursor_of_another_list_or_order(api: Api, world: World) -> None:
    for _ in range(2):
        world.report()
        world.article()
    world.session.commit()
    incidents = api.get("/incidents?limit=1").json["next_cursor"]
    articles = api.get("/articles?limit=1").json["next_cursor"]
    for path in (
        f"/incidents?cursor={articles}",
        f"/articles?cursor={incidents}",
        f"/incidents?sort=priority&cursor={incidents}",
        f"/incidents?cursor={incidents[:-1]}",
        "/articles?cursor=WzEsMl0",
    ):
        answer = api.get(path)
        assert answer.status_code == 422
        assert answer.json["errors"][0]["field"] == "cursor"


def test_links_lead_to_where_the_caller_came_in(api: Api, world: World) -> None:
    for _ in range(2):
        world.report()
    world.session.commit()
    answer = api.call("GET", "/incidents?limit=1", base_url="https://desk.example")
    assert answer.headers["Link"].startswith("<https://desk.example/api/v1/incidents?limit=1&cursor=")
    with api.app.test_request_context():
        assert url_for("api.list_incidents") == "/api/v1/incidents"
