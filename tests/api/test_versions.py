"""If-Match: who saw an older version changes nothing."""

import pytest

from tests.api.calls import Api, kinds
from tests.world import World

CHANGES = [
    ("PATCH", "", {"subject": "x"}),
    ("POST", "/replies", {"text": "x"}),
    ("POST", "/notes", {"text": "x"}),
    ("POST", "/assignment", {"team_id": None}),
    ("POST", "/pending", {"waits_for": "requester"}),
    ("POST", "/resolution", {"code": "fixed", "cause": "x", "text": "x"}),
]


@pytest.mark.parametrize(("method", "path", "body"), CHANGES)
def test_a_stale_version_changes_nothing(
    api: Api, world: World, number: int, method: str, path: str, body: dict[str, object]
) -> None:
    seen = api.get(f"/incidents/{number}").headers["ETag"]
    api.patch(f"/incidents/{number}", {"subject": "Meanwhile"})
    answer = api.call(method, f"/incidents/{number}{path}", {"If-Match": seen}, json=body)
    assert answer.status_code == 412
    assert "version 2" in answer.json["detail"]
    assert kinds(world, number) == ["opened", "renamed"]


@pytest.mark.parametrize(("method", "path", "body"), CHANGES)
def test_the_newest_version_and_the_one_after(
    api: Api, number: int, method: str, path: str, body: dict[str, object]
) -> None:
    seen = api.get(f"/incidents/{number}").headers["ETag"]
    answer = api.call(method, f"/incidents/{number}{path}", {"If-Match": seen}, json=body)
    assert answer.status_code in (200, 201)
    assert answer.headers["ETag"] != seen
    assert answer.headers["ETag"] == api.get(f"/incidents/{number}").headers["ETag"]


@pytest.mark.parametrize("path", ["resumption", "closure"])
def test_before_the_state_is_looked_at(api: Api, number: int, path: str) -> None:
    assert api.post(f"/incidents/{number}/{path}", If_Match='"99"').status_code == 412


@pytest.mark.parametrize(
    ("given", "status"),
    [("*", 200), ('"1"', 200), ("1", 200), ('"0", "1"', 200), ("", 200), ('W/"1"', 412), ('"2"', 412), ("?!", 412)],
)
def test_what_if_match_may_say(api: Api, number: int, given: str, status: int) -> None:
    assert api.patch(f"/incidents/{number}", {"subject": "x"}, If_Match=given).status_code == status


def test_a_change_that_changes_nothing_keeps_the_version(api: Api, number: int) -> None:
    seen = api.get(f"/incidents/{number}")
    answer = api.patch(f"/incidents/{number}", {"subject": seen.json["subject"]})
    assert answer.headers["ETag"] == seen.headers["ETag"]
