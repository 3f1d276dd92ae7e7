"""The desk by keyboard: rows, commands, dialogs, theme; and the same work without any script."""

import re

from playwright.sync_api import Browser, Page, expect

from tests.browser.label_printers import add_note, address, composer, incident, queue, row
from tests.browser.watching import watched
from tests.peers.desk import Desk


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


def test_a_row_keeps_its_mark_when_the_list_is_brought_up_to_date(agent: Page, colleague: Page) -> None:
    agent.goto("/queue?view=open&sort=-updated")
    for _ in range(4):
        agent.keyboard.press("j")
    path = address(row(agent, 3))
    expect(agent.locator(f'[data-row="{path}"]')).to_have_class(re.compile("is-current"))
    add_note(colleague, path, "Looking at it.")
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
    dialog.get_by_label(re.compile("Agent|Assign")).first.select_option(label="Amara Okafor")
    dialog.get_by_role("button", name="Assign").click()
    expect(agent.locator("#incident-side")).to_contain_text("Amara Okafor")
    expect(dialog).to_have_count(0)


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
    agent.get_by_role("link", name="To the queue", exact=True).click()
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
    expect(plain.get_by_role("button", name="Send reply")).to_be_hidden()
    # Enter on a tab presses the form's first button.
    note.press("Enter")
    expect(plain.locator(".entry-note").get_by_text("Between us")).to_be_visible()
    expect(plain.locator(".entry-reply")).to_have_count(0)


def test_without_scripts_a_change_is_a_page_of_its_own(plain: Page) -> None:
    path = incident(plain, 9)
    plain.get_by_role("link", name="Resolve", exact=True).click()
    expect(plain).to_have_url(re.compile(f"{path}/"))
    expect(plain.get_by_label("Cause")).to_be_visible()
    plain.get_by_role("link", name="Cancel").click()
    expect(plain.locator("#composer")).to_be_visible()
