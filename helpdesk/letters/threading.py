"""What keeps our letters in the requester's own mail thread: the subject they know, In-Reply-To and References."""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.incidents.incident import NUMBER_PREFIX, Incident
from helpdesk.incidents.thread import Entry, EntryKind
from helpdesk.journal import Event, EventKind
from helpdesk.letters.addresses import one_line
from helpdesk.letters.delivery import Delivery, DeliveryState
from helpdesk.letters.kinds import Letter
from helpdesk.letters.message_ids import Side

# Some relays refuse long References; the first names the thread, the last ones the place in it.
REFERENCES_MAX = 20
IDENTIFIER_LENGTH_MAX = 900  # with its brackets below the 998 octets of a line

# "Re", and what other languages' clients write for it.
_ANSWER_PREFIX = re.compile(r"^(?:(?:re|aw|antw|sv|vs|odp|ynt|rif|ref)(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)
_CONFIDENTIAL = [Letter.CONSULTATION.value]
_REQUESTER_LETTERS = [
    letter.value for letter in Letter if letter.side is Side.REQUESTER and letter is not Letter.CONSULTATION
]


@dataclass(frozen=True, slots=True)
class Ancestry:
    """Message-IDs with <>: the one answered ("" for none), and the chain down to it."""

    in_reply_to: str
    references: tuple[str, ...]


def thread_subject(session: Session, incident: Incident, *, is_answer: bool) -> str:
    """`Re: <first subject> [INC-42]`. The first subject stays even if agents found a better one: clients that
    thread by subject would begin a new thread. Old prefixes and numbers are not piled up."""
    return numbered(_first_subject(session, incident), incident, is_answer=is_answer)


def numbered(subject: str, incident: Incident, *, is_answer: bool) -> str:
    """A subject with the incident's number at its end, once."""
    subject = one_line(subject).replace(f"[{NUMBER_PREFIX}{incident.id}]", " ")
    subject = _ANSWER_PREFIX.sub("", " ".join(subject.split())) or "(no subject)"
    return f"{'Re: ' if is_answer else ''}{subject} [{incident.number}]"


def _first_subject(session: Session, incident: Incident) -> str:
    renamed = session.scalars(
        select(Event)
        .where(
            Event.record_kind == incident.record_kind,
            Event.record_id == incident.id,
            Event.kind == EventKind.RENAMED.value,
        )
        .order_by(Event.sequence)
        .limit(1)
    ).first()
    return str(renamed.data["before"]) if renamed else incident.subject


def ancestry(session: Session, incident: Incident, recipient: str, *, before: Entry | None = None) -> Ancestry:
    """The chain as this recipient knows it: messages of the requester's side and our letters to them, by time.

    It ends with what is answered (RFC 5322 section 3.6.4): the last message before the reply, else our last letter.
    What we sent after that message answers it too, and is no ancestor."""
    received = _received(session, incident, before)
    return _chain(received, _sent(session, incident, recipient, _REQUESTER_LETTERS))


def confidential_ancestry(session: Session, incident: Incident, third_party: str) -> Ancestry:
    """The chain of what we asked a third party and what they advised; nothing of the incident's own thread."""
    query = select(Entry.at, Entry.message_id).where(
        Entry.incident_id == incident.id, Entry.kind == EntryKind.ADVICE.value, Entry.sender == third_party
    )
    rows = session.execute(query.order_by(Entry.at, Entry.id))
    received = [(at, bracketed) for at, message_id in rows if (bracketed := _bracketed(message_id))]
    return _chain(received, _sent(session, incident, third_party, _CONFIDENTIAL))


def _chain(received: list[tuple[datetime, str]], sent: list[tuple[datetime, str]]) -> Ancestry:
    chain = sorted([*received, *sent])
    if not chain:
        return Ancestry("", ())
    answered = (received or chain)[-1]
    identifiers = dict.fromkeys(identifier for at, identifier in chain if (at, identifier) <= answered)
    return Ancestry(answered[1], _trimmed(list(identifiers)))


def _received(session: Session, incident: Incident, before: Entry | None) -> list[tuple[datetime, str]]:
    query = select(Entry.at, Entry.message_id).where(
        Entry.incident_id == incident.id, Entry.kind == EntryKind.MESSAGE.value
    )
    if before is not None:
        query = query.where(Entry.id < before.id)
    rows = session.execute(query.order_by(Entry.at, Entry.id))
    return [(at, bracketed) for at, message_id in rows if (bracketed := _bracketed(message_id))]


def _sent(session: Session, incident: Incident, recipient: str, letters: list[str]) -> list[tuple[datetime, str]]:
    rows = session.execute(
        select(Delivery.created_at, Delivery.message_id).where(
            Delivery.incident_id == incident.id,
            Delivery.recipient == recipient,
            Delivery.letter.in_(letters),
            Delivery.state.not_in([DeliveryState.SUPPRESSED.value, DeliveryState.FAILED.value]),
        )
    )
    return [(at, f"<{message_id}>") for at, message_id in rows]


def _trimmed(identifiers: list[str]) -> tuple[str, ...]:
    if len(identifiers) <= REFERENCES_MAX:
        return tuple(identifiers)
    return (identifiers[0], *identifiers[-(REFERENCES_MAX - 1) :])


def _bracketed(message_id: str | None) -> str:
    """The identifier with <>, or "" where it can't stand in a header: a broken client's, or none."""
    bare = (message_id or "").strip().strip("<>")
    usable = bare.isascii() and bare.isprintable() and not re.search(r"[\s<>]", bare)
    return f"<{bare}>" if bare and usable and len(bare) <= IDENTIFIER_LENGTH_MAX else ""
