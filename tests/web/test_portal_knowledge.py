"""The public knowledge base: what everybody may read, and nothing besides."""

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


@pytest.fixture
def mia(browse: Callable[[str], Browser]) -> Browser:
    return browse("")


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


def test_the_start_offers_search_answers_and_the_form(world: World, mia: Browser) -> None:
    world.article(title="How to print", public=True)
    world.article(title="Root passwords")
    world.session.commit()
    page = mia.text("/support")
    assert "How to print" in page
    assert "/support/report" in page
    assert "Root passwords" not in page
    assert "Root passwords" not in mia.text("/support/knowledge")


def test_search_finds_published_articles_only(app: Flask, world: World, mia: Browser) -> None:
    world.article(title="Plotter for everybody", public=True)
    world.article(title="Plotter for agents")
    world.report("Plotter of Mia")
    index_all(app, world)
    page = mia.text("/support/knowledge?q=plotter")
    assert "for everybody" in page
    assert "for agents" not in page
    assert "of Mia" not in page


def test_what_was_withdrawn_a_moment_ago_is_not_shown(app: Flask, world: World, mia: Browser) -> None:
    article = world.article(title="Plotter for everybody", public=True)
    index_all(app, world)
    article = world.session.get_one(type(article), article.id)
    article.withdraw(by=world.kim.actor(), at=world.at)
    world.session.commit()
    assert "for everybody" not in mia.text("/support/knowledge?q=plotter")


def test_an_internal_article_is_404(world: World, mia: Browser) -> None:
    article = world.article(title="Internal")
    world.session.commit()
    assert mia.get(f"/support/knowledge/{article.id}-internal").status_code == 404
    assert mia.get("/support/knowledge/999").status_code == 404


def test_an_article_names_no_agent(world: World, mia: Browser) -> None:
    article = world.article(title="Public", body=f"# Do this\n\n{NASTY}", public=True)
    world.session.commit()
    page = mia.client.get(f"/support/knowledge/{article.id}", follow_redirects=True).text
    assert "Do this" in page
    assert "Kim Novak" not in page
    assert "<script>alert" not in page
    assert "<img src=x" not in page


@pytest.mark.parametrize("text", [NASTY, '"', "state:", "x" * 5000, "(("])
def test_nothing_typed_breaks_the_page(mia: Browser, text: str) -> None:
    answer = mia.client.get("/support/knowledge", query_string={"q": text})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    assert "<img src=x" not in answer.text


def test_a_damaged_index_sends_people_to_people(app: Flask, mia: Browser, tmp_path: Path) -> None:
    damage_index(app, tmp_path / "index")
    answer = mia.get("/support/knowledge?q=printer")
    assert answer.status_code == 503
    assert "does not work just now" in answer.text
    assert "rebuild" not in answer.text


def test_lists_take_few_statements(world: World, mia: Browser, statements: Statements) -> None:
    for number in range(30):
        world.article(title=f"Answer {number}", public=True)
    world.session.commit()
    with statements as said:
        mia.text("/support/knowledge")
    assert len(said) <= 3, said
