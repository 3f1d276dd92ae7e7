"""Takes a person out of the letters: who they went to, what stood above them, the bytes as they were sent.

Part of `intake.erasure`, which commits. That a letter was sent, when, and what became of it stays."""

from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from helpdesk.incidents.erasure import FromThreads
from helpdesk.incidents.incident import Incident
from helpdesk.letters.captured import captured, read
from helpdesk.letters.delivery import Delivery, DeliveryState
from helpdesk.letters.notices import Notice
from helpdesk.people.erased import Person, without

CAPTURED_MAX = 100_000


def erase_from_letters(session: Session, person: Person, found: FromThreads) -> list[str]:
    """Returns the SHA-256 of the letters whose bytes are to go."""
    homes = select(Incident.id).where(Incident.requester_id == (person.id if person.kind == "requester" else 0))
    query = select(Delivery).where(or_(Delivery.recipient.in_(person.addresses), Delivery.incident_id.in_(homes)))
    gone: list[str] = []
    for one in session.scalars(query):
        if one.raw_sha256:
            gone.append(one.raw_sha256)
        _clear(one, person)
        found.counts["letters"] += 1
    _notices(session, person, homes, found)
    return gone


def _clear(one: Delivery, person: Person) -> None:
    if one.recipient in person.addresses:
        # Unlike any other, for one letter goes to each reader once; there is no such domain (RFC 2606 section 2).
        one.recipient = f"erased-{one.id}@erased.invalid"
        if one.is_to_send:
            one.settle(DeliveryState.SUPPRESSED, "Its reader was erased.")
    one.subject, one.raw_sha256 = "", ""
    one.answer = without(one.answer, person.by_name, person.label)


def _notices(session: Session, person: Person, homes: object, found: FromThreads) -> None:
    query = select(Notice).where(Notice.incident_id.in_(homes))  # type: ignore[arg-type]
    if person.kind == "agent":
        query = select(Notice).where(Notice.text.contains(person.name, autoescape=True))
    for one in session.scalars(query):
        text = without(one.text, person.at_home, person.label)
        found.counts["notices"] += text != one.text
        one.text = text


def captured_letters(folder: Path, person: Person, numbers: Iterable[str]) -> list[str]:
    """Names of the letters that the demo kept instead of sending them, to them or about an incident of theirs."""
    found = []
    for line in captured(folder, CAPTURED_MAX):
        about = any(f"[{number}]" in line.subject or f"{number}]" in line.subject for number in numbers)
        letter = None if about else read(folder, line.name)
        mentions = letter is not None and person.anywhere.search(letter.as_string()) is not None
        if about or line.recipient in person.addresses or mentions:
            found.append(line.name)
    return found
