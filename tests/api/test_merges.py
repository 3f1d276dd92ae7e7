"""Merging by the API: the same rules as on the page; and nothing internal is answered unless it is asked for."""

import pytest

from helpdesk.incidents.incident import Incident
from helpdesk.incidents.thread import Entry, EntryKind, Participant
from tests.api.calls import Api
from tests.world import World


@pytest.fixture
def twins(world: World) -> tuple[Incident, Incident]:
    first, second = world.report("First"), world.report("Second", requester=world.jonas)
    world.session.commit()
    return second, first


def test_it_goes_on_as_one_and_comes_apart_again(api: Api, twins: tuple[Incident, Incident]) -> None:
    duplicate, into = twins
    merged = api.post(f"/incidents/{duplicate.id}/merge", {"into": into.id, "copied": ["jonas@northwind.example"]})
    assert (merged.status_code, merged.json["id"]) == (200, into.id)
    one, whole = (api.get(f"/incidents/{number}").json for number in (duplicate.id, into.id))
    assert (one["merged_into_id"], one["state"], whole["merged_into_id"]) == (into.id, "closed", None)
    assert [entry["incident_id"] for entry in whole["entries"]] == [into.id, duplicate.id]
    assert [person["address"] for person in whole["participants"]] == ["jonas@northwind.example"]
    assert [row["id"] for row in api.get("/incidents?view=all").json["incidents"]] == [into.id]
    apart = api.call("DELETE", f"/incidents/{duplicate.id}/merge")
    assert (apart.status_code, apart.json["merged_into_id"], apart.json["state"]) == (200, None, "new")
    assert api.get(f"/incidents/{into.id}").json["participants"] == []


def test_the_same_call_again_merges_once(api: Api, world: World, twins: tuple[Incident, Incident]) -> None:
    duplicate, into = twins
    for _ in range(2):
        answer = api.post(f"/incidents/{duplicate.id}/merge", {"into": into.id}, **{"Idempotency-Key": "once"})
        assert (answer.status_code, answer.json["id"]) == (200, into.id)
    again = api.post(f"/incidents/{duplicate.id}/merge", {"into": into.id})
    assert again.status_code == 409
    assert "was merged before" in again.json["detail"]


def test_what_can_not_be_merged(api: Api, petra: Api, world: World, twins: tuple[Incident, Incident]) -> None:
    duplicate, into = twins
    secret = world.private_report()
    world.session.commit()
    path = f"/incidents/{duplicate.id}/merge"
    assert api.post(path, {"into": secret.id}).status_code == 422
    assert api.post(path, {"into": 9999}).status_code == 422
    assert api.post(path, {"into": duplicate.id}).status_code == 409
    assert api.post(path, {"into": into.id, "copied": ["x@y.example"]}).status_code == 422
    assert api.call("DELETE", path).status_code == 409
    refused = petra.post(path, {"into": secret.id})
    assert refused.status_code == 409
    assert "private to Personnel" in refused.json["detail"]


def test_a_part_is_hidden_with_the_whole(api: Api, world: World, twins: tuple[Incident, Incident]) -> None:
    duplicate, into = twins
    api.post(f"/incidents/{duplicate.id}/merge", {"into": into.id})
    world.session.expire_all()
    into.team = world.personnel
    world.session.commit()
    assert api.get(f"/incidents/{duplicate.id}").status_code == 404


def test_what_only_agents_see_is_answered_when_asked_for(api: Api, world: World, number: int) -> None:
    incident = world.session.get_one(Incident, number)
    kinds = [kind.value for kind in EntryKind]
    for kind in kinds[1:]:
        incident.entries.append(Entry(kind=kind, at=world.at, author_kind="agent", author_name="Kim", text=f"A {kind}"))
    incident.participants.append(Participant(address="vendor@x.example", role="third_party", added_at=world.at))
    world.session.commit()
    said, internal = (api.get(f"/incidents/{number}{query}").json for query in ("", "?internal=true"))
    assert [entry["kind"] for entry in said["entries"]] == ["message", "reply"]
    assert said["participants"] == []
    assert [entry["kind"] for entry in internal["entries"]] == kinds
    assert [person["address"] for person in internal["participants"]] == ["vendor@x.example"]
