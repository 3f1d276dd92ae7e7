"""Which letters a mail would set off: the decision is carried out and told of in a transaction that is taken back.

So the dry run shows what the real thing does, and cannot differ from it. Nothing is kept: rows are rolled back, bytes
stay in memory, and nobody is woken."""

import secrets
from dataclasses import dataclass, replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk.attachments.store import BlobStore, MemoryStore
from helpdesk.db import writing
from helpdesk.errors import Refused
from helpdesk.house import House
from helpdesk.incidents.incident import Incident
from helpdesk.journal import Event
from helpdesk.letters.delivery import Delivery, DeliveryState
from helpdesk.letters.notices import Notice
from helpdesk.people.agent import Agent
from helpdesk.reactions.notify import notify
from intake.applying import Mail, apply
from intake.decision import Outcome
from intake.incoming import all_mailboxes, incoming
from intake.ledger import LedgerRow, Source
from intake.rehearsal import Rehearsal
from intake.written import stored


@dataclass(frozen=True, slots=True)
class ForetoldLetter:
    """`reason` says why it would not leave; "" when it would."""

    letter: str
    recipient: str
    subject: str
    reason: str


@dataclass(frozen=True, slots=True)
class Foretold:
    """`told_on_page`: agents who would find a notice at the desk. `problem`: why the decision could not be carried out,
    so that the mail would be held instead."""

    letters: tuple[ForetoldLetter, ...] = ()
    told_on_page: tuple[str, ...] = ()
    problem: str = ""


class _Overlay(MemoryStore):
    """Keeps what is put in memory, and reads the rest from the real store."""

    def __init__(self, below: BlobStore) -> None:
        super().__init__()
        self._below = below

    def get(self, sha256: str) -> bytes:
        return super().get(sha256) if super().has(sha256) else self._below.get(sha256)

    def has(self, sha256: str) -> bool:
        return super().has(sha256) or self._below.has(sha256)


def foretell(session: Session, house: House, raw: bytes, tried: Rehearsal, envelope_to: tuple[str, ...]) -> Foretold:
    """What would follow. `session` only names the database: all is done, and undone, in one of its own."""
    if tried.decision.outcome in (Outcome.HOLD, Outcome.IGNORE):
        return Foretold()
    house = replace(house, store=_Overlay(house.store), wake_worker=lambda: None)
    attachments = stored(house.store, tried.arrival)
    sha256 = house.store.put(raw)
    with writing(), Session(session.get_bind(), autoflush=True) as apart:
        try:
            row = LedgerRow(
                source=Source.SMTP.value,
                key=f"dry-run:{secrets.token_hex(16)}",
                envelope_to=list(envelope_to),
                mailbox_id=tried.mailbox.id if tried.mailbox else None,
                sha256=sha256,
                size_bytes=len(raw),
                received_at=house.clock.now(),
            )
            apart.add(row)
            apart.flush()
            before = apart.scalar(select(func.max(Event.id))) or 0
            mail = incoming(house, tried.arrival, all_mailboxes(apart), row, trust=tried.decision.trust)
            apply(apart, Mail(row, mail, attachments), tried.decision)
            apart.flush()
            return _told(apart, house, row.incident_id, before)
        except Refused as refusal:
            return Foretold(problem=str(refusal))
        finally:
            apart.rollback()


def _told(session: Session, house: House, incident_id: int | None, before: int) -> Foretold:
    query = select(Event).where(
        Event.id > before, Event.record_kind == Incident.record_kind, Event.record_id == incident_id
    )
    events = list(session.scalars(query.order_by(Event.id)))
    now = house.clock.now()
    for event in events:
        notify(session, event, stationery=house.stationery, now=now)
    session.flush()
    numbers = [event.id for event in events]
    made = session.scalars(select(Delivery).where(Delivery.event_id.in_(numbers)).order_by(Delivery.id))
    told = select(Agent.name).join(Notice, Notice.agent_id == Agent.id).where(Notice.event_id.in_(numbers))
    names = session.scalars(told.where(Notice.on_page).distinct().order_by(Agent.name))
    return Foretold(tuple(map(_letter, made)), tuple(names))


def _letter(delivery: Delivery) -> ForetoldLetter:
    stopped = delivery.state in (DeliveryState.SUPPRESSED.value, DeliveryState.FAILED.value)
    return ForetoldLetter(delivery.letter, delivery.recipient, delivery.subject, delivery.answer if stopped else "")
