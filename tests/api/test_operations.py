"""Each call does what it says, and leaves the same records as the pages do."""

import hashlib
from datetime import timedelta

import pytest

from helpdesk.attachments import attach
from helpdesk.house import House
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.thread import Words
from helpdesk.knowledge.reuse import Verdict, judge
from helpdesk.reactions.index import all_documents
from search.document import Key
from tests.api.calls import Api, happened, kinds
from tests.world import World

REPORT = {"requester": {"address": "Mia@Northwind.example"}, "subject": "No sound", "text": "Since the update."}
FIX = {"code": "fixed", "cause": "A driver was missing.", "text": "Installed the driver."}


def index_all(world: World, house: House) -> None:
    house.index.apply(list(all_documents(world.session)))
    world.session.commit()


def test_logging_an_incident(api: Api, world: World) -> None:
    chosen = {"service_id": world.vpn.id, "category_id": world.printing.id, "impact": 1, "urgency": 1}
    answer = api.post("/incidents", REPORT | chosen)
    assert answer.status_code == 201
    said = answer.json
    assert (said["number"], said["state"], said["priority"]) == (f"INC-{said['id']}", "new", 1)
    assert said["requester"] == {"id": world.mia.id, "name": "Mia Tanaka", "address": "mia@northwind.example"}
    assert (said["service"]["name"], said["category"]["name"]) == ("VPN", "Hardware › Printing")
    assert said["team"]["name"] == "Network"  # the service's
    assert (said["source"], said["opened_at"]) == ("api", "2026-03-02T09:00:00Z")
    assert answer.headers["Location"] == f"http://localhost/api/v1/incidents/{said['id']}"
    assert kinds(world, said["id"]) == ["opened", "prioritized"]
    event, _ = happened(world, said["id"])
    assert (event.actor_kind, event.actor_id, event.actor_name) == ("agent", world.kim.id, "Kim Novak (token script)")


def test_a_new_requester_is_made(api: Api, world: World) -> None:
    requester = {"address": "new@northwind.example", "name": "Noor Ali"}
    said = api.post("/incidents", REPORT | {"requester": requester, "team_id": world.support.id}).json
    assert said["requester"]["name"] == "Noor Ali"
    assert said["team"]["name"] == "Support"


def test_reading_an_incident(api: Api, world: World, house: House) -> None:
    file = attach(house.store, "log.txt", "text/plain", b"all is lost")
    incident = world.report(words=Words("See the log.", attachments=(file,), cc=("boss@northwind.example",)))
    world.session.commit()
    answer = api.get(f"/incidents/{incident.id}")
    assert answer.headers["ETag"] == f'"{incident.version}"'
    [entry] = answer.json["entries"]
    assert (entry["kind"], entry["author"], entry["text"]) == ("message", "Mia Tanaka", "See the log.")
    [shown] = entry["attachments"]
    assert (shown["filename"], shown["size_bytes"]) == ("log.txt", 11)
    assert answer.json["participants"] == [{"address": "boss@northwind.example", "name": ""}]
    bytes_path = shown["url"].removeprefix("http://127.0.0.1:5000/api/v1")
    download = api.get(bytes_path)
    assert download.data == b"all is lost"
    assert download.headers["Content-Disposition"] == "attachment; filename=log.txt"
    assert download.get_etag() == (hashlib.sha256(b"all is lost").hexdigest(), False)


def test_replying_opens_and_a_note_does_not(api: Api, world: World, number: int) -> None:
    noted = api.post(f"/incidents/{number}/notes", {"text": "Her *third* one."})
    assert (noted.status_code, noted.json["kind"]) == (201, "note")
    assert api.get(f"/incidents/{number}").json["state"] == "new"
    replied = api.post(f"/incidents/{number}/replies", {"text": "We are **on** it."})
    assert (replied.status_code, replied.json["kind"]) == (201, "reply")
    said = api.get(f"/incidents/{number}?internal=true")
    assert said.json["state"] == "open"
    assert said.headers["ETag"] == replied.headers["ETag"]
    assert [entry["text"] for entry in said.json["entries"]][1:] == ["Her *third* one.", "We are **on** it."]
    assert kinds(world, number) == ["opened", "noted", "replied", "state_changed"]
    world.session.expire_all()
    assert world.session.get_one(Incident, number).entries[2].html == "<p>We are <strong>on</strong> it.</p>\n"


def test_assigning(api: Api, world: World, number: int) -> None:
    said = api.post(f"/incidents/{number}/assignment", {"assignee_id": world.sam.id}).json
    assert (said["assignee"]["name"], said["team"]["name"], said["state"]) == ("Sam Okafor", "Support", "open")
    said = api.post(f"/incidents/{number}/assignment", {"assignee_id": None, "team_id": world.network.id}).json
    assert (said["assignee"], said["team"]["name"]) == (None, "Network")
    assert kinds(world, number) == ["opened", "assigned", "state_changed", "assigned"]


def test_waiting_and_resuming(api: Api, world: World, number: int) -> None:
    path = f"/incidents/{number}/pending"
    assert api.post(path, {"waits_for": "requester"}).json["state"] == "pending_requester"
    said = api.post(path, {"waits_for": "other", "until": "2030-01-31T10:00:00+01:00", "reason": "A part."}).json
    assert (said["state"], said["wake_at"]) == ("pending_other", "2030-01-31T09:00:00Z")
    assert api.post(f"/incidents/{number}/resumption").json["state"] == "open"
    assert kinds(world, number) == ["opened", *["state_changed"] * 3]


