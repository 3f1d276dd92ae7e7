"""The desk as a browser meets it: a real app on a database file, and a browser that reads forms before sending them."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, event
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from helpdesk import db
from helpdesk.app import create_app
from helpdesk.attachments.store import MemoryStore
from helpdesk.base import Base
from helpdesk.clock import SetClock
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.lifecycle import State
from helpdesk.letters.transport import MemoryTransport
from helpdesk.settings import Settings
from helpdesk.web import live
from helpdesk.web.limits import limiter
from helpdesk.web.signin import give_password
from search.memory_index import MemoryIndex
from tests.web.held_mail import Hold, holder
from tests.world import PASSWORD, START, World, build_world, find_world

SECRET = "only for tests, and long enough to sign with"


def parts() -> dict[str, Any]:
    """What a test hands to the house instead of the outside world."""
    return {
        "clock": SetClock(START + timedelta(hours=1)),
        "store": MemoryStore(),
        "transport": MemoryTransport(),
        "index": MemoryIndex(),
        "wake_worker": lambda: None,
    }


def make_app(folder: Path, **more: Any) -> Flask:
    return create_app(Settings(data_folder=folder, secret_key=SECRET, **more), **parts())


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Flask, Path]:
    """One app, and a database with the world in it and a password for each agent, to be copied for each test."""
    folder = tmp_path_factory.mktemp("desk")
    made = make_app(folder)
    with made.app_context():
        Base.metadata.create_all(db.db.engine)
        world = build_world(db.session())
        for agent in (world.ada, world.kim, world.sam, world.petra):
            give_password(db.session(), agent, PASSWORD, at=START)
        db.commit()
        db.db.engine.dispose()
    kept = tmp_path_factory.mktemp("built") / "helpdesk.db"
    shutil.move(folder / "helpdesk.db", kept)
    return made, kept


@pytest.fixture
def app(built: tuple[Flask, Path]) -> Iterator[Flask]:
    """The app on a fresh copy of the database; clock, files, index and outbox are as new."""
    made, kept = built
    house = made.extensions["house"]
    folder = house.settings.data_folder
    shutil.copy(kept, folder / "helpdesk.db")
    made.extensions["house"] = replace(house, **parts())
    limiter.reset()
    yield made
    live.watcher(made).close()
    made.extensions.pop("watcher")
    with made.app_context():
        db.db.session.remove()
        db.db.engine.dispose()
    for file in folder.glob("helpdesk.db*"):
        file.unlink()


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    """The world, in a session of its own. Commit what you build before a browser asks for it."""
    engine = create_engine(app.config["SQLALCHEMY_DATABASE_URI"])
    with Session(engine, expire_on_commit=False) as session:
        yield find_world(session, at=START + timedelta(minutes=30))
    engine.dispose()


def _is_sent(attributes: dict[str, str]) -> bool:
    kind = attributes.get("type")
    return kind not in ("file", "submit") and (kind not in ("radio", "checkbox") or "checked" in attributes)


class _Forms(HTMLParser):
    """The forms of a page: where each goes, and what it would send as it stands."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[set[str], dict[str, list[str]]]] = []
        self._inside: tuple[set[str], dict[str, list[str]]] | None = None
        self._select = self._area = ""
        self._options: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = ({given.get("action", "")}, {})
            self.forms.append(self._inside)
        if self._inside is None:
            return
        actions, fields = self._inside
        if "formaction" in given:
            actions.add(given["formaction"])
        if tag == "select":
            self._select, self._options = given.get("name", ""), []
        elif tag == "option" and self._select:
            self._options.append((given.get("value", ""), "selected" in given))
        elif tag == "textarea":
            self._area = given.get("name", "")
            fields.setdefault(self._area, []).append("")
        elif tag == "input" and "name" in given and _is_sent(given):
            fields.setdefault(given["name"], []).append(given.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self._inside and self._area:
            self._inside[1][self._area][-1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = None
        elif tag == "textarea":
            if self._inside and self._area:
                # A browser leaves out the line end right after the tag.
                text = self._inside[1][self._area][-1].replace("\r\n", "\n")
                self._inside[1][self._area][-1] = text.removeprefix("\n")
            self._area = ""
        elif tag == "select" and self._inside and self._select:
            chosen = [value for value, selected in self._options if selected] or [v for v, _ in self._options[:1]]
            self._inside[1].setdefault(self._select, []).extend(chosen)
            self._select = ""


class Browser:
    """Somebody at a screen. `submit` sends a form that stands on a page, with its hidden fields, changed as told."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def text(self, path: str) -> str:
        answer = self.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status}"
        return answer.text

    def form(self, page: str, action: str) -> dict[str, list[str]]:
        """What the form on `page` that goes to `action` would send as it stands."""
        return form_in(self.text(page), action)

    def submit(self, page: str, action: str, **fields: Any) -> TestResponse:
        return self.send(action, self.form(page, action), **fields)

    def send(self, action: str, form: dict[str, list[str]], **fields: Any) -> TestResponse:
        return self.client.post(action, data={**form, **fields}, content_type="multipart/form-data")

    def token(self) -> str:
        """A CSRF token of this session, for requests that no page of this person has a form for."""
        return self.form("/incidents/new", "/incidents")["csrf_token"][0]

    def post(self, path: str, **fields: Any) -> TestResponse:
        return self.client.post(path, data={"csrf_token": self.token(), **fields})

    def sign_in(self, name: str) -> "Browser":
        answer = self.submit("/sign-in", "/sign-in", email=f"{name}@northwind.example", password=PASSWORD)
        assert answer.status_code == 302, answer.text
        return self


def form_in(html: str, action: str) -> dict[str, list[str]]:
    parser = _Forms()
    parser.feed(html)
    found = [fields for actions, fields in parser.forms if action in actions]
    assert found, f"no form to {action}; there are {[sorted(actions) for actions, _ in parser.forms]}"
    return found[0]


@pytest.fixture(scope="session")
def cookies() -> dict[str, str]:
    """The session cookie of each agent who signed in; passwords are slow to check, on purpose."""
    return {}


@pytest.fixture
def browse(app: Flask, cookies: dict[str, str]) -> Callable[[str], Browser]:
    """browse("kim") is Kim's browser, signed in; browse("") is a stranger's."""

    def browse(name: str) -> Browser:
        browser = Browser(app)
        if name and name not in cookies:
            browser.sign_in(name)
            cookie = browser.client.get_cookie("helpdesk")
            assert cookie is not None
            cookies[name] = cookie.value
        elif name:
            browser.client.set_cookie("helpdesk", cookies[name])
        return browser

    return browse


@pytest.fixture
def kim(browse: Callable[[str], Browser]) -> Browser:
    return browse("kim")


@pytest.fixture
def hold(app: Flask, world: World) -> Hold:
    return holder(app, world)


def in_state(world: World, state: State) -> Incident:
    """A new incident, brought to this state by the verbs that lead there."""
    incident, by = world.report(), world.kim.actor()
    if state is State.OPEN:
        incident.start(by=by, at=world.at)
    elif state is State.PENDING_REQUESTER:
        incident.wait_for_requester(by=by, at=world.at)
    elif state is State.PENDING_OTHER:
        incident.wait_for_other(START + timedelta(days=3), "A spare part is on its way", by=by, at=world.at)
    elif state in (State.RESOLVED, State.CLOSED):
        world.resolve(incident)
    if state is State.CLOSED:
        incident.close(by=by, at=world.at)
    return incident


class Statements:
    """Counts SQL statements while it is open."""

    def __init__(self, app: Flask) -> None:
        self.said: list[str] = []
        with app.app_context():
            self._engine = db.db.engine

    def __enter__(self) -> list[str]:
        event.listen(self._engine, "before_cursor_execute", self._count)
        return self.said

    def __exit__(self, *_: object) -> None:
        event.remove(self._engine, "before_cursor_execute", self._count)

    def _count(self, _c: Any, _k: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            self.said.append(statement)


@pytest.fixture
def statements(app: Flask) -> Statements:
    return Statements(app)
