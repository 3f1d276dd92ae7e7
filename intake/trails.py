"""The signs in a mail that lead to an incident, best first: our own letters it answers, our signed reply address,
Message-IDs known from a thread, the number in the subject. Whether the sender may follow one is asked elsewhere."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.incidents.incident import NUMBER_PREFIX
from helpdesk.incidents.thread import Entry, MessageReference
from helpdesk.letters.message_ids import Side, read_message_id
from helpdesk.letters.tokens import read_token, tokens_in
from intake.incoming import Incoming

SUBJECT_NUMBER = re.compile(rf"\[{NUMBER_PREFIX}(\d{{1,18}})\]", re.IGNORECASE)
REFERENCES_MAX = 60


@dataclass(frozen=True, slots=True)
class Trail:
    """One sign. `made_for`: it is signed and was made for this very sender, so only who reads their mail has it;
    `side` says whether the letter answered was an agent's or the requester's."""

    incident_id: int
    rule: str
    evidence: str
    made_for: bool = False
    side: Side = Side.REQUESTER

    @property
    def is_answer(self) -> bool:
        """Whether the mail answers something of that incident; a number or a common ancestor may be chance."""
        return self.rule in ("references", "reply address", "thread")


def trails(session: Session, mail: Incoming) -> Iterator[Trail]:
    """Lazily: what is found first is often enough."""
    arrival = mail.arrival
    named = list(dict.fromkeys((*arrival.in_reply_to, *reversed(arrival.references))))[:REFERENCES_MAX]
    for message_id in named:
        own = read_message_id(mail.key, message_id)
        if own and own.incident_id:
            made_for = bool(mail.sender) and own.is_for(mail.sender)
            where = home_of(session, message_id) or own.incident_id
            yield Trail(where, "references", f"It answers our letter <{message_id}>.", made_for, own.side)
    yield from _addresses(mail)
    yield from _known(session, named, arrival.message_id)
    for found in SUBJECT_NUMBER.finditer(arrival.subject):
        yield Trail(int(found[1]), "subject", f"Its subject names {NUMBER_PREFIX}{found[1]}.")


def home_of(session: Session, message_id: str) -> int | None:
    """The incident that a letter of ours is in now: not the one in its Message-ID, if it was split off from there."""
    query = select(MessageReference.incident_id).where(
        MessageReference.message_id == message_id.strip("<> ").lower(), MessageReference.ours
    )
    return session.scalars(query.limit(1)).first()


def _addresses(mail: Incoming) -> Iterator[Trail]:
    arrival = mail.arrival
    written_to = [one.address for one in (*arrival.to, *arrival.cc)]
    for text in dict.fromkeys(tokens_in((*mail.envelope_to, *arrival.delivered_to, *written_to))):
        token = read_token(mail.key, text)
        if token:
            made_for = bool(mail.sender) and token.is_for(mail.sender)
            yield Trail(
                token.incident_id, "reply address", "It was sent to an address with our signed token.", made_for
            )


def _known(session: Session, named: list[str], own: str | None) -> Iterator[Trail]:
    answered = [message_id.lower() for message_id in named]
    # Its own one too: the answer to it may have come first.
    lowered = answered + ([own.lower()] if own else [])
    if not lowered:
        return
    rows = session.execute(
        select(MessageReference.message_id, MessageReference.incident_id, Entry.message_id)
        .outerjoin(Entry, Entry.id == MessageReference.entry_id)
        .where(MessageReference.message_id.in_(lowered))
        .order_by(MessageReference.incident_id.desc())
        .limit(REFERENCES_MAX)
    ).all()
    # The thread that a mail is in comes before those that only name it.
    known = sorted(rows, key=lambda row: (lowered.index(row[0]), (row[2] or "").lower() != row[0]))
    for message_id, incident_id, held_by_us in known:
        number = f"{NUMBER_PREFIX}{incident_id}"
        if message_id in answered and (held_by_us or "").lower() == message_id:
            yield Trail(incident_id, "thread", f"It answers <{message_id}>, which is in {number}.")
        else:
            yield Trail(incident_id, "ancestor", f"<{message_id}> is named by a mail in {number} too.")
