"""The main job, end to end: a mail becomes an incident, gets fixed, and the fix is found again.

Real Dovecot in, a real SMTP server out, real Chromium for agent and requester, the desk in its own processes; once
on SQLite and once on PostgreSQL."""

import re
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from helpdesk.sample.company import AMARA, DESK_ADDRESS
from helpdesk.sample.example_mail import (
    EXAMPLE_MAIL_BODY,
    EXAMPLE_MAIL_FROM,
    EXAMPLE_MAIL_SUBJECT,
    SECOND_MAIL_BODY,
    SECOND_MAIL_FROM,
    SECOND_MAIL_SUBJECT,
)
from tests.browser.watching import sign_in, watched
from tests.peers.desk import Desk, desk_on
from tests.peers.dovecot import Dovecot
from tests.peers.smtp_sink import Captured, SmtpSink
from tests.peers.waiting import wait_for

FIX = "Removed the old Outlook profile and made a new one; the data file of the old laptop is not copied over."
CAUSE = "The profile still pointed at the data file of the old laptop."


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, tmp_path: Path, dovecot: Dovecot, sink: SmtpSink) -> Iterator[Desk]:
    url = request.getfixturevalue("postgres").create_database() if request.param == "postgresql" else ""
    with desk_on(tmp_path, url) as desk:
        desk.connect(dovecot, sink)
        desk.start("all")
        desk.wait_until_ready()
        yield desk


@pytest.fixture
def agent(browser: Browser, desk: Desk) -> Iterator[Page]:
    with watched(browser.new_context(base_url=desk.url, viewport={"width": 1440, "height": 1000})) as page:
        sign_in(page, AMARA)
        yield page


@pytest.fixture
def requester(browser: Browser, desk: Desk) -> Iterator[Page]:
    """Somebody without an account, whose browser runs no scripts."""
    with watched(browser.new_context(base_url=desk.url, java_script_enabled=False)) as page:
        yield page


def mail(sender: str, subject: str, text: str, number: int, answers: str = "") -> bytes:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, DESK_ADDRESS, subject
    made["Date"], made["Message-ID"] = "Fri, 20 Nov 2026 10:00:00 +0000", f"<mail{number}@harbourandpine.example>"
    if answers:
        made["In-Reply-To"] = made["References"] = answers
    made.set_content(text)
    return made.as_bytes()


def letter_to(sink: SmtpSink, address: str, about: Callable[[EmailMessage], bool]) -> EmailMessage:
    def found() -> Captured | None:
        return next((one for one in sink.mails if address in one.rcpt_tos and about(one.message)), None)

    captured = wait_for(found, 60, what=f"a letter to {address}")
    assert captured is not None
    return captured.message


def text_of(letter: EmailMessage) -> str:
    part = letter.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def link_in(letter: EmailMessage, ending: str) -> str:
    found = [one for one in re.findall(r"https?://\S+/track/\S+", text_of(letter)) if one.rstrip("/").endswith(ending)]
    assert found, text_of(letter)
    return str(found[0])


def open_from_queue(page: Page, subject: str) -> str:
    """Waits for the row to appear by itself, opens it, and returns the incident's path."""
    row = page.get_by_role("link", name=subject)
    expect(row).to_be_visible()
    row.click()
    expect(page.get_by_role("heading", name=subject)).to_be_visible()
    return page.url


def write_reply(page: Page, text: str) -> None:
    page.locator("#composer-text").fill(text)
    page.get_by_role("button", name=re.compile("Send reply|Send anyway")).click()
    expect(page.locator(".thread").get_by_text(text[:40])).to_be_visible()


def resolve(page: Page) -> None:
    page.get_by_role("link", name="Resolve").or_(page.get_by_role("button", name="Resolve")).first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Cause")).to_be_visible()
    dialog.get_by_label(re.compile("How it ended|Code|Outcome")).select_option("fixed")
    dialog.get_by_label("Cause").fill(CAUSE)
    dialog.get_by_label(re.compile("What fixed it|Fix")).fill(FIX)
    dialog.get_by_role("button", name=re.compile("Resolve")).click()
    expect(page.locator("#resolution")).to_contain_text(FIX)


