"""Two agents in two browsers: both save at once, and both changes are there; ticks stay while the queue lives on."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect

from helpdesk.sample.company import INGRID
from tests.browser.label_printers import WIDE, add_note, incident
from tests.browser.watching import sign_in, watched
from tests.peers.desk import Desk


@pytest.fixture(scope="module")
def ingrids(browser: Browser, desk: Desk) -> StorageState:
    with watched(browser.new_context(base_url=desk.url)) as page:
        sign_in(page, INGRID)
        return page.context.storage_state()


@pytest.fixture
def amara(browser: Browser, desk: Desk, signed_in: StorageState) -> Iterator[Page]:
    """Not watched: the console complains of the refusal, which is what this is about."""
    with browser.new_context(base_url=desk.url, viewport=WIDE, storage_state=signed_in) as context:
        yield context.new_page()


@pytest.fixture
def ingrid(browser: Browser, desk: Desk, ingrids: StorageState) -> Iterator[Page]:
    """Another agent, at another machine."""
    with browser.new_context(base_url=desk.url, viewport=WIDE, storage_state=ingrids) as context:
        yield context.new_page()


def test_both_save_at_once_and_both_changes_are_there(agent: Page, ingrid: Page) -> None:
    """One sets the priority, the other the service, from pages that were loaded before either saved."""
    path = incident(agent, 13)
    ingrid.goto(path)
    agent.goto(f"{path}/priority")
    ingrid.goto(f"{path}/category")
    agent.locator("[name=impact][value='1']").check()
    agent.locator("[name=urgency][value='1']").check()
    agent.get_by_label("Reason").fill("It is the whole site.")
    ingrid.get_by_label("Service").select_option(index=1)
    chosen = ingrid.get_by_label("Service").locator("option").nth(1).inner_text()
    # Both requests are under way before either page has its answer.
    for page in (agent, ingrid):
        page.locator("#change-form button[type=submit]").evaluate("button => { button.click(); }")
    for page in (agent, ingrid):
        page.wait_for_url(f"**{path}")
        side = page.locator("#incident-side")
        expect(side).to_contain_text("P1")
        expect(side).to_contain_text(chosen)


def test_the_same_thing_changed_twice_shows_both_and_loses_nothing(agent: Page, ingrid: Page) -> None:
    path = incident(agent, 14)
    for page in (agent, ingrid):
        page.goto(f"{path}/subject")
    agent.get_by_label("Subject").fill("Label printer, first floor")
    ingrid.get_by_label("Subject").fill("Label printer, warehouse")
    agent.locator("#change-form button[type=submit]").click()
    agent.wait_for_url(f"**{path}")
    ingrid.locator("#change-form button[type=submit]").click()
    expect(ingrid.get_by_text("changed while you were looking at it")).to_be_visible()
    expect(ingrid.get_by_text("renamed it")).to_be_visible()
    expect(ingrid.get_by_label("Subject")).to_have_value("Label printer, warehouse")
    ingrid.locator("#change-form button[type=submit]").click()
    ingrid.wait_for_url(f"**{path}")
    timeline = ingrid.locator(".thread")
    expect(timeline).to_contain_text("renamed it, it was “Label printer, first floor”")
    expect(timeline).to_contain_text("renamed it, it was “Label printer 14 prints blank labels”")
    expect(ingrid.get_by_role("heading", name="Label printer, warehouse")).to_be_visible()


def test_ticks_stay_while_the_queue_lives_on_and_the_change_is_undone(amara: Page, ingrid: Page) -> None:
    amara.goto("/queue?view=open&sort=opened")
    box = amara.locator("[data-select][value='16']")
    box.check()
    expect(amara.get_by_role("button", name="Change…")).to_be_visible()
    add_note(ingrid, "/incidents/16", "Seen by Ingrid")
    # The row was drawn anew because of that note, and is ticked still.
    expect(amara.locator("tr.has-arrived[data-row='/incidents/16']")).to_be_visible(timeout=15_000)
    expect(box).to_be_checked()
    amara.get_by_role("button", name="Change…").click()
    amara.get_by_label("Put on").fill("printer")
    amara.get_by_role("button", name="Show what would happen").click()
    expect(amara.get_by_text("1 · Would change: tagged printer")).to_be_visible()
    # Meanwhile Ingrid takes it.
    ingrid.goto("/incidents/16")
    ingrid.get_by_role("button", name="Take it").click()
    expect(ingrid.locator(".thread")).to_contain_text("took it")
    amara.get_by_role("button", name="Change 1").click()
    expect(amara.get_by_text("Somebody changed one of these meanwhile")).to_be_visible()
    expect(amara.locator(".notice")).to_contain_text("took it")
    amara.get_by_role("button", name="Change 1").click()
    amara.get_by_role("button", name="Undo").click()
    expect(amara.get_by_text("Undone: 1 as before.")).to_be_visible()
