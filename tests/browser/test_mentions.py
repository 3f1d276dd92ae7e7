"""Typing @ in a note: the list that opens, by keyboard, and what becomes of it."""

from playwright.sync_api import Page, expect

from tests.browser.label_printers import composer, incident


def test_a_colleague_is_offered_behind_an_at_and_taken_by_the_keys(agent: Page) -> None:
    incident(agent, 17)
    agent.keyboard.press("n")
    text = composer(agent)
    text.press_sequentially("Please look, @inx")
    expect(agent.get_by_role("listbox")).to_have_count(0)
    text.press("Backspace")
    offered = agent.get_by_role("listbox", name="Colleagues")
    expect(offered.get_by_role("option")).to_have_count(1)
    text.press("Enter")
    expect(offered).to_have_count(0)
    expect(text).to_have_value("Please look, @Ingrid ")
    text.press_sequentially("@")
    expect(offered.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    text.press("Escape")
    expect(offered).to_have_count(0)
    text.press("Control+Enter")
    expect(agent.locator("mark.mention")).to_have_text("@Ingrid")


def test_a_task_is_ticked_in_place_and_brought_back(agent: Page) -> None:
    incident(agent, 18)
    agent.keyboard.press("t")
    dialog = agent.get_by_role("dialog")
    dialog.get_by_label("What is to be done").fill("Ring the shop")
    dialog.get_by_role("button", name="Add").click()
    panel = agent.get_by_role("region", name="Tasks")
    panel.get_by_role("button", name="Done: Ring the shop").click()
    expect(panel.get_by_text("1 of 1")).to_be_visible()
    agent.locator(".toast-card", has_text="Done: Ring the shop").get_by_role("button", name="Undo").click()
    expect(agent.get_by_role("region", name="Tasks").get_by_text("0 of 1")).to_be_visible()
