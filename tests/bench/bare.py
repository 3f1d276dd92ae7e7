"""The reference that everything is measured beside: the same job in as few lines as it can be done.

Flask, SQLAlchemy and SQLite with FTS5; a list, a ticket, a search, and a mail loop. No rights, no rules, no
sanitizing, no journal, no notifications. The same texts and the same number of rows as the desk has."""

import email
from collections.abc import Iterable
from datetime import UTC, datetime
from email import policy
from pathlib import Path

from flask import Flask, render_template_string, request
from imapclient import IMAPClient
from sqlalchemy import ForeignKey, Index, create_engine, event, insert, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship, sessionmaker

from helpdesk.sample.bulk import bulk
from helpdesk.sample.incident import SampleIncident

LIST = """<!doctype html><title>Tickets</title><table>{% for t in tickets %}<tr><td>{{ t.id }}<td>
<a href="/tickets/{{ t.id }}">{{ t.subject }}</a><td>{{ t.sender }}<td>{{ t.state }}<td>{{ t.changed_at }}
{% endfor %}</table>"""
TICKET = """<!doctype html><title>{{ t.subject }}</title><h1>{{ t.subject }}</h1>
{% for e in t.entries %}<article><b>{{ e.author }}</b> {{ e.at }}<p>{{ e.text }}</article>{% endfor %}"""


class Base(DeclarativeBase):
    id: Mapped[int] = mapped_column(primary_key=True)


class Ticket(Base):
    __tablename__ = "tickets"
    __table_args__ = (Index("open_changed", "is_open", "changed_at"),)

    subject: Mapped[str]
    sender: Mapped[str]
    state: Mapped[str]
    is_open: Mapped[bool]
    changed_at: Mapped[datetime]
    message_id: Mapped[str | None] = mapped_column(index=True)
    entries: Mapped[list["TicketEntry"]] = relationship(order_by="TicketEntry.id")


class TicketEntry(Base):
    __tablename__ = "entries"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    author: Mapped[str]
    at: Mapped[datetime]
    text: Mapped[str]


def open_sessions(path: Path) -> sessionmaker[Session]:
    engine = create_engine(f"sqlite:///{path}")

    @event.listens_for(engine, "connect")
    def prepare(connection: object, _: object) -> None:
        connection.execute("PRAGMA journal_mode = WAL")  # type: ignore[attr-defined]
        # As durable as the desk: what is committed outlives a power cut.
        connection.execute("PRAGMA synchronous = FULL")  # type: ignore[attr-defined]

    Base.metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(text("CREATE VIRTUAL TABLE found USING fts5(subject, body, tokenize = 'porter')"))
    return sessionmaker(engine)


def fill(sessions: sessionmaker[Session], count: int) -> None:
    with sessions() as session:
        for number, one in enumerate(bulk(count), 1):
            session.execute(insert(Ticket), [_ticket(one, number)])
            rows = [step for step in one.steps if step.kind in ("message", "reply", "note")]
            session.execute(
                insert(TicketEntry),
                [{"ticket_id": number, "author": step.by, "at": step.at, "text": step.text} for step in rows],
            )
            body = "\n".join(step.text for step in rows)
            session.execute(
                text("INSERT INTO found (rowid, subject, body) VALUES (:id, :subject, :body)"),
                {"id": number, "subject": one.subject, "body": body},
            )
        session.commit()


def _ticket(one: SampleIncident, number: int) -> dict[str, object]:
    is_open = one.state in ("new", "open", "pending_requester", "pending_other")
    changed_at = one.steps[-1].at
    return {
        "id": number, "subject": one.subject, "sender": one.requester, "state": one.state, "is_open": is_open,
        "changed_at": changed_at, "message_id": None,
    }  # fmt: skip


def pages(sessions: sessionmaker[Session]) -> Flask:
    app = Flask("bare")

    @app.get("/tickets")
    def tickets() -> str:
        with sessions() as session:
            query = select(Ticket).where(Ticket.is_open).order_by(Ticket.changed_at.desc()).limit(50)
            return render_template_string(LIST, tickets=session.scalars(query).all())

    @app.get("/tickets/<int:number>")
    def ticket(number: int) -> str:
        with sessions() as session:
            return render_template_string(TICKET, t=session.get_one(Ticket, number))

    @app.get("/search")
    def search() -> str:
        with sessions() as session:
            words = " ".join(f'"{word}"' for word in request.args["q"].split())
            found = session.execute(
                text("SELECT rowid FROM found WHERE found MATCH :words ORDER BY rank LIMIT 20"), {"words": words}
            ).scalars()
            query = select(Ticket).where(Ticket.id.in_(list(found)))
            return render_template_string(LIST, tickets=session.scalars(query).all())

    return app


def take_in(sessions: sessionmaker[Session], client: IMAPClient, uids: Iterable[int]) -> None:
    """Fetch one batch, one ticket a mail, one commit a mail, then mark as seen."""
    for uid, answer in client.fetch(list(uids), ["BODY.PEEK[]"]).items():
        mail = email.message_from_bytes(answer[b"BODY[]"], policy=policy.default)
        body = mail.get_body(("plain", "html"))
        with sessions() as session:
            ticket = Ticket(
                subject=str(mail["Subject"]), sender=str(mail["From"]), state="new", is_open=True,
                changed_at=datetime.now(UTC), message_id=str(mail["Message-ID"]),
            )  # fmt: skip
            ticket.entries.append(
                TicketEntry(author=ticket.sender, at=datetime.now(UTC), text=body.get_content() if body else "")
            )
            session.add(ticket)
            session.commit()
        client.add_flags(uid, [rb"\Seen"])
