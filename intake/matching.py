"""Where a mail belongs: an Arrival in, a decision with its evidence out. Changes nothing, so a dry run is the same.

In this order: our own letters named in In-Reply-To and References, the signed token in the address it was sent to,
Message-IDs known from the thread, the number in the subject; each with a check of the sender. Else a new incident."""

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.errors import Invalid
from helpdesk.incidents.incident import NUMBER_PREFIX, Incident
from helpdesk.incidents.thread import MessageReference, Participant
from helpdesk.letters.message_ids import Side, read_message_id
from helpdesk.letters.tokens import read_token, tokens_in
from helpdesk.mailboxes.mailbox import own_addresses
from helpdesk.people.agent import agent_by_email
from helpdesk.people.requester import normalized
from intake.ledger import twin
from intake.mail.arrival import Arrival

SUBJECT_NUMBER = re.compile(rf"\[{NUMBER_PREFIX}(\d{{1,18}})\]", re.IGNORECASE)
REFERENCES_MAX = 60


class Outcome(StrEnum):
    NEW = "new"
    JOIN = "join"
    BOUNCE = "bounce"
    HOLD = "hold"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to become of a mail. `rule` names what decided; `evidence` says why in sentences for an agent;
    `incident_id` for JOIN and BOUNCE, and for a HOLD that would have joined."""

    outcome: Outcome
    rule: str
    evidence: tuple[str, ...]
    incident_id: int | None = None
    bounced_message_id: str | None = None

    @property
    def reason(self) -> str:
        return self.evidence[-1] if self.evidence else ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"outcome": self.outcome.value, "evidence": list(self.evidence)}


@dataclass(frozen=True, slots=True)
class _Trail:
    """One sign that leads to an incident. `made_for`: whether a signed sign was made for this very sender."""

    incident_id: int
    rule: str
    evidence: str
    made_for: bool = False


def decide(
    session: Session,
    key: str,
    arrival: Arrival,
    *,
    row_id: int = 0,
    fingerprint: str = "",
    envelope_to: tuple[str, ...] = (),
    ours: frozenset[str] | None = None,
) -> Decision:
    """The decision for one mail. `row_id` and `fingerprint` tell copies apart; a dry run leaves them out.
    `ours`: our own addresses, for a caller that has them."""
    return (
        _copy(session, row_id, fingerprint)
        or _senderless(arrival)
        or _our_own(key, arrival, own_addresses(session) if ours is None else ours)
        or _report(session, key, arrival)
        or _joining(session, key, arrival, envelope_to)
        or _stray_answer(arrival)
        or Decision(Outcome.NEW, "no match", ("Nothing in it leads to an incident we have, so it is a new one.",))
    )


def _copy(session: Session, row_id: int, fingerprint: str) -> Decision | None:
    first = twin(session, row_id, fingerprint) if fingerprint else None
    if first is None:
        return None
    where = f"{NUMBER_PREFIX}{first.incident_id}" if first.incident_id else f"number {first.id} of the ledger"
    return Decision(Outcome.IGNORE, "copy", (f"The very same mail came before and is in {where}.",), first.incident_id)


def _senderless(arrival: Arrival) -> Decision | None:
    if arrival.sender is not None and _address(arrival.sender.address):
        return None
    # A delivery report needs no sender: what it reports on is signed.
    if arrival.bounce is not None:
        return None
    return Decision(Outcome.HOLD, "no sender", ("It has no sender address that could be answered.",))


def _address(address: str) -> str:
    try:
        return normalized(address)
    except Invalid:
        return ""


def _our_own(key: str, arrival: Arrival, ours: frozenset[str]) -> Decision | None:
    if arrival.message_id and read_message_id(key, arrival.message_id):
        return Decision(Outcome.IGNORE, "our own letter", ("It is one of our own letters, come back to us.",))
    if arrival.sender and _address(arrival.sender.address) in ours and arrival.bounce is None:
        reason = "It says it was sent from one of our own mailboxes, which a requester can't do: a loop, or forged."
        return Decision(Outcome.HOLD, "own address", (reason,))
    return None


def _report(session: Session, key: str, arrival: Arrival) -> Decision | None:
    """A bounce counts only when it names a letter we signed; a forged or foreign one is held."""
    if arrival.bounce is None:
        return None
    named = [arrival.bounce.original_message_id, *arrival.in_reply_to, *arrival.references]
    for message_id in filter(None, named):
        own = read_message_id(key, message_id)
        if own and own.incident_id and session.get(Incident, own.incident_id):
            evidence = (f"It is a delivery report about our letter of {NUMBER_PREFIX}{own.incident_id}.",)
            return Decision(
                Outcome.BOUNCE, "delivery report", evidence, own.incident_id, message_id.strip("<> ").lower()
            )
    return Decision(Outcome.HOLD, "delivery report", ("It is a delivery report, but not about a letter of ours.",))


def _joining(session: Session, key: str, arrival: Arrival, envelope_to: tuple[str, ...]) -> Decision | None:
    sender = _address(arrival.sender.address) if arrival.sender else ""
    refused: Decision | None = None
    for trail in _trails(session, key, arrival, envelope_to, sender):
        incident = session.get(Incident, trail.incident_id)
        if incident is None:
            continue
        part = _part_in(session, incident, sender)
        if part:
            return Decision(Outcome.JOIN, trail.rule, (trail.evidence, part), incident.id)
        if trail.made_for:
            part = f"The letter answered was sent to {sender}, so they may answer."
            return Decision(Outcome.JOIN, trail.rule, (trail.evidence, part), incident.id)
        if refused is None and trail.rule != "subject":
            who = "is an agent: agents answer on the page" if agent_by_email(session, sender) else "is not part of it"
            reason = f"It answers {incident.number}, but {sender} {who}. Attach it if it belongs there."
            refused = Decision(Outcome.HOLD, trail.rule, (trail.evidence, reason), incident.id)
    return refused


def _part_in(session: Session, incident: Incident, sender: str) -> str:
    """In what way this sender takes part in the incident; "" when they don't."""
    if any(one.address == sender for one in incident.requester.addresses):
        return f"{sender} is its requester."
    query = select(Participant.id).where(Participant.incident_id == incident.id, Participant.address == sender)
    return f"{sender} was copied in its thread." if session.scalars(query).first() else ""


