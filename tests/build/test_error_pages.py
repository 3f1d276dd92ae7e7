"""The pages for when something is wrong: each says what to do next, and two of them need nothing but themselves."""

from pathlib import Path

import pytest
from flask import Flask, render_template

from helpdesk.app import create_app
from helpdesk.cli.db import ensure_newest
from helpdesk.settings import Settings
from helpdesk.web.errors import PAGES

WITHOUT_DATABASE = (500, 503)


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    app = create_app(Settings(data_folder=tmp_path, base_url="http://127.0.0.1:1"))
    ensure_newest(app, upgrade=True)
    return app


@pytest.mark.parametrize("code", PAGES)
def test_every_page_says_what_happened_and_where_to_go(app: Flask, code: int) -> None:
    with app.test_request_context("/"):
        html = render_template(f"errors/{code}.html", message="")
    assert f">{code}<" in html
    assert "<h1>" in html
    assert 'class="btn btn-primary"' in html


@pytest.mark.parametrize("code", sorted(set(PAGES) - set(WITHOUT_DATABASE)))
def test_within_a_page_only_the_words_are_sent(app: Flask, code: int) -> None:
    with app.test_request_context("/", headers={"HX-Request": "true"}):
        html = render_template(f"errors/{code}.html", message="A & B were quicker.")
    assert "<html" not in html
    assert "data-trouble" in html
    assert "A &amp; B were quicker." in html


@pytest.mark.parametrize("code", WITHOUT_DATABASE)
def test_a_page_for_an_outage_asks_nobody(app: Flask, code: int) -> None:
    with app.test_request_context("/"):
        html = app.jinja_env.get_template(f"errors/{code}.html").render()
    assert "Try again" in html
