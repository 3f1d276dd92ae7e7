"""A small desk with a dozen incidents that are alike and one that was resolved, and how a test gets about in it.

Each test that changes something takes an incident of its own by number, so the tests need no order."""

from datetime import UTC, datetime, timedelta

from playwright.sync_api import Locator, Page, ViewportSize, expect
from sqlalchemy import select

from helpdesk.incidents.lifecycle import ResolutionCode
from helpdesk.incidents.opening import open_incident
from helpdesk.incidents.thread import Words
from helpdesk.people.agent import Agent
from helpdesk.people.requester import known_requester
from helpdesk.sample.company import AMARA
from tests.peers.desk import Desk

INCIDENTS = 21
REPORT = "Since this morning the label printer prints blank labels. Error E-07."
FIX = "Cleaned the print head and put the ribbon in the right way round."
WIDE = ViewportSize(width=1440, height=1000)


def fill(desk: Desk) -> None:
    """Open incidents from number 1 on, and after them a resolved one that is like them."""
    with desk.session() as session:
        at = datetime.now(UTC) - timedelta(days=1)
        hanna = known_requester(session, "hanna.lindqvist@harbourandpine.example", "Hanna Lindqvist", at=at)
        for number in range(INCIDENTS + 1):
            found, _ = open_incident(
                session,
                hanna,
                f"Label printer {number} prints blank labels",
                Words(REPORT),
                source="mail",
                by=hanna.actor(),
                at=at + timedelta(minutes=number),
            )
        amara = session.scalars(select(Agent).where(Agent.email == AMARA)).one()
        found.resolve(ResolutionCode.FIXED, "Ribbon", FIX, by=amara.actor(), at=at + timedelta(hours=1))
        session.commit()


def row(page: Page, number: int) -> Locator:
    return page.locator("[data-row]").nth(number)


def address(row: Locator) -> str:
    return str(row.get_attribute("data-row"))


def queue(page: Page) -> None:
    page.goto("/queue?view=open&sort=opened")
    expect(row(page, INCIDENTS - 1)).to_be_visible()


def incident(page: Page, number: int) -> str:
    """Opens an incident that no other test of this file takes; returns its address."""
    path = f"/incidents/{number + 1}"
    page.goto(path)
    return path


def composer(page: Page) -> Locator:
    return page.locator("#composer-text")


def kept(page: Page) -> None:
    expect(page.locator("#composer:not([data-unsaved]) [data-draft-state]")).to_have_text("Draft kept")


def add_note(page: Page, path: str, text: str) -> None:
    page.goto(path)
    page.keyboard.press("n")
    composer(page).fill(text)
    composer(page).press("Control+Enter")
    expect(page.locator(".thread").get_by_text(text)).to_be_visible()
