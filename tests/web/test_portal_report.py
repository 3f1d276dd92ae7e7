"""The public form: what a requester sends, sends twice, forgets, and what a machine sends."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from helpdesk.incidents.incident import Incident
from helpdesk.web import live
from helpdesk.web.limits import limiter
from intake.ledger import LedgerRow
from tests.web.conftest import Browser, form_in, make_app
from tests.world import World

NASTY = """<script>alert(1)</script>"'><img src=x onerror=alert(1)>"""
PAGE = "/support/report"
REPORT = {
    "name": "Mia Tanaka",
    "address": "mia@northwind.example",
    "subject": "Printer prints blank pages",
    "text": "Since this morning every page is blank.",
    "impact": "2",
    "urgency": "1",
}


@pytest.fixture
def mia(browse: Callable[[str], Browser]) -> Browser:
    return browse("")


def incidents(world: World) -> list[Incident]:
    world.session.rollback()
    return list(world.session.scalars(select(Incident).order_by(Incident.id)))


def test_a_report_becomes_an_incident(world: World, mia: Browser) -> None:
    vpn = world.vpn.id
    world.session.rollback()
    answer = mia.submit(PAGE, PAGE, **REPORT, service_id=str(vpn))
    assert answer.status_code == 303
    assert answer.location.startswith("/support/sent/")
    (made,) = incidents(world)
    thanks = mia.text(answer.location)
    assert made.number in thanks
    assert "acknowledgement" in thanks
    assert (made.subject, made.source) == ("Printer prints blank pages", "form")
    assert made.requester.name == "Mia Tanaka"
    assert (made.impact, made.urgency, made.service_id) == (2, 1, vpn)
    assert made.entries[0].text == "Since this morning every page is blank."


def test_files_arrive_whole(app: Flask, world: World, mia: Browser) -> None:
    files = [(BytesIO(b"\x89PNG one"), "screen.png", "image/png"), (BytesIO(b"two\r\n"), "lög.txt", "text/plain")]
    assert mia.submit(PAGE, PAGE, **REPORT, files=files).status_code == 303
    attached = incidents(world)[0].entries[0].attachments
    store = app.extensions["house"].store
    assert [(one.filename, store.get(one.sha256)) for one in attached] == [
        ("screen.png", b"\x89PNG one"),
        ("lög.txt", b"two\r\n"),
    ]


def test_sending_twice_answers_with_the_same_incident(world: World, mia: Browser) -> None:
    form = mia.form(PAGE, PAGE)
    first, second = mia.send(PAGE, form, **REPORT), mia.send(PAGE, form, **REPORT)
    assert first.location == second.location
    assert len(incidents(world)) == 1
    assert mia.submit(PAGE, PAGE, **REPORT | {"text": "Something else"}).location != first.location
    assert len(incidents(world)) == 2


@pytest.mark.parametrize("key", ["", "short", "x" * 5000, NASTY])
def test_a_key_that_is_not_ours_is_replaced(world: World, mia: Browser, key: str) -> None:
    assert mia.submit(PAGE, PAGE, **REPORT, key=key).status_code == 303
    assert len(incidents(world)) == 1
    assert len(world.session.scalars(select(LedgerRow)).one().key) < 40


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "", "Tell us who you are"),
        ("address", "", "We need an address"),
        ("address", "mia at northwind", "not a mail address"),
        ("address", "mia@northwind.example\nBcc: x@y.example", "not a mail address"),
        ("subject", "", "in one line"),
        ("subject", "x" * 251, "Shorten this line"),
        ("text", "   ", "Say what happened"),
        ("text", "x" * 100_001, "Shorten this"),
        ("service_id", "999", "choice"),
        ("service_id", "zero", "choice"),
        ("impact", "7", "choice"),
        ("urgency", "", "choice"),
    ],
)
def test_what_is_wrong_is_said_and_everything_typed_stays(
    world: World, mia: Browser, field: str, value: str, said: str
) -> None:
    answer = mia.submit(PAGE, PAGE, **REPORT | {field: value})
    assert answer.status_code == 422
    assert said in answer.text
    again = form_in(answer.text, PAGE)
    for name in ("name", "address", "subject", "impact", "urgency"):
        if name != field:
            assert again[name] == [REPORT[name]], name
    if field != "text":
        assert again["text"][0].strip() == REPORT["text"]
    assert incidents(world) == []


