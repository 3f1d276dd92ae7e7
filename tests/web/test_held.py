"""Held mail: who sees it, what it says, and the four decisions."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from helpdesk.house import House
from helpdesk.incidents.incident import Incident
from helpdesk.journal import Event
from intake.ledger import LedgerRow, LedgerState
from tests.web.conftest import Browser, Statements
from tests.world import World

NASTY = """<script>alert(1)</script>"'><img src=x onerror=alert(1)>"""
MAIL = """From: Zoe Stranger <zoe@elsewhere.example>
To: help@northwind.example
Subject: {subject}
Date: Mon, 2 Mar 2026 08:10:00 +0000
Message-ID: <{number}@elsewhere.example>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain; charset=utf-8

{text}
--b
Content-Type: text/html; name="{name}"
Content-Disposition: attachment; filename="{name}"

<script>run()</script>
--b--
"""


@pytest.fixture
def hold(app: Flask, world: World) -> Callable[..., LedgerRow]:
    """Puts a mail on hold, as matching would."""

    def held(
        subject: str = "Re: your letter",
        text: str = "I read this too.",
        name: str = "page.html",
        answers: Incident | None = None,
        rule: str = "references",
        reason: str = "It answers INC-1, but zoe@elsewhere.example is not part of it.",
    ) -> LedgerRow:
        house: House = app.extensions["house"]
        count = world.session.scalar(select(func.count()).select_from(LedgerRow)) or 0
        raw = MAIL.format(subject=subject, text=text, name=name, number=count).replace("\n", "\r\n").encode()
        row = LedgerRow(
            source="imap",
            key=f"imap:{count}",
            sha256=house.store.put(raw),
            size_bytes=len(raw),
            received_at=world.at,
            state=LedgerState.HELD.value,
            reason=reason,
            sender="zoe@elsewhere.example",
            subject=subject,
            decision={
                "outcome": "hold",
                "rule": rule,
                "evidence": ["It answers our letter.", reason],
                "incident_id": answers.id if answers else None,
                "defects": ["an odd header"],
            },
        )
        world.session.add(row)
        world.session.commit()
        return row

    return held


Hold = Callable[..., LedgerRow]


def state_of(world: World, row: LedgerRow) -> str:
    number = row.id
    world.session.rollback()
    world.session.expire_all()
    return world.session.get_one(LedgerRow, number).state


def test_the_list_says_who_what_and_why(hold: Hold, kim: Browser) -> None:
    hold()
    page = kim.text("/held")
    for said in ("Re: your letter", "zoe@elsewhere.example", "is not part of it", "Stranger answers"):
        assert said in page


def test_an_empty_list_is_good_news(kim: Browser) -> None:
    assert "No mail is held" in kim.text("/held")


def test_the_list_can_be_narrowed_down(hold: Hold, kim: Browser) -> None:
    hold("First one")
    hold("Second one", rule="no sender", reason="It has no sender address.")
    assert "First one" not in kim.text("/held?rule=No+sender")
    assert "Second one" not in kim.text("/held?q=FIRST")
    assert "Nothing matches" in kim.text("/held?q=hovercraft")


def test_one_mail_with_all_it_says(hold: Hold, kim: Browser) -> None:
    page = kim.text(f"/held/{hold().id}")
    for said in (
        "I read this too.",
        "page.html",
        "It answers our letter.",
        "an odd header",
        "Zoe Stranger &lt;zoe@elsewhere.example&gt;",
        "0@elsewhere.example",
    ):
        assert said in page


def test_looking_changes_nothing(world: World, hold: Hold, kim: Browser) -> None:
    row = hold()
    for path in ("/held", f"/held/{row.id}", f"/held/{row.id}/raw", f"/held/{row.id}/attachments/0"):
        assert kim.get(path).status_code == 200
    assert state_of(world, row) == "held"
    assert world.session.scalar(select(func.count()).select_from(Event)) == 0
    for verb in ("acceptance", "discard", "parse_again", "attachment_to"):
        assert kim.get(f"/held/{row.id}/{verb}").status_code == 405


def test_accepting_makes_an_incident(world: World, hold: Hold, kim: Browser) -> None:
    row = hold()
    answer = kim.submit(f"/held/{row.id}", f"/held/{row.id}/acceptance")
    assert answer.status_code == 303
    assert "Re: your letter" in kim.text(answer.location)
    assert state_of(world, row) == "filed"
    assert "No mail is held" in kim.text("/held")


def test_a_second_decision_is_refused(hold: Hold, kim: Browser) -> None:
    row = hold()
    form = kim.form(f"/held/{row.id}", f"/held/{row.id}/acceptance")
    assert kim.send(f"/held/{row.id}/acceptance", form).status_code == 303
    for verb in ("acceptance", "discard", "parse_again"):
        assert kim.send(f"/held/{row.id}/{verb}", form).status_code == 409
    assert "has been dealt with" in kim.text(f"/held/{row.id}")


