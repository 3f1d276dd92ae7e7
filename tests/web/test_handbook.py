"""The handbook: each page renders, its links lead somewhere, and the generated ones say what the code says."""

import re
from collections.abc import Callable

import pytest

from helpdesk.incidents.lifecycle import REQUESTER_WORDING, TABLE, State
from helpdesk.journal import EventKind
from helpdesk.people.permissions import Permission
from helpdesk.settings import Settings
from helpdesk.web.handbook import GENERATED, ORDER, written_pages
from helpdesk.web.reference_pages import comments, table
from tests.web.conftest import Browser

PAGES = (*ORDER, *GENERATED)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_renders_and_its_links_lead_somewhere(kim: Browser, page: str) -> None:
    html = kim.text(f"/help/{page}")
    assert html.count("<h1>") == 1
    for target in set(re.findall(r'href="(/help/[^"#]+)"', html)):
        assert kim.get(target).status_code == 200, target


def test_the_start_is_the_index(kim: Browser) -> None:
    assert "Where to start" in kim.text("/help")


@pytest.mark.parametrize("page", ["nope", "..%2f..%2fbase.html", "index.md", "%00", "../errors/404"])
def test_other_names_are_404(kim: Browser, page: str) -> None:
    assert kim.get(f"/help/{page}").status_code == 404


def test_it_is_for_agents(browse: Callable[[str], Browser]) -> None:
    assert browse("").get("/help").status_code == 302


def test_states_come_from_the_table(kim: Browser) -> None:
    html = kim.text("/help/states")
    for state in State:
        assert state.label in html
        assert REQUESTER_WORDING[state].replace("'", "&#x27;") in html
    assert html.count("<tr>") == len(TABLE) + len(State) + 2


def test_events_and_permissions_are_all_explained(kim: Browser) -> None:
    events, permissions = kim.text("/help/events"), kim.text("/help/permissions")
    assert all(kind.value in events for kind in EventKind)
    assert all(one.value in permissions for one in Permission)
    for kind in (EventKind, Permission):
        said = comments(kind)
        assert [one.value for one in kind if not said.get(one.value)] == []


def test_settings_are_all_there(kim: Browser) -> None:
    html = kim.text("/help/settings")
    for name, field in Settings.model_fields.items():
        assert name in html
        assert field.description


def test_the_written_words_for_states_are_those_of_the_code(kim: Browser) -> None:
    html = kim.text("/help/requesters")
    assert all(wording in html for wording in REQUESTER_WORDING.values())
    assert all(state.label in html for state in State)


def test_a_bar_in_a_cell_is_no_column() -> None:
    assert table(("a", "b"), [("x|y", "z")]).splitlines()[2] == "| x\\|y | z |"


def test_all_written_pages_are_offered() -> None:
    assert set(ORDER) <= set(written_pages())