def test_files_survive_a_mistake_elsewhere(world: World, mia: Browser) -> None:
    files = [(BytesIO(b"picture"), "screen.png")]
    failed = mia.submit(PAGE, PAGE, **REPORT | {"text": ""}, files=files)
    assert failed.status_code == 422
    assert "screen.png" in failed.text
    answer = mia.send(PAGE, form_in(failed.text, PAGE), text="Now with words.")
    assert answer.status_code == 303
    assert [one.filename for one in incidents(world)[0].entries[0].attachments] == ["screen.png"]


def test_too_many_files_are_refused(world: World, mia: Browser) -> None:
    files = [(BytesIO(b"x"), f"{number}.txt") for number in range(21)]
    answer = mia.submit(PAGE, PAGE, **REPORT, files=files)
    assert answer.status_code == 422
    assert "at most 20 files" in answer.text
    assert incidents(world) == []


def test_a_machine_is_thanked_and_nothing_is_filed(world: World, mia: Browser) -> None:
    answer = mia.submit(PAGE, PAGE, **REPORT, website="https://pills.example")
    assert answer.status_code == 303
    assert "Thank you" in mia.text(answer.location)
    assert incidents(world) == []
    assert world.session.scalar(select(func.count()).select_from(LedgerRow)) == 0


def test_people_do_not_meet_the_honeypot(mia: Browser) -> None:
    page = mia.text(PAGE)
    trap = page[page.index("off-stage") : page.index("off-stage") + 400]
    assert 'tabindex="-1"' in trap
    assert 'aria-hidden="true"' in trap


def test_a_form_from_elsewhere_is_refused(world: World, mia: Browser) -> None:
    assert mia.client.post(PAGE, data=REPORT).status_code == 400
    assert incidents(world) == []


def test_looking_at_the_form_changes_nothing(world: World, mia: Browser) -> None:
    mia.text(PAGE)
    mia.get(PAGE + "?name=Mia&text=prefilled")
    world.session.rollback()
    assert world.session.scalar(select(func.count()).select_from(LedgerRow)) == 0


def test_markup_is_text_everywhere(world: World, mia: Browser, kim: Browser) -> None:
    said = {"name": f"Mia {NASTY}", "subject": NASTY, "text": NASTY}
    failed = mia.submit(PAGE, PAGE, **REPORT | said | {"address": NASTY})
    assert failed.status_code == 422
    assert mia.submit(PAGE, PAGE, **REPORT | said).status_code == 303
    number = incidents(world)[0].id
    for page in (failed.text, kim.text(f"/incidents/{number}"), kim.text("/queue")):
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_nulls_and_odd_characters_pass(world: World, mia: Browser) -> None:
    answer = mia.submit(PAGE, PAGE, **REPORT | {"subject": "a\0b\u202e\n c", "text": "x\0y\u0007 z"})
    assert answer.status_code == 303
    assert "\0" not in incidents(world)[0].subject + incidents(world)[0].entries[0].text


def test_only_services_for_the_form_are_offered(world: World, mia: Browser) -> None:
    payroll = world.payroll.id
    world.session.rollback()
    page = mia.text(PAGE)
    assert "VPN" in page
    assert "Payroll" not in page
    assert mia.submit(PAGE, PAGE, **REPORT, service_id=str(payroll)).status_code == 422


@pytest.mark.parametrize("token", ["", "x", "W251bGxd.abc", "%00", "../../etc"])
def test_a_forged_thank_you_page_is_404(mia: Browser, token: str) -> None:
    assert mia.get(f"/support/sent/{token}").status_code == 404


def test_the_thank_you_page_is_for_nobody_else(world: World, mia: Browser) -> None:
    answer = mia.get(mia.submit(PAGE, PAGE, **REPORT).location)
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert answer.headers["Referrer-Policy"] == "same-origin"


def test_too_many_reports_are_slowed_down(world: World, mia: Browser) -> None:
    form = mia.form(PAGE, PAGE)
    answers = [mia.send(PAGE, form, **REPORT | {"text": ""}).status_code for _ in range(22)]
    assert answers[:20] == [422] * 20
    assert answers[-1] == 429


def test_a_closed_form_is_404(built: tuple[Flask, Path], tmp_path: Path) -> None:
    (tmp_path / "helpdesk.db").write_bytes(built[1].read_bytes())
    app = make_app(tmp_path, public_form=False)
    limiter.reset()
    try:
        mia = Browser(app)
        assert mia.get(PAGE).status_code == 404
        assert "Tell us what happened" not in mia.text("/support")
    finally:
        live.watcher(app).close()
