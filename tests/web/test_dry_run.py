"""The dry run: what it tells of a mail, and that nothing at all is changed by it."""

from collections.abc import Callable
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from helpdesk.base import Base
from helpdesk.house import House
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.thread import Words
from helpdesk.people.agent import Agent
from intake.filing import file_row
from intake.ledger import LedgerRow
from intake.senders import SenderVerdict, decide_on_sender
from tests.web.conftest import Browser
from tests.web.mails import Keep, keeper, source
from tests.world import World

PATH = "/ledger/dry-run"


def drop(browser: Browser, raw: bytes, **fields: object) -> TestResponse:
    form = browser.form(PATH, PATH)
    return browser.send(PATH, form, file=(BytesIO(raw), "mail.eml"), **fields)


def said_of(browser: Browser, raw: bytes, **fields: object) -> str:
    answer = drop(browser, raw, **fields)
    assert answer.status_code == 200, answer.text
    return answer.text


def rows(world: World) -> dict[str, int]:
    world.session.rollback()
    tables = Base.metadata.sorted_tables
    return {table.name: world.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def thread_of(world: World, message_id: str = "first@mia.example") -> Incident:
    """An incident that answers to this Message-ID lead to."""
    incident = world.report("The VPN drops", words=Words(text="It drops.", message_id=message_id))
    world.session.commit()
    return incident


def answer_to(message_id: str = "first@mia.example", sender: str = "Mia Tanaka <mia@northwind.example>") -> bytes:
    return source(sender, "Re: The VPN drops", "It is worse now.", more=f"In-Reply-To: <{message_id}>")


def test_a_new_mail(kim: Browser) -> None:
    page = said_of(kim, source())
    for words in (
        "It would become a new incident",
        "It has been out since nine.",
        "Nothing in it leads to an incident we have",
        "zoe@elsewhere.example",
        "Acknowledgement",
    ):
        assert words in page
    assert page.count('aria-current="step"') == 1


def test_a_pasted_source_is_as_good(kim: Browser) -> None:
    form = kim.form(PATH, PATH)
    answer = kim.send(PATH, form, source="\r\n\r\n" + source().decode())
    assert answer.status_code == 200
    assert "It would become a new incident" in answer.text


def test_an_answer_joins(world: World, kim: Browser) -> None:
    incident = thread_of(world)
    page = said_of(kim, answer_to())
    assert f"It would join INC-{incident.id}" in page
    assert "mia@northwind.example is its requester." in page
    assert f"It leads to INC-{incident.id}." in page


def test_an_answer_by_a_stranger_is_held_and_nobody_told(world: World, kim: Browser) -> None:
    thread_of(world)
    page = said_of(kim, answer_to(sender="Zoe <zoe@elsewhere.example>"))
    assert "It would be held: stranger answers" in page
    assert "No letter would go out." in page


def test_letters_that_would_not_leave_say_why(kim: Browser) -> None:
    page = said_of(kim, source(more="Auto-Submitted: auto-generated"))
    assert "It would become a new incident" in page
    assert "not sent: Automatic mail is not answered automatically" in page


def test_what_was_decided_on_its_sender_is_told(world: World, kim: Browser) -> None:
    by = world.session.get_one(Agent, world.sam.id).actor()
    decide_on_sender(world.session, "@elsewhere.example", SenderVerdict.BLOCK, by=by, at=world.at, note="Only spam")
    world.session.commit()
    page = said_of(kim, source())
    assert "It would be held: blocked sender" in page
    assert "Sam Okafor blocked @elsewhere.example: Only spam" in page


def test_nothing_is_changed(app: Flask, world: World, kim: Browser) -> None:
    thread_of(world)
    house: House = app.extensions["house"]
    before, blobs = rows(world), set(house.store.blobs)  # type: ignore[attr-defined]
    for raw in (source(), answer_to(), answer_to(sender="x@y.example"), source(more="Auto-Submitted: auto-replied")):
        said_of(kim, raw)
    assert rows(world) == before
    assert set(house.store.blobs) == blobs  # type: ignore[attr-defined]
    assert house.transport.sent == []  # type: ignore[attr-defined]


def test_it_tells_what_filing_then_does(app: Flask, world: World, kim: Browser) -> None:
    incident, raw = thread_of(world), answer_to()
    house: House = app.extensions["house"]
    page = said_of(kim, raw)
    row = LedgerRow(source="smtp", key="real", sha256=house.store.put(raw), size_bytes=len(raw), received_at=world.at)
    world.session.add(row)
    world.session.commit()
    filed = file_row(world.session, house, row.id)
    assert filed.incident_id == incident.id
    assert f"It would join INC-{filed.incident_id}" in page
    assert "It would be ignored" in said_of(kim, raw)
    assert "very same mail came before" in said_of(kim, raw)


def test_the_address_it_was_delivered_to_counts(app: Flask, world: World, kim: Browser) -> None:
    raw = source().replace(b"help@northwind.example", b"undisclosed-recipients:;")
    assert "It was written to none of our mailboxes." in said_of(kim, raw)
    assert "It came by Support, for the team Support." in said_of(kim, raw, envelope_to="help@northwind.example")


def test_private_work_stays_private(world: World, browse: Callable[[str], Browser]) -> None:
    incident = world.report(
        "My contract", team=world.personnel, requester=world.eva, words=Words(text="Hi", message_id="hr@eva.example")
    )
    world.session.commit()
    raw = answer_to("hr@eva.example", "Eva <eva@northwind.example>")
    page = said_of(browse("kim"), raw)
    assert "This is not for you to see" in page
    assert f"INC-{incident.id}" not in page
    assert "is its requester" not in page
    assert f"It would join INC-{incident.id}" in said_of(browse("petra"), raw)


@pytest.mark.parametrize("raw", [b"", b"  \r\n", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500])
def test_what_is_no_mail_is_told(kim: Browser, raw: bytes) -> None:
    answer = drop(kim, raw)
    assert answer.status_code == 422
    assert "Choose a mail file" in answer.text or "save the mail" in answer.text.lower()


@pytest.mark.parametrize(
    "raw",
    [
        b"\0\xff\xfe garbage",
        b"From: <script>alert(1)</script> <a@b.example>\r\nSubject: <img src=x onerror=alert(1)>\r\n\r\n<b>hi",
        b"Subject: no sender at all\r\n\r\nhi",
        b"From: a@b.example\r\nReferences: " + b"<x@y.example> " * 3000 + b"\r\n\r\nhi",
        b"From: a@b.example\r\nSubject: [INC-99999999999999999]\r\n\r\nhi",
    ],
)
def test_odd_mails_are_shown_as_they_are(kim: Browser, raw: bytes) -> None:
    page = said_of(kim, raw)
    assert "It would" in page
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_it_is_for_those_who_handle_mail(browse: Callable[[str], Browser], kim: Browser) -> None:
    assert browse("").get(PATH).status_code == 302
    assert kim.client.post(PATH, data={"source": "x"}).status_code == 400


# “Why here”


@pytest.fixture
def keep(app: Flask, world: World) -> Keep:
    return keeper(app, world)


def test_why_here_as_fragment_and_as_page(world: World, keep: Keep, kim: Browser) -> None:
    incident = world.report("The VPN drops")
    entry = incident.entries[0]
    row = keep("filed", incident=incident, rule="thread", entry_id=entry.id)
    path = f"/incidents/{incident.id}/entries/{entry.id}/why"
    page, fragment = kim.text(path), kim.get(path, HX_Request="true").text
    for said in ("It answers our letter.", "Sender proven", "She was copied in its thread.", "Support › INBOX"):
        assert said in page
        assert said in fragment
    assert "<html" in page
    assert "<html" not in fragment
    raw = kim.get(f"/incidents/{incident.id}/entries/{entry.id}/source")
    assert raw.data == kim.get(f"/ledger/{row.id}/raw").data


def test_why_here_of_what_no_mail_is_behind(world: World, kim: Browser) -> None:
    incident = world.report()
    world.session.commit()
    path = f"/incidents/{incident.id}/entries/{incident.entries[0].id}"
    assert "No mail is behind this" in kim.text(f"{path}/why")
    assert kim.get(f"{path}/source").status_code == 404


def test_why_here_is_for_whoever_sees_the_incident(world: World, keep: Keep, browse: Callable[[str], Browser]) -> None:
    private, other = world.private_report(), world.report()
    entry = private.entries[0]
    keep("filed", incident=private, entry_id=entry.id)
    kim, petra = browse("kim"), browse("petra")
    for number in (private.id, other.id):
        for part in ("why", "source"):
            assert kim.get(f"/incidents/{number}/entries/{entry.id}/{part}").status_code == 404
    assert petra.get(f"/incidents/{other.id}/entries/{entry.id}/why").status_code == 404
    assert "It answers our letter." in petra.text(f"/incidents/{private.id}/entries/{entry.id}/why")


def test_the_page_of_an_incident_leads_there(world: World, keep: Keep, kim: Browser) -> None:
    incident = world.report()
    keep("filed", incident=incident, entry_id=incident.entries[0].id)
    assert f"/incidents/{incident.id}/entries/{incident.entries[0].id}/why" in kim.text(f"/incidents/{incident.id}")