def test_a_mail_is_fixed_and_the_fix_is_found_again(
    desk: Desk, dovecot: Dovecot, sink: SmtpSink, agent: Page, requester: Page
) -> None:
    hanna, daniel = "hanna.lindqvist@harbourandpine.example", "daniel.oyelaran@harbourandpine.example"
    agent.goto("/queue?view=open")
    dovecot.deliver(mail(EXAMPLE_MAIL_FROM, EXAMPLE_MAIL_SUBJECT, EXAMPLE_MAIL_BODY, 1))
    first = open_from_queue(agent, EXAMPLE_MAIL_SUBJECT)

    acknowledgement = letter_to(sink, hanna, lambda one: one["Auto-Submitted"] == "auto-replied")
    assert acknowledgement["In-Reply-To"] == "<mail1@harbourandpine.example>"
    assert DESK_ADDRESS in acknowledgement["From"]
    requester.goto(link_in(acknowledgement, ""))
    expect(requester.get_by_role("heading", name=EXAMPLE_MAIL_SUBJECT)).to_be_visible()

    write_reply(agent, "Hello Hanna, we are looking into it.")
    reply = letter_to(sink, hanna, lambda one: one["Auto-Submitted"] is None)
    assert "we are looking into it" in text_of(reply)
    assert reply["In-Reply-To"] == "<mail1@harbourandpine.example>"
    expect(agent.locator(".thread").get_by_text(re.compile("Sent", re.IGNORECASE)).first).to_be_visible()

    resolve(agent)
    resolution = letter_to(sink, hanna, lambda one: FIX[:30] in text_of(one))
    requester.goto(link_in(resolution, "answer"))
    agent.reload()
    expect(agent.locator(".incident-head")).to_contain_text("Resolved")
    requester.get_by_role("button", name="Yes, it is fixed").click()
    agent.reload()
    expect(agent.locator(".incident-head")).to_contain_text("Closed")

    agent.goto("/queue?view=open")
    dovecot.deliver(mail(SECOND_MAIL_FROM, SECOND_MAIL_SUBJECT, SECOND_MAIL_BODY, 2))
    open_from_queue(agent, SECOND_MAIL_SUBJECT)
    card = agent.locator("[id^=fix-incident]").first
    expect(card).to_contain_text(FIX[:40])
    expect(card).to_contain_text("0x8004010f", ignore_case=True)
    card.get_by_role("button", name="Use this").click()
    expect(agent.locator("#composer-text")).to_have_value(re.compile(re.escape(FIX[:40])))
    agent.get_by_role("button", name=re.compile("Send reply")).click()
    answer = letter_to(sink, daniel, lambda one: FIX[:30] in text_of(one))

    dovecot.deliver(
        mail(SECOND_MAIL_FROM, f"Re: {answer['Subject']}", "That was it, thank you!", 3, answer["Message-ID"])
    )
    expect(agent.locator(".thread").get_by_text("That was it, thank you!")).to_be_visible()

    article(agent, first, requester)
    assert dovecot.messages("INBOX") == {}
    assert len(dovecot.messages("Helpdesk")) == 3


def article(agent: Page, incident: str, requester: Page) -> None:
    """From the resolution to what a requester finds, in two clicks."""
    agent.goto(incident)
    agent.get_by_role("link", name="Make an article from this resolution").click()
    expect(agent.get_by_label("Title")).to_have_value(EXAMPLE_MAIL_SUBJECT)
    agent.get_by_role("button", name=re.compile("Save|Create|Write")).first.click()
    agent.get_by_role("button", name=re.compile("Publish")).first.click()
    confirm = agent.get_by_role("dialog").get_by_role("button", name=re.compile("Publish"))
    if confirm.is_visible():
        confirm.click()
    expect(agent.get_by_text(re.compile("Public|published", re.IGNORECASE)).first).to_be_visible()

    def found() -> bool:
        requester.goto("/support/knowledge?q=0x8004010F+outlook")
        return requester.get_by_role("link", name=EXAMPLE_MAIL_SUBJECT).count() > 0

    wait_for(found, 60, what="the article to be found")
    requester.get_by_role("link", name=EXAMPLE_MAIL_SUBJECT).first.click()
    expect(requester.get_by_text(FIX[:40])).to_be_visible()


def test_the_form_works_without_scripts_and_leads_to_its_incident_only(
    desk: Desk, sink: SmtpSink, requester: Page, tmp_path: Path
) -> None:
    picture = tmp_path / "screen.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n")
    requester.goto("/support/report")
    requester.get_by_label("Your name").fill("Priya Raman")
    requester.get_by_label("Your email address").fill("priya.raman@harbourandpine.example")
    requester.get_by_label("What is it, in one line?").fill("The web shop shows old prices")
    requester.get_by_label("What happened, or what do you need?").fill("Since this morning.")
    requester.get_by_label("Files").set_input_files(picture)
    requester.get_by_role("button", name="Send report").click()
    number = re.search(r"INC-\d+", requester.locator("main").inner_text())
    assert number, requester.locator("main").inner_text()
    letter = letter_to(sink, "priya.raman@harbourandpine.example", lambda one: number[0] in one["Subject"])
    requester.goto(link_in(letter, ""))
    expect(requester.get_by_text("Since this morning.")).to_be_visible()
    expect(requester.get_by_text("screen.png")).to_be_visible()
    token = link_in(letter, "").rsplit("/", 1)[1]
    forged = token[:-4] + ("AAAA" if token[-4:] != "AAAA" else "BBBB")
    answer = requester.goto(f"/track/{forged}")
    assert answer is not None
    assert answer.status == 404
