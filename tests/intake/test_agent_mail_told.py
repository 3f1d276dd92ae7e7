"""An agent whose mail could not be carried out hears of it, with the reason; nobody else does."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.app import create_app
from helpdesk.cli.db import ensure_newest
from helpdesk.cli.desk import session_of
from helpdesk.house import House
from helpdesk.incidents.incident import Incident
from helpdesk.letters.transport import MemoryTransport
from helpdesk.mailboxes.mailbox import Mailbox
from helpdesk.settings import Settings
from helpdesk.worker import drain
from intake.ledger import LedgerState
from tests.intake.desk import DESK, arrive, furnish, letter

OURS = "mx.desk.example"


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    """A desk with its worker's reactions, and an outbox in memory."""
    made = create_app(Settings(data_folder=tmp_path), transport=MemoryTransport())
    ensure_newest(made, upgrade=True)
    with session_of(made) as session:
        furnish(session)
        mailbox = session.scalars(select(Mailbox)).one()
        mailbox.authserv_id, mailbox.smtp_host = OURS, "smtp.desk.example"
        session.commit()
    return made


def sent(app: Flask) -> list[tuple[str, str, str]]:
    """(recipient, subject, text) of what left since the last look."""
    drain(app)
    transport = app.extensions["house"].transport
    left = [
        (recipient, str(one["Subject"]), str(one.get_body(("plain",)).get_content()))
        for one, recipient in transport.sent
    ]
    transport.sent.clear()
    return left


def answer(app: Flask, text: str, proof: str = "pass") -> bytes:
    """Kim answers the notification that the desk sent."""
    drain(app)
    transport = app.extensions["house"].transport
    notice = next(one for one, recipient in transport.sent if recipient == "kim@desk.example")
    transport.sent.clear()
    raw = letter("Kim <kim@desk.example>", "Re", text, answers=str(notice["Message-ID"]))
    return f"Authentication-Results: {OURS}; dmarc={proof} header.from=desk.example\r\n".encode() + raw


def test_the_agent_is_told_why(app: Flask) -> None:
    house: House = app.extensions["house"]
    with session_of(app) as session:
        arrive(session, house, letter())
        raw = answer(app, "#explode\nNow.")
        assert arrive(session, house, raw).state == LedgerState.HELD
    ((recipient, subject, text),) = sent(app)
    assert (recipient, "INC-1" in subject) == ("kim@desk.example", True)
    assert "There is no command #explode" in text
    assert "/held/" in text


def test_nobody_is_told_of_a_forgery(app: Flask) -> None:
    house: House = app.extensions["house"]
    with session_of(app) as session:
        arrive(session, house, letter())
        raw = answer(app, "#explode\nNow.", proof="fail")
        assert arrive(session, house, raw).state == LedgerState.HELD
    assert sent(app) == []


def test_a_whole_round_by_mail(app: Flask) -> None:
    """A mail, its notification, the agent's answer to that, and the letter the requester gets."""
    house: House = app.extensions["house"]
    with session_of(app) as session:
        filed = arrive(session, house, letter())
        arrive(session, house, answer(app, "#take\nIt is the **switch**."))
        incident = session.get_one(Incident, filed.incident_id, populate_existing=True)
        assert incident.assignee is not None
        assert incident.assignee.name == "Kim"
    letters = {recipient: text for recipient, _, text in sent(app)}
    assert "It is the **switch**." in letters["ada@example.org"]
    assert DESK not in letters
    assert "kim@desk.example" not in letters