def test_the_whole_life(api: Api, world: World, number: int) -> None:
    said = api.post(f"/incidents/{number}/resolution", FIX).json
    assert (said["state"], said["resolved_at"]) == ("resolved", "2026-03-02T09:00:00Z")
    assert said["resolution"] == {**FIX, "cause_kind": None}
    assert api.post(f"/incidents/{number}/closure").json["closed_at"] == "2026-03-02T09:00:00Z"
    said = api.delete(f"/incidents/{number}/closure?reason=It+is+back.").json
    assert (said["state"], said["resolution"]) == ("open", None)
    api.post(f"/incidents/{number}/resolution", FIX)
    assert api.delete(f"/incidents/{number}/resolution").json["state"] == "open"
    assert kinds(world, number) == ["opened", "resolved", "closed", "reopened", "resolved", "reopened"]
    assert happened(world, number)[3].data["reason"] == "It is back."


def test_changing_what_it_is_about(api: Api, world: World, number: int) -> None:
    change = {"subject": "VPN again", "service_id": world.vpn.id, "category_id": world.access.id}
    change |= {"impact": 1, "reason": "All of them"}
    said = api.patch(f"/incidents/{number}", change).json
    assert (said["subject"], said["service"]["name"], said["category"]["name"]) == ("VPN again", "VPN", "Access")
    assert (said["impact"], said["urgency"], said["priority"]) == (1, 2, 2)
    said = api.patch(f"/incidents/{number}", {"category_id": None}).json
    assert (said["service"]["name"], said["category"]) == ("VPN", None)
    assert kinds(world, number) == ["opened", "renamed", "categorized", "prioritized", "categorized"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["c", "b", "a"]),
        ("?sort=opened", ["a", "b", "c"]),
        ("?sort=priority", ["b", "c", "a"]),
        ("?view=mine", ["b"]),
        ("?view=unassigned", ["c", "a"]),
        ("?priority=1", ["b"]),
        ("?state=open", ["b"]),
        ("?state=resolved", ["d"]),
        ("?view=all&requester=jonas", ["d", "c"]),
    ],
)
def test_filters(api: Api, world: World, query: str, expected: list[str]) -> None:
    world.report("a")
    mine = world.report("b", impact=1, urgency=1, at=world.passes(minutes=1))
    world.assign(mine, world.kim)
    world.report("c", requester=world.jonas, at=world.passes(minutes=1))
    world.passes(minutes=1)
    world.resolve(world.report("d", requester=world.jonas))
    world.session.commit()
    assert [row["subject"] for row in api.get(f"/incidents{query}").json["incidents"]] == expected


def test_filters_by_number(api: Api, world: World) -> None:
    world.report("a", service=world.vpn, category=world.access)
    mine = world.report("b", team=world.support)
    world.assign(mine, world.sam)
    world.session.commit()
    for query, subject in (
        (f"service={world.vpn.id}", "a"),
        (f"category={world.access.id}", "a"),
        (f"team={world.support.id}", "b"),
        (f"assignee={world.sam.id}", "b"),
    ):
        assert [row["subject"] for row in api.get(f"/incidents?{query}").json["incidents"]] == [subject], query


def test_articles(api: Api, world: World, number: int) -> None:
    given = {"title": "Sound", "body": "Install *it*.", "service_id": world.mail.id, "from_incident_id": number}
    written = api.post("/articles", given)
    assert written.status_code == 201
    assert (written.json["audience"], written.json["from_incident_id"]) == ("internal", number)
    assert api.get(f"/articles/{written.json['id']}").json == written.json
    world.article("For all", public=True)
    world.session.commit()
    assert [one["title"] for one in api.get("/articles?audience=public").json["articles"]] == ["For all"]
    assert len(api.get("/articles").json["articles"]) == 2


def test_searching(api: Api, world: World, house: House, number: int) -> None:
    world.article("When the VPN drops")
    index_all(world, house)
    found = api.get("/search?q=VPN").json
    assert (found["total"], {hit["kind"] for hit in found["hits"]}) == (2, {"incident", "article"})
    [hit] = api.get("/search?q=VPN&kind=incident").json["hits"]
    assert (hit["id"], hit["title"]) == (number, "The VPN drops every few minutes")
    page = api.get("/search?q=VPN&limit=1")
    assert "offset=1" in page.headers["Link"]
    assert "Link" not in api.get("/search?q=VPN&limit=1&offset=1").headers


def test_suggesting(api: Api, world: World, house: House) -> None:
    old = world.report(service=world.vpn, at=world.at - timedelta(days=3))
    world.resolve(old)
    article = world.article("The VPN drops every few minutes")
    new = world.report("VPN drops every few minutes again", service=world.vpn)
    index_all(world, house)
    first = api.get(f"/incidents/{new.id}/suggestions").json["suggestions"][0]
    assert (first["kind"], first["id"]) == ("incident", old.id)
    assert first["text"] == "Renewed the certificate and restarted the gateway."
    assert first["same_service"]
    assert first["matched_terms"]
    judge(world.session, new.id, Key("incident", old.id), Verdict.REJECTED, agent_name="Kim", at=world.at)
    world.session.commit()
    left = api.get(f"/incidents/{new.id}/suggestions").json["suggestions"]
    assert [(one["kind"], one["id"]) for one in left] == [("article", article.id)]


def test_health_needs_no_token(api: Api) -> None:
    answer = api.app.test_client().get("/api/v1/health")
    assert answer.json["status"] == "ok"
    assert api.get("/health").json["time"] == "2026-03-02T09:00:00Z"
