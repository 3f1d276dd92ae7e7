"""The search page: what it finds, for whom, and what it says when it can't."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from helpdesk.house import House
from helpdesk.reactions.index import all_documents
from search.document import Document, Key
from search.index import open_index
from tests.web.conftest import Browser, Statements
from tests.world import START, World

NASTY = """<script>alert(1)</script>"'><img src=x onerror=alert(1)>"""


def house(app: Flask) -> House:
    return app.extensions["house"]


def damage_index(app: Flask, folder: Path) -> None:
    """Gives the desk a real index on disk whose files were overwritten."""
    open_index(folder).rebuild([])
    index = open_index(folder)
    index.apply([Document(Key("article", 1), 1, "Printer", "", "x", frozenset({"public"}), START)])
    for file in folder.rglob("*"):
        if file.is_file():
            file.write_bytes(b"damaged")
    app.extensions["house"] = replace(house(app), index=open_index(folder))


def index_all(app: Flask, world: World) -> None:
    world.session.commit()
    house(app).index.rebuild(all_documents(world.session))
    world.session.rollback()


def test_both_kinds_are_found_and_counted(app: Flask, world: World, kim: Browser) -> None:
    world.report("The plotter jams", "paper stuck in the plotter")
    world.report("The plotter is loud", "it squeaks")
    world.article(title="Plotter jams", body="Open the plotter at the back.")
    index_all(app, world)
    page = kim.text("/search?q=plotter")
    assert "3 results" in page
    assert "<mark>plotter</mark>" in page
    assert "The" in page
    assert "INC-1" in page
    articles = kim.text("/search?q=plotter&kind=article")
    assert "1 result " in articles
    assert "INC-1" not in articles
    incidents = kim.text("/search?q=plotter&kind=incident")
    assert "at the back" not in incidents


def test_a_number_goes_straight_there(world: World, kim: Browser) -> None:
    incident = world.report()
    hidden = world.private_report()
    world.session.commit()
    for typed in (f"INC-{incident.id}", f"inc {incident.id}", str(incident.id), f"%23{incident.id}"):
        answer = kim.get(f"/search?q={typed}")
        assert (answer.status_code, answer.location) == (302, f"/incidents/{incident.id}")
    assert kim.get(f"/search?q=INC-{hidden.id}").status_code == 200
    assert kim.get("/search?q=INC-999999999999999").status_code == 200


def test_private_work_is_found_by_its_team_only(app: Flask, world: World, browse: Callable[[str], Browser]) -> None:
    world.private_report("Salary of the director", text="four figures")
    index_all(app, world)
    kims = browse("kim").text("/search?q=salary")
    assert "director" not in kims
    assert "Nothing found" in kims
    assert "director" in browse("petra").text("/search?q=salary")


def test_what_became_private_after_indexing_is_left_out(app: Flask, world: World, kim: Browser) -> None:
    incident = world.report("Plotter of the board")
    index_all(app, world)
    incident = world.session.get_one(type(incident), incident.id)
    incident.team = world.personnel
    world.session.commit()
    assert "of the board" not in kim.text("/search?q=plotter")


def test_results_come_in_pages(app: Flask, world: World, kim: Browser) -> None:
    for number in range(25):
        world.report(f"Plotter number {number}")
    index_all(app, world)
    first, second = kim.text("/search?q=plotter"), kim.text("/search?q=plotter&page=2")
    assert first.count('class="result"') == 20
    assert second.count('class="result"') == 5
    assert "1 to 20 of 25" in first
    assert "21 to 25 of 25" in second
    for odd in ("0", "-3", "x", "99999999999999999999"):
        assert kim.get(f"/search?q=plotter&page={odd}").status_code == 200


def test_a_page_of_results_takes_few_statements(app: Flask, world: World, kim: Browser, statements: Statements) -> None:
    for number in range(25):
        world.report(f"Plotter number {number}")
        world.article(title=f"Plotter {number}")
    index_all(app, world)
    with statements as said:
        kim.text("/search?q=plotter")
    assert len(said) <= 10, said


def test_nothing_found_is_friendly(app: Flask, world: World, kim: Browser) -> None:
    index_all(app, world)
    assert "Nothing found" in kim.text("/search?q=hovercraft")
    assert "Search incidents and articles" in kim.text("/search")


@pytest.mark.parametrize("text", [NASTY, '"', "state:", "*" * 500, "((((", "a" * 3000, "‮", "-"])
def test_nothing_typed_breaks_the_page(app: Flask, world: World, kim: Browser, text: str) -> None:
    world.report(NASTY, NASTY)
    index_all(app, world)
    answer = kim.client.get("/search", query_string={"q": text})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    assert "<img src=x" not in answer.text


def test_highlights_escape_what_was_written(app: Flask, world: World, kim: Browser) -> None:
    world.report("alert <b>bold</b>", f"alert {NASTY}")
    index_all(app, world)
    page = kim.text("/search?q=alert")
    assert "<mark>alert</mark>" in page
    assert "<b>bold</b>" not in page
    assert "<img src=x" not in page


def test_a_damaged_index_says_what_to_do(app: Flask, kim: Browser, tmp_path: Path) -> None:
    damage_index(app, tmp_path / "index")
    answer = kim.get("/search?q=printer")
    assert answer.status_code == 503
    assert "helpdesk search rebuild" in answer.text


def test_words_that_stand_nowhere_together_are_said_so(app: Flask, world: World, kim: Browser) -> None:
    world.report("Plotter jams")
    world.report("Beamer is dark")
    index_all(app, world)
    assert "some of them" in kim.text("/search?q=plotter+beamer")


def test_strangers_find_nothing(browse: Callable[[str], Browser]) -> None:
    assert browse("").get("/search?q=plotter").status_code == 302
