"""Every page of the desk in a real browser: it answers, and its console has nothing to complain of."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from helpdesk.cli.demo_data import load_articles_of, load_company, load_incidents
from helpdesk.sample.company import TOMASZ
from helpdesk.sample.history import history
from helpdesk.worker import drain
from tests.browser.watching import sign_in, watched
from tests.peers.desk import Desk, desk_on

# What answers with something that is no page, or lives on in a stream.
NO_PAGES = (
    "static",
    "web.live_queue",
    "web.live_incident",
    "health",
    "web.health",
    "api.",
    "raw",
    "entry_source",
    "openapi",
    "fs-static",
)
VALUES = {
    "number": "1",
    "page": "agents",
    "letter": "reply",
    "filename": "x",
    "slug": "x",
    "key": "x",
    "token": "none",
    "name": "none",
    "place": "0",
    "entry_id": "1",
    "task_id": "1",
    "kind": "people",
}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:  # type: ignore[misc]
    with desk_on(tmp_path, with_company=False) as desk:
        now = datetime.now(UTC)
        with desk.session() as session:
            cast = load_company(session, at=now - timedelta(days=300))
            load_articles_of(session, cast, at=now - timedelta(days=30))
            load_incidents(session, cast, history(now, count=60))
            session.commit()
        drain(desk.app)
        desk.start("all")
        desk.wait_until_ready()
        yield desk


def addresses(desk: Desk) -> list[str]:
    """Every address that answers a GET, its parts filled in with what the sample has."""
    found = []
    for rule in desk.app.url_map.iter_rules():
        wanted = any(part in rule.endpoint for part in NO_PAGES)
        if "GET" not in (rule.methods or ()) or wanted or rule.endpoint.startswith("security."):
            continue
        if unknown := rule.arguments - VALUES.keys():
            raise AssertionError(f"{rule}: say in VALUES what to put for {unknown}")
        path = rule.rule
        for argument in rule.arguments:
            path = path.replace(f"<int:{argument}>", VALUES[argument]).replace(f"<{argument}>", VALUES[argument])
        found.append(path)
    return sorted(set(found))


def test_every_page_answers_and_says_nothing_to_the_console(desk: Desk, browser: Browser) -> None:
    context = browser.new_context(base_url=desk.url, viewport={"width": 1440, "height": 900})
    with watched(context) as page:
        sign_in(page, TOMASZ)
        visited = [(_visit(page, address), address) for address in addresses(desk)]
    broken = [f"{status} {address}" for status, address in visited if status >= 500 or status in (400, 405)]
    assert not broken, "\n".join(broken)
    answered = [address for status, address in visited if status == 200]
    assert len(answered) > 30, visited


def _visit(page: Page, address: str) -> int:
    if "/attachments/" in address:
        return 404  # a download, not a page; its tests are elsewhere
    answer = page.goto(address)
    assert answer is not None
    page.wait_for_load_state()
    return answer.status
