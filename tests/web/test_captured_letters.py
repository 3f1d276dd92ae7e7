"""The demo's mail viewer."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask import Flask

from helpdesk import db
from helpdesk.letters.captured import CapturingTransport
from helpdesk.mailboxes.mailbox import Mailbox
from helpdesk.web import live
from helpdesk.web.limits import limiter
from tests.web.conftest import Browser, make_app

NASTY = """<script>alert(1)</script>"'><img src=x onerror=alert(1)>"""


@pytest.fixture
def demo(built: tuple[Flask, Path], tmp_path: Path) -> Iterator[Flask]:
    shutil.copy(built[1], tmp_path / "helpdesk.db")
    app = make_app(tmp_path, capture_mail=True, base_url="http://desk.example")
    limiter.reset()
    yield app
    live.watcher(app).close()
    with app.app_context():
        db.db.engine.dispose()


def keep(app: Flask, subject: str, html: str, text: str = "plain words") -> str:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "help@northwind.example", "mia@northwind.example", subject
    letter["Date"] = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    letter["Message-ID"] = "<i1.1.a@northwind.example>"
    letter.set_content(text)
    letter.add_alternative(html, subtype="html")
    folder = app.extensions["house"].settings.data_folder / "outbox"
    mailbox = Mailbox(name="Support", address="help@northwind.example")
    return CapturingTransport(folder).send(letter, mailbox, "mia@northwind.example").removeprefix("250 kept as ")


HTML = (
    "<!doctype html><html><head><title>x</title></head><body>{0}"
    '<a href="http://desk.example/track/abc/answer">Yes</a><a href="http://desk.example//evil.example/">no</a>'
    '<a href="https://elsewhere.example/">away</a></body></html>'
)


def test_letters_are_listed_and_read(demo: Flask) -> None:
    kim = Browser(demo).sign_in("kim")
    assert "No letters yet" in kim.text("/outbox/captured")
    name = keep(demo, "INC-1 is fixed", HTML.format("Hello"))
    assert "INC-1 is fixed" in kim.text("/outbox/captured")
    page = kim.text(f"/outbox/captured/{name}")
    for said in ("INC-1 is fixed", "plain words", "i1.1.a@northwind.example", 'href="/track/abc/answer"'):
        assert said in page
    assert 'href="/evil.example/"' in page
    assert "//evil" not in page
    assert "elsewhere" not in page


def test_the_letter_itself_is_held_in_a_frame(demo: Flask) -> None:
    kim = Browser(demo).sign_in("kim")
    name = keep(demo, NASTY, HTML.format(NASTY), text=NASTY)
    page = kim.text(f"/outbox/captured/{name}")
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert 'sandbox="allow-top-navigation-by-user-activation"' in page
    frame = kim.get(f"/outbox/captured/{name}/html")
    policy = frame.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-top-navigation-by-user-activation" in policy
    assert "script" not in policy
    assert '<base target="_top">' in frame.text


@pytest.mark.parametrize("name", ["x.eml", "..%2f..%2fsecret_key", "20260302T090000Z-0000000000000000.eml", "%00"])
def test_other_names_are_404(demo: Flask, name: str) -> None:
    kim = Browser(demo).sign_in("kim")
    assert kim.get(f"/outbox/captured/{name}").status_code == 404
    assert kim.get(f"/outbox/captured/{name}/html").status_code == 404


def test_strangers_read_nobodys_letters(demo: Flask) -> None:
    name = keep(demo, "INC-1", HTML.format(""))
    for path in ("/outbox/captured", f"/outbox/captured/{name}", f"/outbox/captured/{name}/html"):
        assert Browser(demo).get(path).status_code == 302


def test_where_letters_are_sent_there_is_no_outbox(kim: Browser) -> None:
    assert kim.get("/outbox/captured").status_code == 404
    assert kim.get("/outbox/captured/20260302T090000Z-0000000000000000.eml").status_code == 404
