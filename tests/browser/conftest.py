"""The small desk of label_printers.py, started once, and who looks at it. test_path.py has a desk of its own."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, StorageState

from helpdesk.sample.company import AMARA
from tests.browser.label_printers import WIDE, fill
from tests.browser.watching import sign_in, watched
from tests.peers.desk import Desk, desk_on


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk_on(tmp_path_factory.mktemp("desk")) as desk:
        fill(desk)
        desk.start("all")
        desk.wait_until_ready()
        yield desk


@pytest.fixture(scope="session")
def signed_in(browser: Browser, desk: Desk) -> StorageState:
    """Amara's cookies: signing in is braked, so it is done once."""
    context = browser.new_context(base_url=desk.url)
    with watched(context) as page:
        sign_in(page, AMARA)
        return context.storage_state()


@pytest.fixture
def agent(browser: Browser, desk: Desk, signed_in: StorageState) -> Iterator[Page]:
    context = browser.new_context(base_url=desk.url, viewport=WIDE, color_scheme="light", storage_state=signed_in)
    with watched(context) as page:
        page.goto("/queue")
        yield page


@pytest.fixture
def colleague(browser: Browser, desk: Desk, signed_in: StorageState) -> Iterator[Page]:
    """The same person at another machine; drafts and themes are not shared."""
    with watched(browser.new_context(base_url=desk.url, viewport=WIDE, storage_state=signed_in)) as page:
        yield page


@pytest.fixture
def plain(browser: Browser, desk: Desk, signed_in: StorageState) -> Iterator[Page]:
    """An agent whose browser runs no scripts."""
    context = browser.new_context(base_url=desk.url, java_script_enabled=False, storage_state=signed_in)
    with watched(context) as page:
        yield page
