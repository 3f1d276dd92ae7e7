"""A mail attached to a mail: opened as a page, with its own files and mails, under the rights of the outer one."""

from collections.abc import Callable
from email.message import EmailMessage

import pytest
from flask import Flask

from helpdesk.attachments import attach
from helpdesk.incidents.thread import Words
from helpdesk.web.inner_mail import DEPTH_MAX
from tests.web.conftest import Browser
from tests.world import World


def mail(subject: str, text: str, *inner: EmailMessage) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "Vera <vera@x.example>", "mia@northwind.example", subject
    made["Date"], made["Message-ID"] = "Mon, 2 Mar 2026 07:00:00 +0000", f"<{len(subject)}@x.example>"
    made.set_content(text)
    for one in inner:
        made.add_attachment(one)
    return made


@pytest.fixture
def attached(world: World, app: Flask) -> World:
    innermost = mail("Innermost", "Deep words")
    inner = mail("The original", "Please pay\n<script>alert(1)</script>", innermost)
    inner.get_payload()[0].add_alternative(  # type: ignore[union-attr]
        '<p onclick="x()">Please <b>pay</b></p><script>alert(1)</script><img src="https://t.example/p.gif">', "html"
    )
    inner.add_attachment(b"GIF89a", maintype="image", subtype="gif", filename="dot.gif")
    inner.add_attachment(b"<script>", maintype="text", subtype="html", filename="run.html")
    store = app.extensions["house"].store
    files = (
        attach(store, "The original.eml", "message/rfc822", inner.as_bytes()),
        attach(store, "notes.txt", "text/plain", b"x"),
    )
    world.report(words=Words(text="See below", attachments=files))
    world.session.commit()
    return world


def test_it_opens_as_a_page_with_its_files(kim: Browser, attached: World) -> None:
    assert '<a href="/mails/1"><svg' in kim.text("/incidents/1")
    page = kim.text("/mails/1")
    for said in ("The original", "vera@x.example", "Please pay", "Innermost", "dot.gif", 'href="/mails/1?within=0"'):
        assert said in page
    assert "<script>alert" not in page
    picture, html = kim.get("/mails/1/file?within=1"), kim.get("/mails/1/file?within=2")
    assert (picture.mimetype, picture.data) == ("image/gif", b"GIF89a")
    assert html.mimetype == "application/octet-stream"
    assert html.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_the_mail_inside_it_opens_as_well_and_leads_back(kim: Browser, attached: World) -> None:
    page = kim.text("/mails/1?within=0")
    assert "Deep words" in page
    assert 'href="/mails/1"' in page


def test_its_html_is_shown_in_the_frame_only(kim: Browser, attached: World) -> None:
    frame = kim.get("/mails/1/html")
    assert "<b>pay</b>" in frame.text
    for bad in ("onclick", "alert(1)", "t.example"):
        assert bad not in frame.text
    assert "sandbox allow-same-origin" in frame.headers["Content-Security-Policy"]
    assert "t.example" in kim.text("/mails/1/html?images=1")
    assert kim.get("/mails/1/html?within=0").status_code == 404


@pytest.mark.parametrize("within", ["9", "-1", "1", "x", "0-0", "0-9", "1-1", "٣", "-".join("0" * 50), "9" * 500])
def test_what_is_not_there_is_not_found(kim: Browser, attached: World, within: str) -> None:
    assert kim.get(f"/mails/1?within={within}").status_code == 404
    assert kim.get("/mails/2").status_code == 404
    assert kim.get("/mails/99").status_code == 404


def test_the_depth_is_limited(kim: Browser, world: World, app: Flask) -> None:
    nested = mail("Bottom", "x")
    for level in range(DEPTH_MAX + 1):
        nested = mail(f"Level {level}", "x", nested)
    file = attach(app.extensions["house"].store, "m.eml", "message/rfc822", nested.as_bytes())
    world.report(words=Words(text="See", attachments=(file,)))
    world.session.commit()
    places = ["-".join("0" * depth) for depth in range(1, DEPTH_MAX + 1)]
    assert [kim.get(f"/mails/1?within={one}").status_code for one in places] == [200] * (DEPTH_MAX - 1) + [404]


def test_garbage_is_a_mail_without_words(kim: Browser, world: World, app: Flask) -> None:
    file = attach(app.extensions["house"].store, "m.eml", "message/rfc822", b"\xff\x00\x01" * 50)
    world.report(words=Words(text="See", attachments=(file,)))
    world.session.commit()
    assert kim.get("/mails/1").status_code == 200


def test_nobody_else_reaches_it(browse: Callable[[str], Browser], attached: World) -> None:
    attached.session.get_one(type(attached.report()), 1).team = attached.personnel
    attached.session.commit()
    for path in ("/mails/1", "/mails/1/html", "/mails/1/file?within=1"):
        assert browse("kim").get(path).status_code == 404
        assert browse("").get(path).status_code == 302
        assert browse("petra").get(path).status_code == 200
