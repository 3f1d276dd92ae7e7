"""The desk by keyboard, what its scripts keep and tell, and the same work without any script.

One desk for the whole file; each test takes an incident of its own from it."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from helpdesk.sample.company import AMARA
from tests.browser.watching import sign_in, watched
from tests.peers.desk import Desk, desk_on

WIDE = {"width": 1440, "height": 1000}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk_on(tmp_path_factory.mktemp("desk")) as desk:
        desk.start("all")
        desk.wait_until_ready()
        yield desk


@pytest.fixture
def agent(browser: Browser, desk: Desk) -> Iterator[Page]:
    with watched(browser.new_context(base_url=desk.url, viewport=WIDE, color_scheme="light")) as page:
        sign_in(page, AMARA)
        yield page


@pytest.fixture
def plain(browser: Browser, desk: Desk) -> Iterator[Page]:
    """An agent whose browser runs no scripts."""
    with watched(browser.new_context(base_url=desk.url, viewport=WIDE, java_script_enabled=False)) as page:
        sign_in(page, AMARA)
        yield page


def row(page: Page, number: int) -> Locator:
    return page.locator("[data-row]").nth(number)


def address(row: Locator) -> str:
    return str(row.get_attribute("data-row"))


def queue(page: Page) -> None:
    page.goto("/queue?view=open&sort=opened")
    expect(row(page, 9)).to_be_visible()


def incident(page: Page, number: int) -> str:
    """Opens an incident that no other test of this file takes; returns its address."""
    queue(page)
    path = address(row(page, number))
    page.goto(path)
    return path


def composer(page: Page) -> Locator:
    return page.locator("#composer-text")


def kept(page: Page) -> None:
    expect(page.locator("[data-draft-state]")).to_have_text("Draft kept")


def test_rows_are_walked_ticked_off_and_opened(agent: Page) -> None:
    queue(agent)
    agent.keyboard.press("j")
    expect(row(agent, 0)).to_have_class(re.compile("is-current"))
    agent.keyboard.press("j")
    agent.keyboard.press("j")
    agent.keyboard.press("k")
    expect(row(agent, 1)).to_have_class(re.compile("is-current"))
    expect(row(agent, 1).get_by_role("link")).to_be_focused()
    expect(agent.locator(".is-current")).to_have_count(1)
    path = address(row(agent, 1))
    agent.keyboard.press("Enter")
    agent.wait_for_url(f"**{path}")


def test_a_row_keeps_its_mark_when_the_list_is_brought_up_to_date(agent: Page, browser: Browser, desk: Desk) -> None:
    agent.goto("/queue?view=open&sort=-updated")
    for _ in range(4):
        agent.keyboard.press("j")
    path = address(row(agent, 3))
    expect(agent.locator(f'[data-row="{path}"]')).to_have_class(re.compile("is-current"))
    with watched(browser.new_context(base_url=desk.url, viewport=WIDE)) as colleague:
        sign_in(colleague, AMARA)
        colleague.goto(path)
        colleague.keyboard.press("n")
        composer(colleague).fill("Looking at it.")
        composer(colleague).press("Control+Enter")
        expect(colleague.locator(".thread").get_by_text("Looking at it.")).to_be_visible()
    expect(row(agent, 0)).to_have_attribute("data-row", path)
    expect(agent.locator(".is-current")).to_have_attribute("data-row", path)
    expect(agent.locator("[aria-live=polite]").get_by_text("One incident changed")).to_be_attached()
    agent.keyboard.press("j")
    expect(row(agent, 1)).to_have_class(re.compile("is-current"))


def test_a_click_beside_the_link_opens_the_row(agent: Page) -> None:
    queue(agent)
    path = address(row(agent, 2))
    row(agent, 2).locator("td").nth(1).click()
    agent.wait_for_url(f"**{path}")


def test_letters_belong_to_the_field_while_somebody_types(agent: Page) -> None:
    queue(agent)
    field = agent.get_by_label("Requester")
    field.press_sequentially("jxn?/r")
    expect(field).to_have_value("jxn?/r")
    expect(agent.locator(".is-current")).to_have_count(0)
    expect(agent.get_by_role("dialog")).to_have_count(0)


def test_the_sheet_of_keys_opens_and_gives_the_focus_back(agent: Page) -> None:
    queue(agent)
    agent.keyboard.press("j")
    agent.keyboard.press("?")
    expect(agent.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    agent.keyboard.press("j")
    expect(row(agent, 0)).to_have_class(re.compile("is-current"))
    agent.keyboard.press("Escape")
    expect(agent.get_by_role("dialog")).to_have_count(0)
    expect(row(agent, 0).get_by_role("link")).to_be_focused()


def test_slash_goes_to_the_search_and_escape_leaves_it(agent: Page) -> None:
    queue(agent)
    search = agent.get_by_role("searchbox", name="Search incidents and articles")
    agent.keyboard.press("/")
    expect(search).to_be_focused()
    expect(search).to_have_value("")
    agent.keyboard.press("Escape")
    expect(search).not_to_be_focused()


def test_commands_are_filtered_chosen_by_arrows_and_run(agent: Page) -> None:
    queue(agent)
    agent.keyboard.press("Control+k")
    palette = agent.get_by_role("dialog", name="Commands")
    options = palette.get_by_role("option")
    expect(palette.get_by_role("combobox")).to_be_focused()
    expect(options.first).to_have_attribute("aria-selected", "true")
    agent.keyboard.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    agent.keyboard.type("know")
    expect(options).to_have_text(["Go to Knowledge", "Search for “know”"])
    expect(palette.get_by_role("combobox")).to_have_attribute("aria-activedescendant", "palette-0")
    agent.keyboard.press("Enter")
    agent.wait_for_url("**/knowledge")


def test_what_is_no_command_is_searched_for(agent: Page) -> None:
    queue(agent)
    agent.get_by_role("button", name="Commands").click()
    agent.keyboard.type("printer jam")
    agent.keyboard.press("Enter")
    agent.wait_for_url("**/search?q=printer+jam")


def test_the_theme_is_kept_and_auto_follows_the_system(agent: Page) -> None:
    page = agent.locator("html")
    expect(page).to_have_attribute("data-bs-theme", "light")
    agent.get_by_role("button", name="Account of").click()
    agent.get_by_role("button", name="Dark").click()
    expect(page).to_have_attribute("data-bs-theme", "dark")
    expect(agent.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    agent.reload()
    expect(page).to_have_attribute("data-bs-theme", "dark")
    agent.get_by_role("button", name="Account of").click()
    agent.get_by_role("button", name="Auto").click()
    agent.emulate_media(color_scheme="dark")
    expect(page).to_have_attribute("data-bs-theme", "dark")
    agent.emulate_media(color_scheme="light")
    expect(page).to_have_attribute("data-bs-theme", "light")


def test_a_menu_closes_by_escape_and_by_a_click_elsewhere(agent: Page) -> None:
    incident(agent, 0)
    opener = agent.locator("details.menu > summary")
    first = agent.locator("details.menu .menu-item").first
    opener.click()
    agent.keyboard.press("ArrowDown")
    expect(first).to_be_focused()
    agent.keyboard.press("Escape")
    expect(first).to_be_hidden()
    expect(opener).to_be_focused()
    opener.click()
    agent.get_by_role("heading", level=1).click()
    expect(first).to_be_hidden()


def test_a_dialog_keeps_what_was_typed_until_it_is_cancelled(agent: Page) -> None:
    path = incident(agent, 1)
    cause = agent.get_by_role("dialog").get_by_label("Cause")
    agent.keyboard.press("e")
    cause.fill("A loose cable")
    agent.keyboard.press("Escape")
    expect(agent.get_by_role("dialog")).to_have_count(0)
    expect(agent.get_by_role("link", name="Resolve", exact=True)).to_be_focused()
    agent.keyboard.press("e")
    expect(cause).to_have_value("A loose cable")
    agent.get_by_role("dialog").get_by_role("link", name="Cancel").click()
    expect(agent.get_by_role("dialog")).to_have_count(0)
    agent.keyboard.press("e")
    expect(cause).not_to_have_value("A loose cable")
    assert agent.url.endswith(path)


def test_a_dialog_does_its_work_and_is_gone(agent: Page) -> None:
    incident(agent, 2)
    agent.keyboard.press("a")
    dialog = agent.get_by_role("dialog")
    dialog.get_by_label(re.compile("Agent|Assign")).first.select_option(label="Amara Okonkwo")
    dialog.get_by_role("button", name="Assign").click()
    expect(agent.locator("#incident-side")).to_contain_text("Amara Okonkwo")
    expect(dialog).to_have_count(0)


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
    agent.goto(path)
    expect(composer(agent)).to_have_value("")


def test_a_reply_that_met_the_sign_in_page_is_not_lost(agent: Page) -> None:
    path = incident(agent, 4)
    agent.keyboard.press("r")
    agent.keyboard.type("We have sent you a new cable")
    kept(agent)
    agent.context.clear_cookies()
    agent.get_by_role("button", name="Send reply").click()
    expect(agent.get_by_text("We have sent you a new cable")).to_have_count(0)
    sign_in(agent, AMARA)
    agent.goto(path)
    expect(composer(agent)).to_have_value("We have sent you a new cable")


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
    expect(entry.locator(".attachment-name")).to_have_text(["second.txt", "pasted-1.png"])


def test_what_a_colleague_writes_appears_and_is_told(agent: Page, browser: Browser, desk: Desk) -> None:
    path = incident(agent, 7)
    agent.keyboard.press("r")
    agent.keyboard.type("Half a sentence")
    with watched(browser.new_context(base_url=desk.url, viewport=WIDE)) as colleague:
        sign_in(colleague, AMARA)
        colleague.goto(path)
        colleague.keyboard.press("n")
        composer(colleague).fill("I know this one")
        composer(colleague).press("Control+Enter")
        expect(colleague.locator(".thread").get_by_text("I know this one")).to_be_visible()
    expect(agent.locator(".thread").get_by_text("I know this one")).to_be_visible()
    expect(agent.locator(".toast-card")).to_contain_text("added an internal note")
    expect(composer(agent)).to_have_value("Half a sentence")


def test_choosing_a_filter_shows_it_and_leaves_the_focus_there(agent: Page) -> None:
    queue(agent)
    agent.get_by_label("Priority").select_option(index=1)
    agent.wait_for_url("**priority=*")
    expect(agent.get_by_label("Priority")).to_be_focused()


def test_a_page_whose_session_ended_says_so_and_stays(agent: Page) -> None:
    queue(agent)
    agent.context.clear_cookies()
    agent.get_by_role("link", name="More filters").click()
    expect(agent.locator(".toast-card")).to_contain_text("You have been signed out.")
    expect(row(agent, 0)).to_be_visible()
    agent.get_by_role("link", name="Sign in again").click()
    expect(agent.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_page_that_is_not_there_says_what_to_do(agent: Page, browser: Browser, desk: Desk) -> None:
    answer = agent.goto("/nowhere")
    assert answer is not None
    assert answer.status == 404
    agent.get_by_role("link", name="To the queue").click()
    expect(agent.get_by_role("heading", name="Queue")).to_be_visible()
    with watched(browser.new_context(base_url=desk.url)) as stranger:
        stranger.goto("/nowhere")
        expect(stranger.get_by_role("heading", name="Nothing here")).to_be_visible()
        expect(stranger.get_by_role("link", name="Find an answer").first).to_be_visible()


def test_without_scripts_the_queue_is_narrowed_by_a_button(plain: Page) -> None:
    queue(plain)
    plain.get_by_label("Priority").select_option(index=1)
    plain.get_by_role("button", name="Show").click()
    assert "priority=" in plain.url
    expect(plain.get_by_role("button", name="Commands")).to_be_hidden()


def test_without_scripts_a_note_stays_a_note(plain: Page) -> None:
    incident(plain, 8)
    note = plain.get_by_role("radio", name="Internal note")
    note.check(force=True)
    composer(plain).fill("Between us")
    # Enter on a tab would press the form's first button.
    note.press("Enter")
    expect(plain.locator(".entry").get_by_text("Between us")).to_have_count(0)
    plain.get_by_role("button", name="Add note").click()
    expect(plain.locator(".entry-note").get_by_text("Between us")).to_be_visible()


def test_without_scripts_a_change_is_a_page_of_its_own(plain: Page) -> None:
    path = incident(plain, 9)
    plain.get_by_role("link", name="Resolve", exact=True).click()
    expect(plain).to_have_url(re.compile(f"{path}/"))
    expect(plain.get_by_label("Cause")).to_be_visible()
    plain.get_by_role("link", name="Cancel").click()
    expect(plain.locator("#composer")).to_be_visible()
