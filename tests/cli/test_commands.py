"""The commands as somebody at a terminal meets them: a process, with its settings in the environment."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import update

from helpdesk.app import create_app
from helpdesk.cli.db import ensure_newest
from helpdesk.cli.demo_data import load_company
from helpdesk.cli.desk import house_of, session_of
from helpdesk.incidents.incident import Incident
from helpdesk.journal import Event
from helpdesk.mailboxes.mailbox import Mailbox
from helpdesk.people.agent import Agent
from helpdesk.people.token import token_of
from helpdesk.reactions.index import all_documents
from helpdesk.sample.company import AMARA
from helpdesk.settings import Settings
from helpdesk.worker import drain
from intake.ledger import LedgerRow
from tests.intake.desk import START, arrive, letter
from tests.peers.dovecot import Dovecot
from tests.peers.smtp_sink import SmtpSink

CHECKOUT = Path(__file__).resolve().parents[2]
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def run(tmp_path: Path, folder: Path) -> Run:
    def call(*arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("HELPDESK_")}
        return subprocess.run(
            [sys.executable, "-m", "helpdesk", *arguments],
            cwd=tmp_path,
            env=kept | {"HELPDESK_DATA_FOLDER": str(folder), "PYTHONPATH": str(CHECKOUT)},
            input=typed,
            capture_output=True,
            text=True,
            timeout=120,
        )

    return call


@pytest.fixture
def desk(folder: Path) -> Path:
    """Tables, the sample company and one incident."""
    app = create_app(Settings(data_folder=folder, capture_mail=True))
    ensure_newest(app, upgrade=True)
    with session_of(app) as session:
        load_company(session, at=START, with_passwords=False)
        session.commit()
        arrive(session, house_of(app), letter())
    drain(app)
    return folder


def test_reading_mails_needs_no_desk(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mails").mkdir()
    for number in range(3):
        (tmp_path / "mails" / f"{number}.eml").write_bytes(letter(subject=f"Mail {number}"))
    done = run("mail", "parse", "--jsonl", "mails", "mails/0.eml")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["subject"] for one in found] == ["Mail 0", "Mail 1", "Mail 2", "Mail 0"]
    assert found[0]["from"] == {"name": "Ada", "address": "ada@example.org"}
    assert not (tmp_path / "data").exists()


def test_explaining_a_mail_changes_nothing(run: Run, desk: Path, tmp_path: Path) -> None:
    (tmp_path / "answer.eml").write_bytes(letter(subject="Re: No network [INC-1]"))
    (tmp_path / "stranger.eml").write_bytes(letter("m@evil.example", subject="Hello"))
    joined = run("mail", "explain", "answer.eml").stdout
    assert "join INC-1" in joined
    assert "ada@example.org is its requester" in joined
    assert "Outcome:  new" in run("mail", "explain", "stranger.eml").stdout
    app = create_app(Settings(data_folder=desk))
    with session_of(app) as session:
        assert session.query(LedgerRow).count() == 1
        assert session.query(Event).filter(Event.record_kind == "incident").count() == 1


def test_a_token_is_printed_once_and_works(run: Run, desk: Path) -> None:
    done = run("token", "create", AMARA, "--name", "nightly")
    app = create_app(Settings(data_folder=desk))
    with session_of(app) as session:
        token = token_of(session, done.stdout.strip(), now=house_of(app).clock.now())
        assert token is not None
        assert (token.agent.email, token.name) == (AMARA, "nightly")
        assert done.stdout.strip() not in token.digest
    assert run("token", "create", "nobody@example.org").returncode == 1


def test_the_index_is_compared_mended_and_rebuilt(run: Run, desk: Path) -> None:
    assert "0 missing, 0 outdated, 0 surplus" in run("search", "check").stdout
    app = create_app(Settings(data_folder=desk))
    with session_of(app) as session:
        session.execute(update(Incident).values(version=99))
        session.commit()
    assert run("search", "check", "--no-mend").returncode == 1
    assert "1 outdated" in run("search", "check").stdout
    assert "0 outdated" in run("search", "check").stdout
    done = run("search", "rebuild")
    with session_of(app) as session:
        assert f"{len(list(all_documents(session)))} documents indexed" in done.stdout


def test_the_doctor_says_what_to_do(run: Run, desk: Path) -> None:
    done = run("doctor")
    assert "Migrations: at 0003" in done.stdout
    assert "no administrator" not in done.stdout
    assert "SMTP" in done.stdout
    assert done.returncode == 1, "no SMTP server is set up in this desk"
    well = run("doctor", "--no-mailboxes")
    assert "WRONG" not in well.stdout
    app = create_app(Settings(data_folder=desk))
    with session_of(app) as session:
        session.execute(update(Event).values(actor_name="Somebody else"))
        session.commit()
    assert "was changed after it was written" in run("doctor", "--no-mailboxes").stdout


def test_an_empty_desk_is_told_to_upgrade(run: Run) -> None:
    assert "helpdesk db upgrade" in run("doctor").stdout
    assert "helpdesk db upgrade" in run("run", "worker").stderr
    assert "0003" in run("db", "upgrade").stdout
    assert run("db", "upgrade").returncode == 0


def test_a_wrong_setting_is_named(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "helpdesk.toml").write_text("web_port = 'many'\n")
    done = run("db", "upgrade")
    assert done.returncode == 1
    assert "web_port" in done.stderr


def test_setting_up_tries_the_connection_before_it_saves(
    run: Run, folder: Path, dovecot: Dovecot, sink: SmtpSink
) -> None:
    administrator = ["Ada", "not an address", "ada@example.com", "short", "short", *["long enough"] * 2]
    imap = ["127.0.0.1", "plain-loopback", str(dovecot.port), dovecot.username]
    incoming = [*imap, "wrong password", "n", *imap, dovecot.password, "move", "Helpdesk"]
    outgoing = ["127.0.0.1", "plain-loopback", str(sink.port), " ", ""]
    mailbox = ["help@example.com", "Help", "Our desk", "password", *incoming, *outgoing, "y", "new"]
    answers = [*administrator, "y", *mailbox]
    done = run("setup", typed="\n".join(answers) + "\n")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "is not a mail address" in done.stdout
    assert "at least 10 characters" in done.stdout
    app = create_app(Settings(data_folder=folder))
    with session_of(app) as session:
        (mailbox,) = session.query(Mailbox).all()
        (agent,) = session.query(Agent).all()
        assert (agent.email, agent.is_administrator) == ("ada@example.com", True)
        assert (mailbox.address, mailbox.imap_port) == ("help@example.com", dovecot.port)
        assert dovecot.password not in mailbox.imap_password_sealed
        assert not mailbox.awaits_preview
        assert mailbox.start_from == mailbox.listening_since
    assert dovecot.messages() == {}
    assert "INBOX: 0 mails" in done.stdout


@pytest.mark.parametrize("words", [[], ["mail"], ["search"], ["db"], ["token"]])
def test_help_is_there(run: Run, words: list[str]) -> None:
    done = run(*words, "--help")
    assert done.returncode == 0
    assert "Usage" in done.stdout
