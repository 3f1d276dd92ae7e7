"""Canned replies by keyboard, drafts on another device, and colleagues who see each other."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect

from helpdesk.sample.company import INGRID
from tests.browser.label_printers import WIDE, composer, incident, kept
from tests.browser.watching import sign_in, watched
from tests.peers.desk import Desk


@pytest.fixture
def ingrid(browser: Browser, desk: Desk) -> Iterator[Page]:
    """Another person at another machine."""
    with watched(browser.new_context(base_url=desk.url, viewport=WIDE)) as page:
        sign_in(page, INGRID)
        yield page


@pytest.fixture
def agent_at_odds(browser: Browser, desk: Desk, signed_in: StorageState) -> Iterator[Page]:
    """Not watched: the console complains of a draft that was refused, which is what this is about."""
    with browser.new_context(base_url=desk.url, viewport=WIDE, storage_state=signed_in) as context:
        yield context.new_page()


def test_a_canned_reply_is_typed_and_comes_back_elsewhere(agent_at_odds: Page, colleague: Page) -> None:
    agent = agent_at_odds
    agent.goto("/canned-replies/new")
    agent.get_by_label("Name").fill("First answer")
    agent.get_by_role("textbox", name=re.compile("Shortcut")).fill("hi")
    agent.get_by_label("Text", exact=True).fill("Hello {requester_first_name}, about {number}.")
    agent.get_by_role("button", name="Save").click()
    path = incident(agent, 19)
    agent.keyboard.press("r")
    agent.keyboard.type("Good morning\n/h")
    expect(agent.get_by_role("option", name=re.compile("First answer"))).to_have_attribute("aria-selected", "true")
    agent.keyboard.press("Enter")
    expect(composer(agent)).to_have_value("Good morning\nHello Hanna, about INC-20.")
    expect(composer(agent)).to_be_focused()
    kept(agent)
    colleague.goto(path)
    expect(composer(colleague)).to_have_value("Good morning\nHello Hanna, about INC-20.")
    composer(colleague).press_sequentially(" Thank you.")
    kept(colleague)
    composer(agent).press_sequentially(" Bye.")
    expect(agent.get_by_text("There is a newer draft from another tab")).to_be_visible()
    agent.get_by_role("button", name="Show it").click()
    expect(composer(agent)).to_have_value(re.compile("Thank you"))
    agent.get_by_role("button", name="Discard").click()
    expect(composer(agent)).to_have_value("")
    agent.goto(path)
    expect(composer(agent)).to_have_value("")


def test_colleagues_see_who_writes(agent: Page, ingrid: Page) -> None:
    path = incident(agent, 20)
    ingrid.goto(path)
    expect(ingrid.get_by_text("Amara Okafor is here.")).to_be_visible()
    agent.keyboard.press("n")
    agent.keyboard.type("Looking at it")
    expect(ingrid.locator(".presence")).to_contain_text("is writing.", timeout=15_000)
    expect(ingrid.locator("[data-also-writing]")).to_have_text(re.compile("is writing too"))
    kept(agent)
    agent.get_by_role("button", name="Share draft").click()
    expect(agent.get_by_role("button", name="Shared")).to_have_attribute("aria-pressed", "true")
    ingrid.reload()
    expect(ingrid.locator(".shared-draft")).to_contain_text("Looking at it")