def test_attaching_to_an_incident(world: World, hold: Hold, kim: Browser) -> None:
    incident = world.report("The VPN drops")
    row = hold(answers=incident)
    number = incident.id
    form = kim.form(f"/held/{row.id}", f"/held/{row.id}/attachment_to")
    assert form["incident"] == [f"INC-{number}"]  # proposed
    answer = kim.send(f"/held/{row.id}/attachment_to", form)
    assert answer.location == f"/incidents/{number}"
    page = kim.text(answer.location)
    assert "I read this too." in page
    assert state_of(world, row) == "filed"


@pytest.mark.parametrize("typed", ["", "INC-999", "seven", "INC-1; DROP", "9" * 40, NASTY])
def test_a_number_that_leads_nowhere(world: World, hold: Hold, kim: Browser, typed: str) -> None:
    row = hold()
    answer = kim.submit(f"/held/{row.id}", f"/held/{row.id}/attachment_to", incident=typed)
    assert answer.status_code == 422
    assert "<script>alert" not in answer.text
    assert state_of(world, row) == "held"


def test_joining_takes_an_incident_one_may_see(world: World, hold: Hold, browse: Callable[[str], Browser]) -> None:
    private = world.private_report()
    number, row = private.id, hold()
    kim, petra = browse("kim"), browse("petra")
    refused = kim.submit(f"/held/{row.id}", f"/held/{row.id}/attachment_to", incident=f"INC-{number}")
    assert refused.status_code == 422
    assert state_of(world, row) == "held"
    allowed = petra.submit(f"/held/{row.id}", f"/held/{row.id}/attachment_to", incident=str(number))
    assert allowed.status_code == 303


def test_mail_about_private_work_is_for_its_team(world: World, hold: Hold, browse: Callable[[str], Browser]) -> None:
    row = hold("About my contract", answers=world.private_report())
    kim, petra = browse("kim"), browse("petra")
    page = kim.text("/held")
    assert "About my contract" not in page
    assert "private team" in page
    for path in ("", "/raw", "/attachments/0"):
        assert kim.get(f"/held/{row.id}{path}").status_code == 404
    assert kim.post(f"/held/{row.id}/discard").status_code == 404
    assert "About my contract" in petra.text("/held")


def test_discarding_keeps_the_bytes(app: Flask, world: World, hold: Hold, kim: Browser) -> None:
    row = hold()
    sha256 = row.sha256
    assert kim.submit(f"/held/{row.id}", f"/held/{row.id}/discard").status_code == 303
    assert state_of(world, row) == "discarded"
    assert app.extensions["house"].store.has(sha256)
    assert "Kim Novak decided" in kim.text(f"/held/{row.id}")


def test_looking_again_files_what_can_be_filed_now(world: World, hold: Hold, kim: Browser) -> None:
    row = hold()
    answer = kim.submit(f"/held/{row.id}", f"/held/{row.id}/parse_again")
    assert answer.location.startswith("/incidents/")
    assert state_of(world, row) == "filed"


def test_the_mail_as_it_came(app: Flask, hold: Hold, kim: Browser) -> None:
    row = hold()
    answer = kim.get(f"/held/{row.id}/raw")
    assert answer.data == app.extensions["house"].store.get(row.sha256)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.mimetype == "application/octet-stream"
    file = kim.get(f"/held/{row.id}/attachments/0")
    assert b"run()" in file.data
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert kim.get(f"/held/{row.id}/attachments/7").status_code == 404


def test_a_mail_left_on_the_server_says_so(world: World, hold: Hold, kim: Browser) -> None:
    row = hold()
    row.sha256 = None
    world.session.commit()
    assert "left on the server" in kim.text(f"/held/{row.id}")
    assert kim.get(f"/held/{row.id}/raw").status_code == 409
    assert kim.post(f"/held/{row.id}/acceptance").status_code == 409
    assert state_of(world, row) == "held"


def test_filed_mail_is_not_opened_by_guessing_numbers(world: World, hold: Hold, kim: Browser) -> None:
    row = hold()
    row.state = LedgerState.FILED.value
    world.session.commit()
    assert kim.get(f"/held/{row.id}").status_code == 404
    assert kim.get("/held/999").status_code == 404


def test_markup_is_text(hold: Hold, kim: Browser) -> None:
    row = hold(subject=NASTY, text=NASTY, name="a&lt;b.html", reason=NASTY)
    for path in ("/held", f"/held/{row.id}"):
        page = kim.text(path)
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "<script>run" not in page


def test_strangers_and_forgers_get_nowhere(world: World, hold: Hold, browse: Callable[[str], Browser]) -> None:
    row = hold()
    assert browse("").get("/held").status_code == 302
    assert browse("kim").client.post(f"/held/{row.id}/discard").status_code == 400
    assert state_of(world, row) == "held"


def test_a_long_list_takes_few_statements(hold: Hold, world: World, kim: Browser, statements: Statements) -> None:
    for number in range(25):
        hold(f"Mail {number}", answers=world.report(f"Incident {number}"))
    with statements as said:
        kim.text("/held")
    assert len(said) <= 9, said
