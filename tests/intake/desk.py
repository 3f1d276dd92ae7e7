"""A desk without pages for tests of the ways in: a database, a house of in-memory parts, and mails in one line."""

from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from itertools import count
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

import helpdesk.incidents.escalation_rules
import helpdesk.incidents.links
import helpdesk.knowledge.reuse
import helpdesk.people.token  # noqa: F401 - every table must be known before they are made
from helpdesk.attachments.store import MemoryStore
from helpdesk.clock import SetClock
from helpdesk.house import House
from helpdesk.incidents.incident import Incident
from helpdesk.journal import Actor
from helpdesk.letters.message_ids import make_message_id
from helpdesk.letters.transport import MemoryTransport
from helpdesk.mailboxes.mailbox import Mailbox
from helpdesk.people.agent import Agent, agent_by_email
from helpdesk.people.permissions import Role
from helpdesk.settings import Settings
from intake.filing import Filed, file_row
from intake.ledger import LedgerRow, Source
from search.memory_index import MemoryIndex

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KEY = "a signing key for tests"
DESK = "help@desk.example"
_numbers = count(1)


def make_house(folder: Path) -> House:
    return House(
        settings=Settings(data_folder=folder),
        clock=SetClock(START),
        store=MemoryStore(),
        index=MemoryIndex(),
        transport=MemoryTransport(),
        wake_worker=lambda: None,
        signing_key=KEY,
    )


def furnish(session: Session) -> Agent:
    """One mailbox and one agent."""
    session.add(Mailbox(name="Help", address=DESK, created_at=START))
    agent = Agent(name="Kim", email="kim@desk.example", role=Role.AGENT.value, active=True, created_at=START)
    session.add(agent)
    session.commit()
    return agent


def letter(
    sender: str = "Ada <ada@example.org>",
    subject: str = "No network",
    text: str = "It is down since nine.",
    *,
    to: str = DESK,
    cc: str = "",
    message_id: str | None = None,
    answers: str = "",
    headers: dict[str, str] | None = None,
    change: Callable[[EmailMessage], None] = lambda _: None,
) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Date"] = "Mon, 02 Mar 2026 09:00:00 +0000"
    mail["Message-ID"] = message_id or f"<{next(_numbers)}@example.org>"
    if cc:
        mail["Cc"] = cc
    if answers:
        mail["In-Reply-To"] = mail["References"] = f"<{answers.strip('<>')}>"
    for name, value in (headers or {}).items():
        mail[name] = value
    mail.set_content(text)
    change(mail)
    return mail.as_bytes()


def record(session: Session, house: House, raw: bytes, **columns: object) -> int:
    row = LedgerRow(
        source=Source.SMTP.value,
        key=f"test:{next(_numbers)}",
        sha256=house.store.put(raw),
        size_bytes=len(raw),
        received_at=house.clock.now(),
        **columns,
    )
    session.add(row)
    session.commit()
    return row.id


def arrive(session: Session, house: House, raw: bytes, **columns: object) -> Filed:
    return file_row(session, house, record(session, house, raw, **columns))


def ours(incident: Incident, recipient: str = "ada@example.org") -> str:
    """The Message-ID of a letter of ours about it."""
    return make_message_id(KEY, 1, recipient, domain="desk.example", incident_id=incident.id)


def kim(session: Session) -> Actor:
    agent = agent_by_email(session, "kim@desk.example")
    assert agent is not None
    return agent.actor()


def incidents(session: Session) -> list[Incident]:
    session.expire_all()
    return list(session.scalars(select(Incident).order_by(Incident.id)))
