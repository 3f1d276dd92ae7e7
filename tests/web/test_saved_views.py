"""Saved views: what is kept of the queue, whose it is, and that it shows each what they may see."""

import re
from collections.abc import Callable
from urllib.parse import urlencode

import pytest

from helpdesk.incidents.saved_views import FirstView, SavedView
from helpdesk.web.view_tabs import TABS_MAX
from tests.web.conftest import Browser, Statements
from tests.web.test_queue import numbers
from tests.world import World


def save(browser: Browser, name: str = "Printers", audience: str = "me", more: str = "", **filters: object) -> int:
    page = f"/views/new?{urlencode(filters)}"
    answer = browser.submit(page, "/views", name=name, audience=audience, **({"is_first": "y"} if more else {}))
    assert answer.status_code == 303, answer.text
    found = re.search(r"saved=(\d+)", answer.location)
    assert found
    return int(found[1])


def tab(page: str, name: str) -> str:
    found = re.search(rf'<a href="([^"]+)"[^>]*>{name}<', page)
    return found[1].replace("&amp;", "&") if found else ""


def test_a_view_is_a_tab_that_narrows_down(kim: Browser, world: World) -> None:
    jam = world.report("Paper jam", category=world.printing, impact=1, urgency=1)
    world.report("No tunnel")
    world.session.commit()
    page = kim.text("/queue?view=open&priority=1&sort=opened")
    assert "/views/new?" in page
    save(kim, priority=1, sort="opened", view="open", cursor="x", filters="1", nonsense="1")
    [view] = world.session.query(SavedView)
    assert view.arguments == {"priority": "1", "sort": "opened", "view": "open"}
    shown = kim.text(tab(kim.text("/queue?view=mine"), "Printers"))
    assert numbers(shown) == [jam.id]
    assert re.search(r'aria-current="page">Printers', shown)
    assert 'aria-current="page">All open' not in shown
    assert "Save this view" not in shown


def test_counts_come_afterwards_and_are_of_who_looks(browse: Callable[[str], Browser], world: World) -> None:
    world.report()
    world.private_report()
    world.session.commit()
    save(browse("sam"), "Everything", "all", view="all")
    for name, count in (("kim", 1), ("petra", 2)):
        assert "Everything</a>" in browse(name).text("/queue?view=open")
        assert f'Everything<span class="count">{count}</span>' in browse(name).text("/views/counts")


def test_ones_own_is_not_there_for_others(browse: Callable[[str], Browser], world: World) -> None:
    number = save(browse("kim"), "Secret plan", view="mine")
    for name in ("sam", "ada"):
        assert "Secret plan" not in browse(name).text("/queue?view=open")
        assert "Secret plan" not in browse(name).text(f"/queue?view=open&saved={number}")
        assert "Secret plan" not in browse(name).text("/views")
        assert browse(name).get(f"/views/{number}").status_code == 404
        for deed in ("", "/filters", "/copy", "/first", "/removal"):
            assert browse(name).post(f"/views/{number}{deed}").status_code == 404, deed


def test_who_may_not_change_it_may_copy_it(browse: Callable[[str], Browser], world: World) -> None:
    number = save(browse("sam"), "Ours", "all", priority=1)
    kim = browse("kim")
    for deed in ("", "/filters", "/removal"):
        assert kim.post(f"/views/{number}{deed}", name="Mine").status_code == 403, deed
    assert kim.post(f"/views/{number}/copy").status_code == 303
    assert "Save changes" not in kim.text(f"/queue?priority=2&saved={number}")
    assert "Ours (copy)" in kim.text("/views")
    assert "Ours (copy)" not in browse("sam").text("/views")


def test_only_who_may_shares_with_everybody(kim: Browser, world: World) -> None:
    answer = kim.send("/views", kim.form("/views/new?priority=1", "/views"), name="For all", audience="all")
    assert answer.status_code == 422
    assert world.session.query(SavedView).count() == 0


def test_changes_are_saved_to_it(kim: Browser, world: World) -> None:
    number = save(kim, view="open", priority=1)
    page = f"/queue?view=open&priority=2&saved={number}"
    assert kim.submit(page, f"/views/{number}/filters").status_code == 303
    assert "Save changes" not in kim.text(page)
    [view] = world.session.query(SavedView)
    assert view.arguments == {"view": "open", "priority": "2"}
    assert kim.submit(f"/views/{number}", f"/views/{number}", name="Better", place="3").status_code == 303
    world.session.refresh(view)
    assert (view.name, view.place, view.arguments["priority"]) == ("Better", 3, "2")


def test_the_queue_opens_with_ones_own_first_view(browse: Callable[[str], Browser], world: World) -> None:
    save(browse("sam"), "Urgent", "all", "first", view="open", priority=1)
    assert "priority=1" in browse("sam").get("/queue").location
    assert browse("sam").get("/queue?view=open").status_code == 200
    assert browse("kim").get("/queue").status_code == 200
    [view] = world.session.query(SavedView)
    browse("kim").post(f"/views/{view.id}/first", on="1")
    assert "priority=1" in browse("kim").get("/queue").location
    browse("kim").post(f"/views/{view.id}/first", on="0")
    assert browse("kim").get("/queue").status_code == 200
    assert browse("sam").submit(f"/views/{view.id}", f"/views/{view.id}/removal").status_code == 303
    assert world.session.query(FirstView).count() == 0
    assert browse("sam").get("/queue").status_code == 200


def test_what_is_gone_is_told(kim: Browser, world: World) -> None:
    number = save(kim, "Old team", team=987654)
    assert "its team is gone" in kim.text("/views")
    assert "can’t be chosen any more" in kim.text(f"/views/{number}")
    assert kim.get(f"/queue?team=987654&saved={number}").status_code == 200


@pytest.mark.parametrize(
    "query", ["x" * 9000, "view=%00&priority=abc", "&&&===", "requester=" + "y" * 3000, "sort=password"]
)
def test_odd_filters_are_kept_harmless(kim: Browser, world: World, query: str) -> None:
    form = kim.form("/views/new", "/views")
    answer = kim.send("/views", form, name="Odd", audience="me", query=query)
    assert answer.status_code == 303
    assert kim.get(answer.location).status_code == 200
    assert kim.get("/views").status_code == 200
    assert kim.get("/views/counts").status_code == 200


def test_views_cost_one_statement_each_way(kim: Browser, world: World, statements: Statements) -> None:
    with statements as said:
        kim.text("/queue?view=open")
    bare = len(said)
    for number in range(10):
        save(kim, f"View {number}", view="open", priority=number % 5 + 1)
    with statements as said:
        said.clear()
        kim.text("/queue?view=open")
        assert len(said) == bare
        said.clear()
        kim.text("/views/counts")
    assert [counts for one in said if (counts := one.count("count(*)")) > 1] == [TABS_MAX]
