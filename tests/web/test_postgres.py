"""The pages once on PostgreSQL, which takes types more strictly than SQLite does."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from helpdesk import db
from helpdesk.app import create_app
from helpdesk.cli.db import ensure_newest
from helpdesk.cli.demo_data import PASSWORD, load_articles_of, load_company, load_incidents
from helpdesk.cli.desk import session_of
from helpdesk.sample.company import TOMASZ
from helpdesk.sample.history import history
from helpdesk.settings import Settings
from helpdesk.worker import drain
from tests.intake.desk import START

PAGES = (
    "queue?view=all&sort=priority", "queue?view=mine&requester=a&state=open", "queue/rows",
    "queue/filters",
    "incidents/1", "incidents/1/live", "incidents/1/suggestions", "incidents/1/resolution", "incidents/1/links",
    "incidents/1/tasks", "incidents/1/time", "incidents/1/colleagues?q=a", "incidents/1/fields", "tasks",
    "queue?view=all&tag=x&watched=1&choice=site:harbour", "settings/tags", "settings/fields", "settings/checklists",
    "incidents/new", "search?q=outlook", "search?q=INC-1", "knowledge", "knowledge/1", "knowledge/1/edit",
    "knowledge/1/versions", "knowledge/new?incident=1", "held", "settings", "settings/agents", "settings/teams",
    "settings/services", "settings/categories", "settings/mailboxes", "settings/operations", "profile", "outbox",
    "help",
    "help/states", "help/settings", "support", "support/knowledge?q=outlook", "support/report", "health/ready",
)  # fmt: skip


@pytest.fixture
def app(postgres: Any, tmp_path: Path) -> Iterator[Flask]:
    made = create_app(Settings(data_folder=tmp_path, database_url=postgres.create_database(), capture_mail=True))
    ensure_newest(made, upgrade=True)
    with session_of(made) as session:
        cast = load_company(session, at=START)
        load_articles_of(session, cast, at=START)
        load_incidents(session, cast, history(START, count=30))
        session.commit()
    drain(made)
    yield made
    with made.app_context():
        db.db.session.remove()
        db.db.engine.dispose()


def test_every_page_answers(app: Flask) -> None:
    client = app.test_client()
    app.config["WTF_CSRF_ENABLED"] = False
    client.post("/sign-in", data={"email": TOMASZ, "password": PASSWORD})
    answers = {page: client.get(f"/{page}").status_code for page in PAGES}
    # Nothing runs beside this app, so it is not ready.
    assert answers.pop("health/ready") == 503
    # Both lead straight to the page itself.
    assert [answers.pop(page) for page in ("search?q=INC-1", "knowledge/1")] == [302, 302]
    assert {page: status for page, status in answers.items() if status != 200} == {}
