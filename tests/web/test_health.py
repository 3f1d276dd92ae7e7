"""Health: what a supervisor is told, part by part."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from helpdesk import db, heartbeats
from tests.web.conftest import Browser, make_app
from tests.world import World


@pytest.fixture
def probe(browse: Callable[[str], Browser]) -> Browser:
    return browse("")


def beat(app: Flask, world: World, process: str, seconds_ago: float = 0) -> None:
    clock = app.extensions["house"].clock
    clock.advance(seconds=-seconds_ago)
    heartbeats.beat(world.session, process, clock.now())
    clock.advance(seconds=seconds_ago)


def problems(probe: Browser) -> dict[str, str]:
    said = probe.get("/health/ready").get_json()
    return {name: part["problem"] for name, part in said["parts"].items() if not part["ok"]}


def test_live_is_always_well(probe: Browser) -> None:
    answer = probe.get("/health/live")
    assert (answer.status_code, answer.get_json()) == (200, {"status": "live"})


def test_ready_when_all_is_up(app: Flask, world: World, probe: Browser) -> None:
    beat(app, world, "worker")
    answer = probe.get("/health/ready")
    assert answer.status_code == 200
    assert answer.get_json()["status"] == "ready"
    assert set(answer.get_json()["parts"]) == {"database", "data_folder", "worker", "mail"}


def test_a_worker_that_never_ran(probe: Browser) -> None:
    assert probe.get("/health/ready").status_code == 503
    assert "never seen" in problems(probe)["worker"]


def test_a_worker_that_fell_silent(app: Flask, world: World, probe: Browser) -> None:
    beat(app, world, "worker", seconds_ago=300)
    assert problems(probe) == {"worker": "silent for 300 seconds"}


def test_mail_is_missed_where_there_is_mail(app: Flask, world: World, probe: Browser) -> None:
    world.mailbox.imap_host = "imap.northwind.example"
    world.session.commit()
    beat(app, world, "worker")
    assert "never seen" in problems(probe)["mail"]
    beat(app, world, "mail")
    assert problems(probe) == {}


def test_missing_tables(app: Flask, world: World, probe: Browser) -> None:
    beat(app, world, "worker")
    world.session.execute(text("DROP TABLE fix_verdicts"))
    world.session.commit()
    assert "helpdesk db upgrade" in problems(probe)["database"]


def test_an_old_migration(app: Flask, world: World, probe: Browser) -> None:
    beat(app, world, "worker")
    world.session.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
    world.session.execute(text("INSERT INTO alembic_version VALUES ('older')"))
    world.session.commit()
    assert "helpdesk db upgrade" in problems(probe)["database"]


def test_a_database_that_is_gone(tmp_path: Path) -> None:
    (tmp_path / "helpdesk.db").write_bytes(b"this is no database at all" * 100)
    broken = make_app(tmp_path)
    answer = Browser(broken).get("/health/ready")
    assert answer.status_code == 503
    parts = answer.get_json()["parts"]
    assert parts["database"]["problem"] == "the database does not answer"
    assert parts["data_folder"]["ok"]
    with broken.app_context():
        db.db.engine.dispose()


def test_a_data_folder_that_is_gone(app: Flask, world: World, probe: Browser, tmp_path: Path) -> None:
    beat(app, world, "worker")
    house = app.extensions["house"]
    settings = house.settings.model_copy(update={"data_folder": tmp_path / "gone"})
    app.extensions["house"] = replace(house, settings=settings)
    try:
        assert "data folder" in problems(probe)["data_folder"]
    finally:
        app.extensions["house"] = house


def test_strangers_learn_no_more(app: Flask, world: World, probe: Browser) -> None:
    said = probe.get("/health/ready").text
    assert str(app.extensions["house"].settings.data_folder) not in said
    assert "Traceback" not in said
