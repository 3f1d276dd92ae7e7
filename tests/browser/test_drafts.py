"""What is typed into a composer is not lost, what is put to it is sent, and what others write meanwhile appears."""

import re

from playwright.sync_api import Browser, Page, StorageState, expect

from helpdesk.sample.company import AMARA
from tests.browser.label_printers import WIDE, add_note, composer, incident, kept
from tests.browser.watching import sign_in
from tests.peers.desk import Desk


def test_a_draft_outlives_a_reload_and_ends_with_its_sending(agent: Page) -> None:
    path = incident(agent, 3)
    agent.keyboard.press("n")
    agent.keyboard.type("Ask the night shift")
    kept(agent)
    agent.reload()
    expect(composer(agent)).to_have_value("Ask the night shift")
    expect(agent.get_by_role("button", name="Add note")).to_be_enabled()
    expect(agent.get_by_role("button", name="Send reply")).to_be_hidden()
    composer(agent).press("Control+Enter")
    expect(agent.locator(".entry-note").get_by_text("Ask the night shift")).to_be_visible()
    # The draft ends when the scripts of this page have run.
    agent.wait_for_load_state("domcontentloaded")
    agent.goto(path)
    expect(composer(agent)).to_have_value("")


def test_a_reply_that_was_not_taken_is_not_lost(browser: Browser, desk: Desk, signed_in: StorageState) -> None:
    # Not watched: the console complains of the refusal, which is what this is about.
    with browser.new_context(base_url=desk.url, viewport=WIDE, storage_state=signed_in) as context:
        page = context.new_page()
        path = incident(page, 4)
        page.keyboard.press("r")
        page.keyboard.type("We have sent you a new cable")
        kept(page)
        context.clear_cookies()
        page.get_by_role("button", name="Send reply").click()
        expect(page.locator(".error-page")).to_be_visible()
        sign_in(page, AMARA)
        page.goto(path)
        expect(composer(page)).to_have_value("We have sent you a new cable")


def test_a_suggested_fix_joins_what_is_typed_and_becomes_the_draft(agent: Page) -> None:
    incident(agent, 5)
    agent.keyboard.press("r")
    agent.keyboard.type("Hello Hanna,")
    agent.get_by_role("button", name="Use this").first.click()
    expect(composer(agent)).to_have_value(re.compile(r"Hello Hanna,\n\n\w"))
    expect(composer(agent)).to_be_focused()
    text = composer(agent).input_value()
    kept(agent)
    agent.reload()
    expect(composer(agent)).to_have_value(text)


DROP = """(form, name) => {
  const dragged = new DataTransfer();
  dragged.items.add(new File(["data"], name, { type: "text/plain" }));
  for (const type of ["dragover", "drop"]) {
    form.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: dragged }));
  }
}"""
PASTE = """(text) => {
  const clipboard = new DataTransfer();
  clipboard.items.add(new File(["picture"], "image.png", { type: "image/png" }));
  text.dispatchEvent(new ClipboardEvent("paste", { bubbles: true, cancelable: true, clipboardData: clipboard }));
}"""


def test_dropped_and_pasted_files_are_sent_unless_taken_out(agent: Page) -> None:
    incident(agent, 6)
    form = agent.locator("#composer")
    agent.keyboard.press("n")
    composer(agent).fill("Two pictures")
    form.evaluate(DROP, "first.txt")
    form.evaluate(DROP, "second.txt")
    composer(agent).evaluate(PASTE)
    form.get_by_role("button", name="Take out first.txt").click()
    expect(form.get_by_role("button", name="Take out")).to_have_text(["second.txt ×", "pasted-1.png ×"])
    form.get_by_role("button", name="Add note").click()
    entry = agent.locator(".entry-note").filter(has_text="Two pictures")
    expect(entry.locator(".attachment-name")).to_have_text(["second.txt"])
    expect(entry.get_by_role("img", name="pasted-1.png")).to_be_visible()


def test_what_a_colleague_writes_appears_and_is_told(agent: Page, colleague: Page) -> None:
    path = incident(agent, 7)
    agent.keyboard.press("r")
    agent.keyboard.type("Half a sentence")
    add_note(colleague, path, "I know this one")
    expect(agent.locator(".thread").get_by_text("I know this one")).to_be_visible()
    expect(agent.locator(".toast-card")).to_contain_text("added an internal note")
    expect(composer(agent)).to_have_value("Half a sentence")