def _trails(
    session: Session, key: str, arrival: Arrival, envelope_to: tuple[str, ...], sender: str
) -> Iterator[_Trail]:
    named = list(dict.fromkeys((*arrival.in_reply_to, *reversed(arrival.references))))[:REFERENCES_MAX]
    for message_id in named:
        own = read_message_id(key, message_id)
        if own and own.incident_id:
            made_for = own.side is Side.REQUESTER and own.is_for(sender)
            yield _Trail(own.incident_id, "references", f"It answers our letter <{message_id}>.", made_for)
    written_to = [one.address for one in (*arrival.to, *arrival.cc)]
    for text in tokens_in((*envelope_to, *arrival.delivered_to, *written_to)):
        token = read_token(key, text)
        if token:
            yield _Trail(
                token.incident_id,
                "reply address",
                "It was sent to an address with our signed token.",
                token.is_for(sender),
            )
    yield from _known_ids(session, named)
    for found in SUBJECT_NUMBER.finditer(arrival.subject):
        yield _Trail(int(found[1]), "subject", f"Its subject names {NUMBER_PREFIX}{found[1]}.")


def _known_ids(session: Session, named: list[str]) -> Iterator[_Trail]:
    lowered = [message_id.lower() for message_id in named]
    if not lowered:
        return
    rows = session.execute(
        select(MessageReference.message_id, MessageReference.incident_id)
        .where(MessageReference.message_id.in_(lowered))
        .order_by(MessageReference.incident_id.desc())
        .limit(REFERENCES_MAX)
    ).all()
    for message_id, incident_id in sorted(rows, key=lambda row: lowered.index(row[0])):
        yield _Trail(incident_id, "thread", f"It answers <{message_id}>, which is known from that incident.")


def _stray_answer(arrival: Arrival) -> Decision | None:
    """An out-of-office notice to nothing of ours; what a machine reports by itself does make an incident."""
    if arrival.automatic is None or arrival.automatic.kind != "auto-replied":
        return None
    reason = f"It is an automatic answer ({arrival.automatic.evidence}) to nothing we sent."
    return Decision(Outcome.HOLD, "automatic answer", (reason,))
