"""`helpdesk audit verify` as an auditor meets it: a database file, no running desk, and somebody who changed a byte."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

import helpdesk.worker  # noqa: F401 - every table must be known before they are made
from helpdesk.base import Base
from helpdesk.cli.audit import command
from helpdesk.journal import Event
from helpdesk.seals import seal
from intake.erasure import erase
from tests.world import World, build_world

Tamper = Callable[[sqlite3.Connection], object]


def fill(world: World) -> None:
    for number in range(3):
        incident = world.report(f"Till {number} is dark", requester=world.mia if number != 1 else world.jonas)
        world.reply(incident)
        world.write_again(incident)
        world.resolve(incident, by=world.kim)
    world.session.commit()


@pytest.fixture(scope="module", params=["as written", "after an erasure"])
def kept(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("audit")
    engine = create_engine(f"sqlite:///{folder / 'desk.db'}")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        world = build_world(session)
        fill(world)
        if request.param == "after an erasure":
            erase(session, world.mia, by=world.ada.actor(), at=world.at, outbox=folder)
            session.commit()
        seal(session, session.get_one(Event, 1).recorded_at.date())
        session.commit()
    engine.dispose()
    return (folder / "desk.db").read_bytes()


@pytest.fixture
def desk(kept: bytes, tmp_path: Path) -> Path:
    (tmp_path / "desk.db").write_bytes(kept)
    return tmp_path / "desk.db"


def verify(desk: Path, *more: str) -> Result:
    return CliRunner().invoke(command, ["verify", "--database", str(desk), *more])


def test_a_whole_journal_holds(desk: Path) -> None:
    result = verify(desk)
    assert result.exit_code == 0, result.output
    assert "Everything holds." in result.output
    assert "Newest seal, of" in result.output


def sql(statement: str) -> Tamper:
    return lambda connection: connection.execute(statement)


def put_in(connection: sqlite3.Connection, *, sequence: int, shift: bool) -> None:
    """A forged event that follows the rules of the chain as well as it can."""
    if shift:
        connection.execute(f"UPDATE events SET sequence = sequence + 100 WHERE {SECOND} AND sequence >= ?", (sequence,))
        connection.execute(f"UPDATE events SET sequence = sequence - 99 WHERE {SECOND} AND sequence > 100")
    copied = (
        "record_kind, record_id, kind, at, recorded_at, actor_kind, actor_id, actor_name, data, salt, previous_hash"
    )
    connection.execute(
        f"INSERT INTO events (sequence, {copied}, hash) SELECT ?, {copied}, hash FROM events"
        f" WHERE {SECOND} AND sequence = ?",
        (sequence, sequence - 1),
    )


LAST = "(SELECT max(sequence) FROM events WHERE record_kind = 'incident' AND record_id = 2)"
SECOND = "record_kind = 'incident' AND record_id = 2"
CHANGES: dict[str, tuple[Tamper, str]] = {
    "a byte of the data": (
        sql(f"UPDATE events SET data = replace(data, 'fixed', 'fixee') WHERE {SECOND} AND kind = 'resolved'"),
        "incident 2: event",
    ),
    "a byte that makes it unreadable": (
        sql(f"UPDATE events SET data = replace(data, '{{', '(') WHERE {SECOND} AND sequence = 2"),
        "incident 2: event 2 can't be read",
    ),
    "the actor": (sql(f"UPDATE events SET actor_name = 'Lee' WHERE {SECOND} AND sequence = 2"), "incident 2: event 2"),
    "whose number": (sql(f"UPDATE events SET actor_id = 4 WHERE {SECOND} AND sequence = 2"), "incident 2: event 2"),
    "the time": (
        sql(f"UPDATE events SET at = replace(at, ':00.', ':01.') WHERE {SECOND} AND sequence = 2"),
        "incident 2: event 2",
    ),
    "when it was recorded": (
        sql(f"UPDATE events SET recorded_at = replace(recorded_at, '20', '21') WHERE {SECOND} AND sequence = 2"),
        "incident 2: event 2",
    ),
    "the salt": (
        sql(f"UPDATE events SET salt = '00' || substr(salt, 3) WHERE {SECOND} AND sequence = 3"),
        "incident 2: event 3",
    ),
    "a text of the thread": (
        sql("UPDATE entries SET text = text || '.' WHERE id = (SELECT max(id) FROM entries WHERE incident_id = 2)"),
        "was changed after event",
    ),
    "bytes that are no text": (
        sql("UPDATE entries SET text = CAST(x'80' || text AS TEXT) WHERE incident_id = 2"),
        "was changed after event",
    ),
    "whose words they are": (
        sql("UPDATE entries SET author_name = 'Lee' WHERE incident_id = 2 AND kind = 'reply'"),
        "was changed after event",
    ),
    "a removed entry": (sql("DELETE FROM entries WHERE incident_id = 2 AND kind = 'reply'"), "is missing"),
    "an inserted entry": (
        sql(
            "INSERT INTO entries (incident_id, kind, at, author_kind, author_name, text, html, quoted, cc, automatic,"
            ' sender, "to", trust, features, unless_answered) SELECT incident_id, kind, at, author_kind, author_name,'
            " 'We agreed.', html, quoted, cc, automatic, sender, \"to\", trust, features, 0 FROM entries WHERE id = 2"
        ),
        "it was put in",
    ),
    "a removed event in the middle": (
        sql(f"DELETE FROM events WHERE {SECOND} AND sequence = 2"),
        "incident 2: an event is missing before number 3",
    ),
    "a removed event at the end": (
        sql(f"DELETE FROM events WHERE {SECOND} AND sequence = {LAST}"),
        "incident 2: the newest event is missing",
    ),
    "an inserted event in the middle": (lambda one: put_in(one, sequence=3, shift=True), "incident 2: event 3"),
    "an inserted event at the end": (
        lambda one: put_in(one, sequence=one.execute(f"SELECT {LAST} + 1").fetchone()[0], shift=False),
        "incident 2: event",
    ),
    "a removed chain": (sql(f"DELETE FROM events WHERE {SECOND}"), "events are missing"),
    "a changed seal": (sql("UPDATE seals SET events = events + 1"), "the seal of"),
}


@pytest.mark.parametrize(("change", "told"), CHANGES.values(), ids=CHANGES)
def test_every_change_is_told(desk: Path, change: Tamper, told: str) -> None:
    with sqlite3.connect(desk) as connection:
        change(connection)
        assert connection.total_changes > 0
    connection.close()
    result = verify(desk)
    assert result.exit_code == 1
    assert told in result.output, result.output
    assert "Everything holds" not in result.output


def test_a_seal_that_was_written_down_is_asked_for(desk: Path) -> None:
    [newest] = [line.split(": ")[1] for line in verify(desk).output.splitlines() if line.startswith("Newest seal")]
    assert verify(desk, "--seal", newest).exit_code == 0
    result = verify(desk, "--seal", "0" * 64)
    assert result.exit_code == 1
    assert "there is no seal" in result.output


def test_what_is_no_desk_is_said(tmp_path: Path) -> None:
    (tmp_path / "other.db").touch()
    assert "no database of a desk" in verify(tmp_path / "other.db").output
    assert "There is no file" in verify(tmp_path / "nothing.db").output


def test_it_changes_nothing(desk: Path) -> None:
    before = desk.read_bytes()
    verify(desk)
    assert desk.read_bytes() == before
