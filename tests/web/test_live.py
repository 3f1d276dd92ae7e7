"""Live pages: a stream says that something changed, to whom it concerns, and ends when nobody reads it."""

from collections.abc import Callable, Iterator
from queue import Queue
from threading import Thread

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from helpdesk.web.live import watcher
from helpdesk.web.watcher import Watcher
from tests.web.conftest import Browser
from tests.world import World

CHANGED = b"event: incident\ndata: changed\n\n"
PATIENCE_SECONDS = 20


class Stream:
    """Reads a stream in a thread, as a browser would."""

    def __init__(self, answer: TestResponse) -> None:
        self.answer, self.said = answer, Queue[bytes]()
        Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for chunk in self.answer.response:
            self.said.put(chunk if isinstance(chunk, bytes) else chunk.encode())

    def hears(self) -> bytes:
        return self.said.get(timeout=PATIENCE_SECONDS)


@pytest.fixture
def open_stream(app: Flask) -> Iterator[Callable[[Browser, str], Stream]]:
    opened: list[TestResponse] = []

    def open_one(browser: Browser, path: str) -> Stream:
        answer = browser.client.get(path, buffered=False)
        assert (answer.status_code, answer.mimetype) == (200, "text/event-stream")
        opened.append(answer)
        stream = Stream(answer)
        assert stream.hears() == b": listening\n\n"
        return stream

    yield open_one
    watcher(app).close()


def test_a_commit_reaches_the_queue(kim: Browser, world: World, open_stream: Callable[..., Stream]) -> None:
    stream = open_stream(kim, "/live/queue?after=0")
    world.report()
    world.session.commit()
    assert stream.hears() == CHANGED


def test_an_incident_hears_of_itself_only(kim: Browser, world: World, open_stream: Callable[..., Stream]) -> None:
    first, second = world.report(), world.report()
    world.session.commit()
    one, two = open_stream(kim, "/live/incidents/1?after=1"), open_stream(kim, "/live/incidents/2?after=1")
    world.reply(second)
    world.session.commit()
    assert two.hears() == CHANGED
    world.reply(first)
    world.session.commit()
    assert one.hears() == CHANGED
    assert one.said.empty()


def test_what_happened_before_the_stream_was_open_is_told(
    kim: Browser, world: World, open_stream: Callable[..., Stream]
) -> None:
    incident = world.report()
    world.reply(incident)
    world.session.commit()
    assert open_stream(kim, "/live/incidents/1?after=1").hears() == CHANGED


def test_others_incidents_and_strangers_get_no_stream(browse: Callable[[str], Browser], world: World) -> None:
    world.private_report()
    world.session.commit()
    assert browse("kim").get("/live/incidents/1").status_code == 404
    assert browse("kim").get("/live/incidents/2").status_code == 404
    assert browse("").get("/live/queue").status_code == 302


def test_too_many_are_turned_away_and_poll(kim: Browser, app: Flask) -> None:
    assert watcher(app).streams_max == app.extensions["house"].settings.web_threads - 8
    assert 'every 60s"' in kim.text("/queue")
    watcher(app).streams_max = 0
    turned_away = kim.get("/live/queue")
    assert (turned_away.status_code, turned_away.data, turned_away.headers["Retry-After"]) == (503, b"", "15")
    assert 'every 15s"' in kim.text("/queue")


def test_a_stream_that_is_closed_gives_its_place_back(kim: Browser, app: Flask) -> None:
    watcher(app).streams_max = 1
    for _ in range(3):
        answer = kim.client.get("/live/queue", buffered=False)
        assert answer.status_code == 200
        assert kim.get("/live/queue").status_code == 503
        answer.close()


def test_the_thread_ends_with_its_last_listener_and_comes_again(app: Flask, world: World) -> None:
    made = Watcher(app.config["SQLALCHEMY_DATABASE_URI"], 5)
    for _ in range(2):
        listener = made.join(None)
        assert listener is not None
        thread = made._thread
        assert thread is not None
        world.report()
        world.session.commit()
        assert made.wait(listener, PATIENCE_SECONDS) is True
        made.leave(listener)
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive()
    made.close()
    assert made.join(None) is None
