"""A reply that left too early is called back; an outsider is confirmed; the text begun meanwhile is not lost."""

import re

from playwright.sync_api import Browser, Page, StorageState, expect

from tests.browser.label_printers import WIDE, composer, incident, kept
from tests.peers.desk import Desk

NARROW = {"width": 390, "height": 844}


def test_a_reply_is_called_back_and_sent_again(agent: Page) -> None:
    path = incident(agent, 10)
    agent.keyboard.press("r")
    agent.keyboard.type("Too early")
    agent.get_by_role("button", name="Send reply").click()
    entry = agent.locator(".entry-reply", has_text="Too early")
    expect(entry.get_by_text(re.compile(r"Leaves in \d+ s"))).to_be_visible()
    agent.wait_for_load_state("load")  # keys mean something once the scripts of the new page have run
    agent.keyboard.press("r")
    expect(composer(agent)).to_be_focused()
    agent.keyboard.type("A second thought")
    kept(agent)
    entry.get_by_role("button", name="Undo").click()
    expect(composer(agent)).to_have_value("Too early\n\nA second thought")
    expect(agent.locator(".entry.is-withdrawn")).to_contain_text("Withdrawn, never sent")
    composer(agent).fill("Just right")
    agent.get_by_role("button", name="Send reply").click()
    sent = agent.locator(".entry-reply", has_text="Just right")
    # It leaves by itself, and the page shows it without being loaded again.
    expect(sent.get_by_text(re.compile(r"Leaves"))).to_have_count(0, timeout=30_000)
    expect(sent.get_by_role("button", name="Undo")).to_have_count(0)
    assert agent.url.endswith(path) or path in agent.url


def test_somebody_new_is_confirmed_before_anything_leaves(
    browser: Browser, desk: Desk, signed_in: StorageState
) -> None:
    # Not watched: the console complains of the refusal, which is what this is about.
    with browser.new_context(base_url=desk.url, viewport=WIDE, storage_state=signed_in) as context:
        page = context.new_page()
        incident(page, 11)
        page.keyboard.press("r")
        page.keyboard.type("Please look at this")
        page.get_by_label("Copy to somebody else").fill("support@vendor.example")
        page.get_by_role("button", name="Send reply").click()
        expect(page.get_by_text("Confirm that you mean to write to support@vendor.example")).to_be_visible()
        expect(composer(page)).to_have_value("Please look at this")
        page.get_by_label("Yes, write to support@vendor.example").check()
        page.get_by_role("button", name="Send reply").click()
        entry = page.locator(".entry-reply", has_text="Please look at this")
        expect(entry).to_contain_text("copy to support@vendor.example")
        expect(entry.get_by_text(re.compile("Leaves"))).to_have_count(0, timeout=30_000)
        entry.locator(".letter-result > summary").click()
        expect(entry.locator(".recipients-results")).to_contain_text("support@vendor.example")


def test_the_outbox_and_the_question_to_a_third_party(agent: Page) -> None:
    path = incident(agent, 12)
    agent.keyboard.press("r")
    agent.keyboard.type("Good morning")
    agent.get_by_text("Later", exact=True).click()
    agent.get_by_label("When it is sent").select_option("tomorrow")
    agent.get_by_role("button", name="Send reply").click()
    expect(agent.locator(".entry-reply", has_text="Good morning").get_by_text(re.compile("Leaves"))).to_be_visible()
    agent.goto("/outbox?view=scheduled")
    expect(agent.get_by_role("button", name="Send now")).to_be_visible()
    agent.goto(f"{path}/consultation")
    agent.get_by_label("Ask whom").fill("support@vendor.example")
    agent.get_by_label("Question").fill("Is this a known defect?")
    agent.get_by_role("button", name="Ask", exact=True).click()
    expect(agent.locator(".entry-consultation")).to_contain_text("Is this a known defect?")
