"""Whatever is sent, the answer is one of those documented and never a mistake of ours."""

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.calls import Api

SLOWLY = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
TEXTS = st.text(st.characters(codec=None), max_size=40) | st.sampled_from(
    ["mia@northwind.example", "fixed", "other", "requester", "2030-01-31T09:00:00Z", "0001-01-01T00:00:00+23:59", "\0"]
)
SCALARS = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.integers(0, 4) | st.floats() | TEXTS
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3))
CALLS = {
    ("POST", "/incidents"): ["requester", "subject", "text", "service_id", "team_id", "impact", "urgency"],
    ("PATCH", "/incidents/{number}"): ["subject", "service_id", "category_id", "impact", "urgency"],
    ("POST", "/incidents/{number}/replies"): ["text"],
    ("POST", "/incidents/{number}/notes"): ["text"],
    ("POST", "/incidents/{number}/assignment"): ["assignee_id", "team_id"],
    ("POST", "/incidents/{number}/pending"): ["waits_for", "until", "reason"],
    ("POST", "/incidents/{number}/resumption"): [],
    ("POST", "/incidents/{number}/resolution"): ["code", "cause", "text"],
    ("POST", "/incidents/{number}/closure"): [],
    ("POST", "/incidents/{number}/merge"): ["into", "copied", "told"],
    ("POST", "/articles"): ["title", "body", "service_id", "from_incident_id"],
}
REQUESTERS = st.fixed_dictionaries({"address": TEXTS}, optional={"name": TEXTS})


@st.composite
def bodies(draw: st.DrawFn, names: list[str]) -> Any:
    if draw(st.integers(0, 9)) == 0:
        return draw(VALUES)
    known = {name: REQUESTERS | VALUES if name == "requester" else VALUES for name in names}
    likely = draw(st.fixed_dictionaries({}, optional=known))
    more = draw(st.dictionaries(TEXTS, VALUES, max_size=1)) if draw(st.integers(0, 4)) == 0 else {}
    return likely | more


@SLOWLY
@given(data=st.data())
def test_any_json(api: Api, number: int, data: st.DataObject) -> None:
    api.app.config["API_CALLS_PER_MINUTE"] = 10**6
    method, path = data.draw(st.sampled_from(sorted(CALLS)))
    body = data.draw(bodies(CALLS[method, path]))
    answer = api.call(
        method, path.format(number=number), {"Content-Type": "application/json"}, data=json.dumps(body).encode()
    )
    assert answer.status_code < 500


@SLOWLY
@given(body=st.binary(max_size=60), kind=st.sampled_from(["application/json", "text/plain", "a/b+json", ""]))
def test_any_bytes(api: Api, number: int, body: bytes, kind: str) -> None:
    api.app.config["API_CALLS_PER_MINUTE"] = 10**6
    answer = api.call("POST", f"/incidents/{number}/notes", {"Content-Type": kind}, data=body)
    assert 400 <= answer.status_code < 500


@SLOWLY
@given(
    path=st.sampled_from(["/incidents", "/articles", "/search"]),
    query=st.dictionaries(
        st.sampled_from(["q", "kind", "limit", "offset", "cursor", "sort", "view", "team", "requester", "state"]),
        st.text(max_size=20) | st.integers(-5, 2**70).map(str),
        max_size=4,
    ),
)
def test_any_query(api: Api, path: str, query: dict[str, str]) -> None:
    api.app.config["API_CALLS_PER_MINUTE"] = 10**6
    assert api.call("GET", path, query_string=query).status_code in (200, 422)


@SLOWLY
@given(
    key=st.text(st.characters(min_codepoint=33, max_codepoint=255), max_size=210),
    match=st.text(st.characters(min_codepoint=33, max_codepoint=255), max_size=20),
    token=st.text(st.characters(min_codepoint=33, max_codepoint=255), max_size=40),
)
def test_any_header(api: Api, number: int, key: str, match: str, token: str) -> None:
    api.app.config["API_CALLS_PER_MINUTE"] = 10**6
    headers = {"Idempotency-Key": key, "If-Match": match}
    answer = api.call("POST", f"/incidents/{number}/notes", headers, json={"text": "x"})
    assert answer.status_code in (200, 201, 412, 422)
    stranger = api.call("GET", "/incidents", {"Authorization": f"Bearer hd_{token}"})
    assert stranger.status_code == 401
