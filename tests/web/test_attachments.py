"""Files and original mails: only for those who see the incident, and never able to run anything."""

from collections.abc import Callable

import pytest
from flask import Flask

from helpdesk.attachments import attach
from helpdesk.incidents.thread import Words
from tests.web.conftest import Browser
from tests.world import World

MAIL = """<p onclick="x()">Hello<script>alert(1)</script></p><img src="cid:shot@1" alt="shot">
<img src="https://tracker.example/p.gif" alt="pixel"><img src="//x.example/q"><img src="javascript:alert(1)">
<a href="javascript:alert(1)">bad</a><a href="https://ok.example">good</a><form><input></form><style>p{}</style>"""


@pytest.fixture
def filed(world: World, app: Flask) -> World:
    store = app.extensions["house"].store
    files = (
        attach(store, "shot.png", "image/png", b"PNG", inline=True, content_id="<shot@1>"),
        attach(store, "run.html", "text/html", b"<script>alert(1)</script>"),
        attach(store, "Übersicht “März”.svg", "image/svg+xml", b"<svg onload='alert(1)'/>"),
    )
    world.report(words=Words(text="Hello", html=MAIL, attachments=files))
    world.session.commit()
    return world


def test_pictures_are_shown_and_all_else_is_downloaded(kim: Browser, filed: World) -> None:
    picture, page, drawing = (kim.get(f"/attachments/{number}/x") for number in (1, 2, 3))
    assert (picture.mimetype, picture.data) == ("image/png", b"PNG")
    assert picture.headers["Content-Disposition"].startswith("inline")
    for answer in (page, drawing):
        assert answer.mimetype == "application/octet-stream"
        assert answer.headers["Content-Disposition"].startswith("attachment")
    for answer in (picture, page, drawing):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "UTF-8''%C3%9Cbersicht" in drawing.headers["Content-Disposition"]


def test_the_page_links_them_but_not_those_inside_the_mail(kim: Browser, filed: World) -> None:
    page = kim.text("/incidents/1")
    assert 'href="/attachments/2/run.html"' in page
    assert "/attachments/1/" not in page
    assert 'sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"' in page


def test_the_original_shows_without_running_or_calling_home(kim: Browser, filed: World) -> None:
    answer = kim.get("/entries/1/html")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; img-src 'self' data:; ")
    assert "sandbox allow-same-origin" in policy
    assert "allow-scripts" not in policy
    for bad in ("alert(1)", "onclick", "tracker.example", "<form", "<style", "javascript:"):
        assert bad not in answer.text
    assert '<img src="/attachments/1/shot.png" alt="shot">' in answer.text
    assert 'href="https://ok.example"' in answer.text
    assert "2 images from elsewhere are not shown" in answer.text


def test_remote_images_come_when_asked_for(kim: Browser, filed: World) -> None:
    answer = kim.get("/entries/1/html?images=1")
    assert "https://tracker.example/p.gif" in answer.text
    assert "img-src 'self' data: https: http:;" in answer.headers["Content-Security-Policy"]
    assert "The sender can see" in answer.text


def test_nobody_else_reaches_them(browse: Callable[[str], Browser], filed: World, world: World) -> None:
    from sqlalchemy import select

    from helpdesk.incidents.incident import Incident

    world.session.scalars(select(Incident)).one().team = world.personnel
    world.session.commit()
    for path in ("/attachments/1/shot.png", "/attachments/2/run.html", "/entries/1/html", "/entries/1/text"):
        assert browse("kim").get(path).status_code == 404
        assert browse("petra").get(path).status_code == 200
        assert browse("").get(path).status_code == 302
    assert browse("petra").get("/attachments/99/x").status_code == 404
    assert browse("petra").get("/entries/99/html").status_code == 404


def test_an_entry_without_html_has_no_original(kim: Browser, world: World) -> None:
    world.report()
    world.session.commit()
    assert kim.get("/entries/1/html").status_code == 404
    assert "Show original" not in kim.text("/incidents/1")
