"""The queue page, an incident page, search and suggestions: CPU milliseconds, SQL statements and bytes, beside bare
pages over the same incidents."""

import re
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from helpdesk import db
from helpdesk.app import create_app
from helpdesk.cli.db import ensure_newest
from helpdesk.cli.demo_data import PASSWORD, load_company
from helpdesk.cli.demo_service_levels import load_promises
from helpdesk.cli.demo_tools import load_tools
from helpdesk.cli.demo_working import load_ways_of_working
from helpdesk.cli.desk import house_of, session_of
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.thread import Entry
from helpdesk.people.agent import Team
from helpdesk.reactions.index import all_documents
from helpdesk.sample.company import AMARA
from helpdesk.settings import Settings
from tests.bench import bare
from tests.bench.fill import entry_row, fill, furnish
from tests.bench.measure import cpu_milliseconds, statements, table

TIMES = 25
QUERIES = ("outlook error", "vpn timeout home office", "printer driver", "till receipt cutter")


def main(sizes: Sequence[int]) -> None:
    rows: list[list[object]] = []
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            reference = _bare(Path(folder), size)
            for name, (cpu, sent, length) in _desk(Path(folder), size).items():
                base = reference.get(name.partition(",")[0])
                rows.append([size, name, cpu, sent, f"{length / 1024:.1f}", base or "", cpu / base if base else ""])
    table(["incidents", "page", "CPU ms", "SQL statements", "KB", "bare: CPU ms", "ratio"], rows)


def _bare(folder: Path, size: int) -> dict[str, float]:
    sessions = bare.open_sessions(folder / "bare.db")
    bare.fill(sessions, size)
    client = bare.pages(sessions).test_client()
    return {
        "queue": _timed(client, lambda _: "/tickets"),
        "incident": _timed(client, lambda number: f"/tickets/{size // 2 + number}"),
        "search": _timed(client, lambda number: f"/search?q={QUERIES[number % len(QUERIES)].replace(' ', '+')}"),
    }


def _timed(client: FlaskClient, path: Callable[[int], str]) -> float:
    numbers = iter(range(TIMES + 2))

    def ask() -> None:
        answer = client.get(path(next(numbers)))
        assert answer.status_code == 200, answer.status

    return cpu_milliseconds(ask, TIMES)


def _desk(folder: Path, size: int) -> dict[str, tuple[float, int, int]]:
    app = create_app(Settings(data_folder=folder / "desk"))
    ensure_newest(app, upgrade=True)
    with session_of(app) as session:
        now = datetime.now(UTC)
        cast = load_company(session, at=now)
        load_promises(session, cast, at=now)
        fill(session, cast, size)
        furnish(session)
        load_ways_of_working(session, cast, now=now)
        load_tools(session, cast, now=now)
        house_of(app).index.rebuild(all_documents(session))
        twenty, long = _with_entries(session, 20), _with_entries(session, 500)
        shown = select(Incident.id).join(Incident.team).where(Team.private.is_(False))
        recent = list(session.scalars(shown.order_by(Incident.opened_at.desc()).limit(200)))
        session.commit()
    client = _signed_in(app)
    pages: dict[str, Callable[[int], str]] = {
        "queue": lambda _: "/queue?view=open",
        "queue, all by priority": lambda _: "/queue?view=all&sort=priority",
        "incident": lambda _: f"/incidents/{twenty}",
        "incident, 500 entries": lambda _: f"/incidents/{long}",
        "suggestions": lambda number: f"/incidents/{recent[number]}/suggestions",
        "search": lambda number: f"/search?q={QUERIES[number % len(QUERIES)].replace(' ', '+')}",
    }
    return {name: _measured(app, client, path) for name, path in pages.items()}


def _measured(app: Flask, client: FlaskClient, path: Callable[[int], str]) -> tuple[float, int, int]:
    cpu = _timed(client, path)
    with app.app_context():
        engine = db.db.engine
    with statements(engine) as sent:
        answer = client.get(path(0))
    return cpu, len(sent), len(answer.data)


def _with_entries(session: Session, count: int) -> int:
    """An incident of its own whose thread has so many entries."""
    newest = session.scalars(select(Incident).where(Incident.is_open).limit(1)).one()
    copy = Incident(
        **{
            name: getattr(newest, name)
            for name in ("subject", "source", "priority", "requester_id", "opened_at", "updated_at")
        }
    )
    session.add(copy)
    session.flush()
    at = datetime.now(UTC) - timedelta(days=1)
    kinds = ("message", "reply", "note")
    rows = [
        entry_row(copy.id, kinds[place % 3], "kim@x", at + timedelta(minutes=place), "Some words on it. " * 12)
        for place in range(count)
    ]
    session.execute(insert(Entry), rows)
    return int(copy.id)


def _signed_in(app: Flask) -> FlaskClient:
    client = app.test_client()
    page = client.get("/sign-in").get_data(as_text=True)
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, "no form to sign in with"
    answer = client.post("/sign-in", data={"email": AMARA, "password": PASSWORD, "csrf_token": found[1]})
    assert answer.status_code == 302, answer.status
    return client
