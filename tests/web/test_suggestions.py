"""Suggested fixes: found with reasons, used in a reply, refused for good, and quiet when the index is broken."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.incidents.incident import Incident
from helpdesk.journal import Event
from helpdesk.knowledge.reuse import FixVerdict
from search.document import Document, Key
from search.index import IndexDamaged
from tests.web.conftest import Browser
from tests.world import World

FIX = "Renewed the certificate and restarted the gateway."


def document(incident: Incident, *audience: str) -> Document:
    return Document(
        Key("incident", incident.id), 1, incident.subject, incident.entries[0].text,
        f"{incident.cause} {incident.resolution}",
        frozenset(audience or {"agents"}), incident.opened_at, "resolved", suggestable=True,
    )  # fmt: skip


@pytest.fixture
def fixed(world: World, app: Flask) -> World:
    """INC-1 was fixed before, INC-2 is like it, INC-3 of the private team was too, article 1 tells of it as well."""
    before, world_now = world.report("VPN tunnel drops with error 809"), world.report("Error 809, the VPN tunnel drops")
    secret = world.private_report("VPN tunnel drops with error 809 for the board")
    world.resolve(before, text=FIX)
    world.resolve(secret, text="Told nobody")
    article = world.article("VPN error 809", "## Check\n\nLook at the *certificate* of the tunnel.")
    world.session.commit()
    assert world_now.id == 2
    told = Document(
        Key("article", article.id), 1, article.title, "", article.body + " error 809 VPN tunnel drops",
        frozenset({"agents"}), world.at, suggestable=True,
    )  # fmt: skip
    # The private one is in the index as if everybody might find it: the page must not rely on that.
    app.extensions["house"].index.apply([document(before), document(secret), told])
    return world


def events(world: World, kind: str) -> list[dict[str, Any]]:
    world.session.expire_all()
    return list(world.session.scalars(select(Event.data).where(Event.kind == kind)))


def test_they_come_with_their_reasons(kim: Browser, fixed: World) -> None:
    part = kim.get("/incidents/2/suggestions", HX_Request="true").text
    assert "<html" not in part
    assert FIX in part
    assert "INC-1, resolved in March" in part
    assert '<span class="reason">809</span>' in part
    assert "Look at the certificate of the tunnel." in part
    assert "Told nobody" not in part
    assert "for the board" not in part
    assert "<html" in kim.text("/incidents/2/suggestions")


def test_using_one_fills_the_reply_and_is_recorded(kim: Browser, fixed: World) -> None:
    answer = kim.submit("/incidents/2/suggestions", "/incidents/2/fixes/incident/1/use")
    assert answer.location == "/incidents/2?fix=incident-1#composer"
    assert kim.form(answer.location, "/incidents/2/replies")["text"] == [FIX]
    assert events(fixed, "fix_reused") == [{"document": "incident:1"}]
    assert "helped once" in kim.text("/incidents/2/suggestions")
    assert "used the fix of <b>INC-1</b>" in kim.text("/incidents/2")
    filled = kim.form("/incidents/2/resolution", "/incidents/2/resolution")
    assert filled["cause"][0].strip() == "The certificate of the gateway had run out."
    assert filled["text"][0].strip() == FIX


def test_with_htmx_it_stands_behind_what_was_typed(kim: Browser, fixed: World) -> None:
    token = kim.token()
    part = kim.client.post(
        "/incidents/2/fixes/incident/1/use",
        data={"text": "Hello Mia,", "csrf_token": token},
        headers={"HX-Request": "true"},
    )
    assert f"Hello Mia,\n\n{FIX}</textarea>" in part.text
    assert 'hx-swap-oob="outerMorph"' in part.text
    assert len(events(fixed, "fix_reused")) == 1


def test_said_twice_counts_once(kim: Browser, fixed: World) -> None:
    for _ in range(2):
        kim.post("/incidents/2/fixes/incident/1/use")
    assert len(events(fixed, "fix_reused")) == 1
    assert len(list(fixed.session.scalars(select(FixVerdict)))) == 1


def test_not_this_takes_it_away(kim: Browser, fixed: World) -> None:
    answer = kim.submit("/incidents/2/suggestions", "/incidents/2/fixes/incident/1/rejection")
    assert answer.location == "/incidents/2"
    assert FIX not in kim.text("/incidents/2/suggestions")
    assert events(fixed, "fix_rejected") == [{"document": "incident:1"}]
    part = kim.client.post(
        "/incidents/2/fixes/article/1/rejection", data={"csrf_token": kim.token()}, headers={"HX-Request": "true"}
    )
    assert (part.status_code, part.text) == (200, "")


@pytest.mark.parametrize("fix", ["incident/3", "incident/2", "incident/99", "article/9", "person/1"])
def test_what_one_may_not_see_cannot_be_used(kim: Browser, fixed: World, fix: str) -> None:
    assert kim.post(f"/incidents/2/fixes/{fix}/use").status_code == 404
    assert kim.form(f"/incidents/2?fix={fix.replace('/', '-')}", "/incidents/2/replies")["text"] == [""]


def test_others_incidents_have_none(browse: Callable[[str], Browser], fixed: World) -> None:
    assert browse("kim").get("/incidents/3/suggestions").status_code == 404
    assert browse("kim").post("/incidents/3/fixes/incident/1/use").status_code == 404
    assert browse("").get("/incidents/2/suggestions").status_code == 302


def test_a_broken_index_is_no_broken_page(kim: Browser, fixed: World, app: Flask) -> None:
    class Broken:
        def suggest(self, *_: Any, **__: Any) -> None:
            raise IndexDamaged("Rebuild it")

    app.extensions["house"] = replace(app.extensions["house"], index=Broken())
    answer = kim.get("/incidents/2/suggestions", HX_Request="true")
    assert answer.status_code == 200
    assert "not available at the moment" in answer.text
