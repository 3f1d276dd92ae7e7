"""Files and original mails: only for those who see the incident, and never able to run anything."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from helpdesk.attachments import attach
from helpdesk.incidents.thread import Entry, Words
from tests.web.conftest import Browser
from tests.world import World

MAIL = """<p onclick="x()">Hello<script>alert(1)</script></p><img src="cid:shot@1" alt="shot">
<img src="https://tracker.example/p.gif" alt="pixel"><img src="//x.example/q"><img src="javascript:alert(1)">
<a href="javascript:alert(1)">bad</a><a href="https://ok.example">good</a><form><input></form><style>p{}</style>"""

SHOT = b"PNG" * 5_000


@pytest.fixture
def filed(world: World, app: Flask) -> World:
    store = app.extensions["house"].store
    files = (
        attach(store, "shot.png", "image/png", SHOT, inline=True, content_id="<shot@1>"),
        attach(store, "run.html", "text/html", b"<script>alert(1)</script>"),
        attach(store, "Übersicht “März”.svg", "image/svg+xml", b"<svg onload='alert(1)'/>"),
    )
    world.report(words=Words(text="Hello", html=MAIL, attachments=files, sender="mia@northwind.example"))
    world.session.commit()
    return world


def test_pictures_are_shown_and_all_else_is_downloaded(kim: Browser, filed: World) -> None:
    picture, page, drawing = (kim.get(f"/attachments/{number}/x") for number in (1, 2, 3))
    assert (picture.mimetype, picture.data) == ("image/png", SHOT)
    assert picture.headers["Content-Disposition"].startswith("inline")
    for answer in (page, drawing):
        assert answer.mimetype == "application/octet-stream"
        assert answer.headers["Content-Disposition"].startswith("attachment")
    for answer in (picture, page, drawing):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "UTF-8''%C3%9Cbersicht" in drawing.headers["Content-Disposition"]


def test_the_page_links_files_and_shows_pictures_small(kim: Browser, filed: World) -> None:
    page = kim.text("/incidents/1")
    assert 'href="/attachments/2/run.html" download' in page
    assert '<img src="/attachments/1/shot.png" alt="shot.png" loading="lazy">' in page
    assert '<img src="/attachments/3' not in page
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


def test_images_of_a_sender_are_shown_always_once_asked_for(browse: Callable[[str], Browser], filed: World) -> None:
    kim = browse("kim")
    assert "Always show images of mia@northwind.example" in kim.text("/incidents/1")
    answer = kim.submit("/incidents/1", "/entries/1/images")
    assert (answer.status_code, answer.location) == (303, "/incidents/1#entry-1")
    assert "tracker.example" in kim.text("/entries/1/html")
    assert "tracker.example" not in kim.text("/entries/1/html?images=0")
    assert "tracker.example" not in browse("petra").text("/entries/1/html")
    assert "Ask before showing images" in kim.text("/incidents/1")
    kim.submit("/incidents/1", "/entries/1/images")
    assert "tracker.example" not in kim.text("/entries/1/html")


def test_a_forged_mail_of_theirs_shows_none(kim: Browser, filed: World) -> None:
    kim.submit("/incidents/1", "/entries/1/images")
    filed.session.get_one(Entry, 1).trust = "fail"
    filed.session.commit()
    assert "tracker.example" not in kim.text("/entries/1/html")
    assert "/entries/1/images" not in kim.text("/incidents/1")


def folded(page: str) -> int:
    found = re.search(r"(\d+) pictures? of a signature, or shown before", page)
    return int(found[1]) if found else 0


def test_what_comes_with_every_mail_is_a_signature_and_folded_away(kim: Browser, world: World, app: Flask) -> None:
    store = app.extensions["house"].store

    def mail(sender: str, *contents: bytes) -> Words:
        files = [attach(store, "p.png", "image/png", one, inline=True) for one in contents]
        return Words(text="Hello", attachments=tuple(files), sender=sender)

    logo, shot, tiny = b"logo" * 5_000, b"shot" * 5_000, b"icon"
    first = world.report(words=mail("mia@x.example", logo, shot, tiny))
    world.session.commit()
    assert folded(kim.text("/incidents/1")) == 1  # the tiny one
    for number in range(2):
        world.report(words=mail(f"other{number}@X.example", logo))
        world.report(words=mail(f"else@y{number}.example", shot))
    world.session.commit()
    page = kim.text("/incidents/1")
    assert folded(page) == 2
    assert '<img src="/attachments/2/p.png"' in page
    first.receive(mail("mia@x.example", logo, shot), by=world.mia.actor(), at=world.at)
    world.session.commit()
    page = kim.text("/incidents/1")
    assert page.count('class="pictures"') == 1
    assert 'href="/attachments/1/p.png" download' in page  # folded, and still there


def test_an_attached_mail_opens_instead_of_being_downloaded(kim: Browser, world: World, app: Flask) -> None:
    file = attach(app.extensions["house"].store, "Fw.EML", "application/octet-stream", b"Subject: Hi\n\nWords")
    world.report(words=Words(text="See", attachments=(file,)))
    world.session.commit()
    assert 'href="/mails/1">' in kim.text("/incidents/1")
    assert "Words" in kim.text("/mails/1")
