"""Service levels through the worker and the command: time goes by, somebody is told, rows are mended."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import delete, select

from helpdesk.app import create_app
from helpdesk.base import Base
from helpdesk.cli import main
from helpdesk.cli.demo_data import load_company
from helpdesk.cli.desk import house_of, session_of
from helpdesk.clock import SetClock
from helpdesk.letters.transport import MemoryTransport
from helpdesk.service_levels.defaults import lay_down
from helpdesk.service_levels.due import ServiceLevelDue
from helpdesk.settings import Settings
from helpdesk.worker import drain
from helpdesk.worker.schedule import warn_of_service_levels
from tests.intake.desk import START, arrive, letter


@pytest.fixture
def clock() -> SetClock:
    return SetClock(START)


@pytest.fixture
def transport() -> MemoryTransport:
    return MemoryTransport()


@pytest.fixture
def app(tmp_path: Path, clock: SetClock, transport: MemoryTransport) -> Flask:
    app = create_app(Settings(data_folder=tmp_path), clock=clock, transport=transport)
    with session_of(app) as session:
        Base.metadata.create_all(session.get_bind())
        load_company(session, at=START, with_passwords=False)
        lay_down(session, at=START)
        session.commit()
        arrive(session, house_of(app), letter())
    drain(app)
    return app


def rows(app: Flask) -> list[tuple[str, str]]:
    with session_of(app) as session:
        return [(row.target, row.state) for row in session.scalars(select(ServiceLevelDue))]


def test_the_worker_keeps_the_row_and_tells_whose_it_is(
    app: Flask, clock: SetClock, transport: MemoryTransport
) -> None:
    assert rows(app) == [("first_response", "running")]
    transport.sent.clear()
    clock.advance(days=1)
    warn_of_service_levels(app)
    drain(app)
    assert rows(app) == [("first_response", "missed")]
    told = {recipient for mail, recipient in transport.sent if "used up" in mail.get_body(("plain",)).get_content()}
    assert told
    assert "ada@example.org" not in told
    transport.sent.clear()
    warn_of_service_levels(app)
    drain(app)
    assert not transport.sent


def test_the_command_finds_and_mends_what_is_out_of_step(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELPDESK_DATA_FOLDER", str(house_of(app).settings.data_folder))
    with session_of(app) as session:
        session.execute(delete(ServiceLevelDue))
        session.commit()
    runner = CliRunner()
    found = runner.invoke(main, ["service-levels", "check", "--no-mend"])
    assert (found.exit_code, "1 missing" in found.output) == (1, True)
    mended = runner.invoke(main, ["service-levels", "check"])
    assert (mended.exit_code, "Mended." in mended.output) == (0, True)
    assert len(rows(app)) == 1
    again = runner.invoke(main, ["service-levels", "rebuild"])
    assert (again.exit_code, again.output) == (0, "1 open incidents looked at.\n")
