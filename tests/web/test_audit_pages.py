"""What administrators change is written down; people can be erased; a record can be handed out and proved elsewhere."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select

from helpdesk.attachments import attach
from helpdesk.chain.signing import public_key
from helpdesk.cli.audit import command
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.thread import Words
from helpdesk.journal import Event, EventKind
from helpdesk.people.permissions import Role
from helpdesk.people.requester import Requester
from helpdesk.proof import breaks
from tests.web.conftest import SECRET, Browser
from tests.world import World

Browse = Callable[[str], Browser]


def settings_events(world: World) -> list[Event]:
    kinds = [EventKind.SETTING_ADDED.value, EventKind.SETTING_CHANGED.value, EventKind.SETTING_REMOVED.value]
    query = select(Event).where(Event.kind.in_(kinds), Event.actor_name == world.ada.name)
    return list(world.session.scalars(query.order_by(Event.id)))


def test_a_change_is_written_down_with_what_it_was(browse: Browse, world: World) -> None:
    ada = browse("ada")
    page = f"/settings/teams/{world.network.id}"
    ada.submit(page, page, name="Networks and lines", members=[str(world.sam.id), str(world.kim.id)])
    [event] = settings_events(world)
    assert (event.record_kind, event.record_id, event.actor_name) == ("teams", world.network.id, world.ada.name)
    assert (event.data["before"]["name"], event.data["after"]["name"]) == ("Network", "Networks and lines")
    assert event.data["joined"] == [world.kim.name]
    shown = ada.text("/settings/changes")
    assert "Networks and lines" in shown
    assert "<del>Network</del>" in shown
    assert list(breaks(world.session)) == []


def test_what_is_added_is_written_down_and_no_secret_is(browse: Browse, world: World) -> None:
    ada = browse("ada")
    ada.submit("/settings/services/new", "/settings/services", name="Door locks")
    page = f"/settings/mailboxes/{world.mailbox.id}"
    ada.submit(page, page, imap_host="imap.example.org", imap_username="help", imap_password="correct horse")
    added, changed = settings_events(world)
    assert (added.kind, added.data["after"]["name"]) == (EventKind.SETTING_ADDED, "Door locks")
    assert changed.data["after"]["imap_password_sealed"] == "•••"
    assert "correct horse" not in str([event.data for event in world.session.scalars(select(Event))])


def test_changes_are_found_by_kind_person_and_day(browse: Browse, world: World) -> None:
    ada = browse("ada")
    ada.submit("/settings/services/new", "/settings/services", name="Door locks")
    for query in ("kind=services", f"who={world.ada.id}", "since=2026-03-02", "until=2026-03-02", "since=nonsense"):
        assert "Door locks" in ada.text(f"/settings/changes?{query}"), query
    for query in ("kind=teams", f"who={world.kim.id}", "since=2026-03-03", "until=2026-03-01"):
        assert "Door locks</strong>" not in ada.text(f"/settings/changes?{query}"), query


@pytest.mark.parametrize("path", ["/settings/changes", "/settings/audit", "/settings/survey", "/erasure/people/1"])
def test_only_administrators(browse: Browse, path: str) -> None:
    assert browse("kim").get(path).status_code == 403


def test_a_person_is_erased_after_their_name_was_typed(browse: Browse, world: World) -> None:
    ada, page = browse("ada"), f"/erasure/people/{world.mia.id}"
    incident = world.report("Mia’s screen", "My screen is dark. Mia")
    world.session.commit()
    assert "Entries they wrote" in ada.text(page)
    assert ada.submit(page, page, name="Jonas").status_code == 422
    world.session.expire_all()
    assert incident.subject == "Mia’s screen"
    assert ada.submit(page, page, name="mia tanaka").status_code == 303
    world.session.expire_all()
    assert (incident.subject, incident.entries[0].text) == ("(erased)", "(erased)")
    assert world.session.get_one(Requester, world.mia.id).name == f"Erased person {world.mia.id}"
    assert ada.get(page).status_code == 409
    assert "Erased" in ada.text(f"/incidents/{incident.id}")
    assert "erased" in ada.text("/settings/changes")
    assert list(breaks(world.session)) == []


def test_an_agent_at_work_is_not_erased(browse: Browse, world: World) -> None:
    answer = browse("ada").get(f"/erasure/agents/{world.sam.id}")
    assert answer.status_code == 409
    assert "Take their access away first" in answer.text


@pytest.fixture
def incident(app: Flask, world: World) -> Incident:
    store = app.extensions["house"].store
    made = world.report(
        "The till is dark", words=Words("Look.", attachments=(attach(store, "a.png", "image/png", b"x"),))
    )
    world.reply(made)
    world.sam.role = Role.LEAD.value
    world.session.commit()
    return made


@pytest.fixture
def sealed(browse: Browse, incident: Incident, tmp_path: Path) -> Path:
    page = f"/incidents/{incident.id}"
    answer = browse("sam").submit(page, f"{page}/export")
    assert answer.status_code == 200
    path = tmp_path / "INC.zip"
    path.write_bytes(answer.data)
    answer.close()
    return path


def proved(path: Path, key: str = "") -> tuple[int, str]:
    result = CliRunner().invoke(command, ["verify", str(path), *(["--public-key", key] if key else [])])
    return result.exit_code, result.output


def changed(path: Path, name: str, change: Callable[[bytes], bytes | None]) -> Path:
    """The same archive with one file changed, put in, or, for None, left out."""
    other = path.with_name("changed.zip")
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(other, "w") as made:
        for one in {*archive.namelist(), name}:
            content = archive.read(one) if one in archive.namelist() else b""
            content = change(content) if one == name else content
            if content is not None:
                made.writestr(one, content)
    return other


def test_a_sealed_record_is_proved_without_the_desk(sealed: Path, incident: Incident, world: World) -> None:
    code, said = proved(sealed, public_key(SECRET))
    assert (code, said.splitlines()[-1]) == (0, "Everything holds.")
    with zipfile.ZipFile(sealed) as archive:
        record = json.loads(archive.read("record.json"))
        assert record["number"] == incident.number
        assert "The till is dark" in archive.read("timeline.html").decode()
        events = json.loads(archive.read("events.json"))
    assert (events[-1]["kind"], events[-1]["actor_name"]) == (EventKind.EXPORTED, world.sam.name)


def test_anything_changed_in_it_is_told(sealed: Path) -> None:
    with zipfile.ZipFile(sealed) as archive:
        blob = next(name for name in archive.namelist() if name.startswith("files/"))
    for name, change, told in (
        ("record.json", lambda content: content.replace(b"dark", b"fine"), "record.json was changed"),
        ("events.json", lambda content: content.replace(b"opened", b"opener"), "was changed after it was written"),
        ("words.json", lambda content: content.replace(b"Look.", b"Loot."), "entry"),
        (blob, lambda _: b"y", "was changed"),
        (blob, lambda _: None, "is missing"),
        ("extra.txt", lambda _: b"more", "was put in"),
        (
            "manifest.json",
            lambda content: content.replace(b"helpdesk", b"helpdesk", 1).replace(b"INC-", b"INC-9"),
            "signature",
        ),
        ("manifest.sig", lambda _: b"00" * 64, "signature"),
        ("events.json", lambda content: content[:50], "damaged"),
    ):
        code, said = proved(changed(sealed, name, change))
        assert (code, told in said) == (1, True), (name, said)


def test_another_desks_key_does_not_fit(sealed: Path) -> None:
    assert proved(sealed, public_key("another"))[0] == 1
    code, said = proved(sealed, "nonsense")
    assert (code, "That is no public key" in said) == (1, True)


def test_what_is_no_sealed_record_is_said(tmp_path: Path) -> None:
    (tmp_path / "other.zip").write_bytes(b"PK not really")
    assert "no sealed record" in proved(tmp_path / "other.zip")[1]
    empty = io.BytesIO()
    zipfile.ZipFile(empty, "w").close()
    (tmp_path / "empty.zip").write_bytes(empty.getvalue())
    assert "no sealed record" in proved(tmp_path / "empty.zip")[1]


def test_who_may_not_export_gets_no_record(browse: Browse, world: World) -> None:
    made = world.report()
    world.session.commit()
    kim = browse("kim")
    assert "Export, sealed" not in kim.text(f"/incidents/{made.id}")
    assert kim.post(f"/incidents/{made.id}/export").status_code == 403
