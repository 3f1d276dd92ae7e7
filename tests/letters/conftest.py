"""A small desk in memory: one mailbox, two agents, one requester, and its post."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from helpdesk.attachments.store import MemoryStore
from helpdesk.base import Base
from helpdesk.clock import SetClock
from helpdesk.errands import Errand
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.opening import open_incident
from helpdesk.incidents.thread import Words
from helpdesk.journal import Event
from helpdesk.knowledge import article, reuse  # noqa: F401  # their tables
from helpdesk.letters.contents import Stationery
from helpdesk.letters.delivery import Delivery
from helpdesk.letters.transport import MemoryTransport
from helpdesk.letters.wire import from_bytes
from helpdesk.mailboxes.mailbox import Mailbox
from helpdesk.people.agent import Agent, Team
from helpdesk.people.requester import Requester, known_requester
from helpdesk.reactions.deliver import deliver
from helpdesk.reactions.notify import notify
from helpdesk.settings import Settings

KEY = "a key of the tests"
START = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@dataclass
class Desk:
    session: Session
    settings: Settings
    mailbox: Mailbox
    jo: Agent
    sam: Agent
    dana: Requester
    store: MemoryStore = field(default_factory=MemoryStore)
    transport: MemoryTransport = field(default_factory=MemoryTransport)
    clock: SetClock = field(default_factory=lambda: SetClock(START))
    told: int = 0

    def report(self, subject: str = "VPN drops", text: str = "It drops every few minutes.", **more: Any) -> Incident:
        """Dana's mail, filed."""
        words = {key: more.pop(key) for key in ("cc", "message_id", "references", "automatic") if key in more}
        words.setdefault("message_id", "First.1@example.net")
        requester = more.pop("requester", self.dana)
        incident, _ = open_incident(
            self.session,
            requester,
            subject,
            Words(text, **words),
            by=more.pop("by", requester.actor()),
            at=self.clock.advance(minutes=1),
            **({"source": "mail", "mailbox": self.mailbox} | more),
        )
        return incident

    def person(self, name: str, address: str) -> Requester:
        return known_requester(self.session, address, name, at=self.clock.now())

    def at(self) -> datetime:
        return self.clock.advance(minutes=1)

    def tell(self) -> list[Delivery]:
        """Runs the reaction for all events that it has not seen; returns what that made."""
        self.session.flush()
        before = self.deliveries()
        for event in self.session.scalars(select(Event).where(Event.id > self.told).order_by(Event.id)).all():
            self.notify(event)
            self.told = event.id
        return [one for one in self.deliveries() if one not in before]

    def notify(self, event: Event) -> None:
        stationery = Stationery(self.settings, KEY, self.store)
        notify(self.session, event, stationery=stationery, now=self.clock.now() + timedelta(seconds=1))

    def deliveries(self) -> list[Delivery]:
        return list(self.session.scalars(select(Delivery).order_by(Delivery.id)))

    def errands(self) -> list[Errand]:
        return list(self.session.scalars(select(Errand).order_by(Errand.id)))

    def letter(self, delivery: Delivery) -> EmailMessage:
        return from_bytes(self.store.get(delivery.raw_sha256))

    def written(self, name: str) -> EmailMessage:
        """The letter of this kind that was made last."""
        return self.letter(next(one for one in reversed(self.deliveries()) if one.letter == name and one.raw_sha256))

    def send(self, delivery: Delivery, **more: Any) -> None:
        deliver(
            self.session,
            delivery.id,
            **({"transport": self.transport, "store": self.store, "now": self.clock.now()} | more),
        )


def text_of(letter: EmailMessage) -> str:
    return letter.get_body(("plain",)).get_content().replace("\r\n", "\n")


def html_of(letter: EmailMessage) -> str:
    return letter.get_body(("html",)).get_content().replace("\r\n", "\n")


@pytest.fixture
def session() -> Iterator[Session]:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as opened:
        yield opened
    engine.dispose()


@pytest.fixture
def desk(session: Session, tmp_path: Path) -> Desk:
    mailbox = Mailbox(name="Help", address="help@desk.example", display_name="Rowan Desk", created_at=START)
    jo = Agent(name="Jo Park", email="jo@desk.example", created_at=START, signature="Jo Park\nRowan IT")
    sam = Agent(name="Sam Reyes", email="sam@desk.example", created_at=START)
    session.add_all([mailbox, jo, sam])
    session.flush()
    dana = known_requester(session, "dana@example.net", "Dana Weber", at=START)
    settings = Settings(data_folder=tmp_path, base_url="https://desk.example", site_name="Rowan Helpdesk")
    return Desk(session, settings, mailbox, jo, sam, dana)


@pytest.fixture
def team(desk: Desk) -> Team:
    made = Team(name="Network", members=[desk.jo, desk.sam])
    desk.session.add(made)
    desk.session.flush()
    return made
