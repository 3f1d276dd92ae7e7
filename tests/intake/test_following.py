"""Mail follows what became of its thread: merged, taken apart, split off, brought back. Through the filing that real
mail goes through; each mail ends in exactly one thread."""

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk.attachments import Attachment
from helpdesk.clock import SetClock
from helpdesk.house import House
from helpdesk.incidents.export import canonical, export_bytes, export_record
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.merge import merge, unmerge
from helpdesk.incidents.split import split, unsplit
from helpdesk.incidents.thread import Entry, MessageReference, Words
from helpdesk.journal import EventKind, history
from helpdesk.people.agent import Agent
from helpdesk.service_levels.replaying import clocks_of
from intake.ledger import LedgerRow, LedgerState
from tests.intake.desk import arrive, letter, ours

ADA, BOB = "Ada <ada@example.org>", "Bob <bob@example.org>"


@pytest.fixture
def kim(session: Session) -> Agent:
    return session.scalars(select(Agent)).one()


def later(house: House, **duration: float) -> None:
    assert isinstance(house.clock, SetClock)
    house.clock.advance(**duration)


def filed(session: Session, house: House, mail: bytes, **more: object) -> Incident:
    later(house, minutes=1)
    row = arrive(session, house, mail, **more)
    assert row.state == LedgerState.FILED, row.reason
    session.expire_all()
    return session.get_one(Incident, row.incident_id)


def answered(session: Session, house: House, incident: Incident, kim: Agent, text: str, file: str) -> None:
    later(house, minutes=5)
    stored = Attachment(filename=file, content_type="text/plain", size_bytes=1, sha256=house.store.put(file.encode()))
    incident.reply(Words(text, attachments=(stored,)), by=kim.actor(), at=house.clock.now())
    session.commit()


def texts(session: Session, incident: Incident) -> list[str]:
    session.expire_all()
    return [entry.text for entry in incident.entries]


def nothing_is_lost(session: Session, mails: int) -> None:
    """Every mail is one entry of one thread, and the ledger, the Message-IDs and the entries agree on which."""
    session.expire_all()
    rows = session.scalars(select(LedgerRow)).all()
    assert len(rows) == mails
    for row in rows:
        entry = session.get_one(Entry, row.entry_id)
        assert entry.incident_id == row.incident_id
        where = select(MessageReference.incident_id).where(MessageReference.entry_id == entry.id)
        assert set(session.scalars(where)) == {entry.incident_id}
    messages = select(func.count()).select_from(Entry).where(Entry.kind == "message")
    assert session.scalar(messages) == mails


def without(record: dict[str, Any], entry_id: int) -> dict[str, Any]:
    """A record as it would be if this entry had not been written."""
    entries = [one for one in record["entries"] if one["id"] != entry_id]
    return record | {"entries": entries, "references": [one for one in record["references"] if one[1] != entry_id]}


def test_a_merge_with_replies_files_and_clocks_on_both_sides(session: Session, house: House, kim: Agent) -> None:
    first = filed(session, house, letter(ADA, text="No network", message_id="<a1@example.org>"))
    second = filed(session, house, letter(BOB, "Dead line", "Mine is dead too", message_id="<b1@example.org>"))
    for incident, file in ((first, "one.txt"), (second, "two.txt")):
        answered(session, house, incident, kim, "We look into it.", file)
    both = [first, second]
    before = [export_bytes(session, one) for one in both]
    clocks = [clocks_of(session, one.id, now=house.clock.now()) for one in both]

    merge(session, second, first, by=kim.actor(), at=house.clock.now(), copied=["bob@example.org"])
    session.commit()
    # An answer to the merged number goes on in the other one.
    assert filed(session, house, letter(BOB, "Re: Dead line [INC-2]", "Still dead", answers=ours(second))) is first
    assert texts(session, first)[-1] == "Still dead"
    nothing_is_lost(session, 3)

    unmerge(session, second, by=kim.actor(), at=house.clock.now())
    session.commit()
    assert export_bytes(session, second) == before[1]
    # What was written meanwhile stays where it was written; the rest is byte for byte as before.
    stayed = first.entries[-1]
    assert filed(session, house, letter(BOB, "Re: Dead line [INC-2]", "And again", answers=ours(second))) is second
    assert texts(session, second) == ["Mine is dead too", "We look into it.", "And again"]
    assert texts(session, first) == ["No network", "We look into it.", "Still dead"]
    nothing_is_lost(session, 4)
    assert canonical(without(export_record(session, first), stayed.id)) == before[0]
    assert [one.sha256 for incident in both for entry in incident.entries for one in entry.attachments] == [
        house.store.put(b"one.txt"),
        house.store.put(b"two.txt"),
    ]
    for incident, known in zip(both, clocks, strict=True):
        now = clocks_of(session, incident.id, now=house.clock.now())
        assert [(one.target, one.started_at, one.due_at) for one in now] == [
            (one.target, one.started_at, one.due_at) for one in known
        ]


def test_an_answer_to_what_was_split_off_joins_the_part(session: Session, house: House, kim: Agent) -> None:
    origin = filed(session, house, letter(ADA, text="No network", message_id="<a1@example.org>"))
    assert (
        filed(
            session,
            house,
            letter(ADA, "Re: No network", "My telephone", message_id="<a2@example.org>", answers="a1@example.org"),
        )
        is origin
    )
    answered(session, house, origin, kim, "Which telephone?", "phone.txt")
    asked, replied = origin.entries[1:]
    ours_of_reply = ours(origin)
    session.add(
        MessageReference(
            message_id=ours_of_reply.strip("<>").lower(), incident_id=origin.id, entry_id=replied.id, ours=True
        )
    )
    session.commit()
    before = export_bytes(session, origin)
    part = split(session, origin, [asked, replied], "Telephone", by=kim.actor(), at=house.clock.now())
    session.commit()
    nothing_is_lost(session, 2)
    # To our letter, by its own Message-ID, which names the old number; and to the requester's own mail.
    assert filed(session, house, letter(ADA, "Re: No network [INC-1]", "The black one", answers=ours_of_reply)) is part
    assert filed(session, house, letter(ADA, "Re: No network", "It is black", answers="a2@example.org")) is part
    # What answers the rest of the old thread stays there, although the part names it as an ancestor.
    assert filed(session, house, letter(ADA, "Re: No network", "Network is back", answers="a1@example.org")) is origin
    nothing_is_lost(session, 5)

    told = unsplit(session, part, by=kim.actor(), at=house.clock.now())
    session.commit()
    assert [entry.text for entry in told.stays] == ["The black one", "It is black"]
    assert texts(session, part) == ["The black one", "It is black"]
    assert texts(session, origin) == ["No network", "My telephone", "Which telephone?", "Network is back"]
    nothing_is_lost(session, 5)
    assert filed(session, house, letter(ADA, "Re: No network", "Hello?", answers="a2@example.org")) is origin
    assert before != export_bytes(session, origin)


def test_a_number_that_came_back_leads_where_its_mail_is(session: Session, house: House, kim: Agent) -> None:
    origin = filed(session, house, letter(ADA, message_id="<a1@example.org>"))
    filed(
        session,
        house,
        letter(ADA, "Re: No network", "My telephone", message_id="<a2@example.org>", answers="a1@example.org"),
    )
    before = export_bytes(session, origin)
    part = split(session, origin, origin.entries[1:], "Telephone", by=kim.actor(), at=house.clock.now())
    session.commit()
    unsplit(session, part, by=kim.actor(), at=house.clock.now())
    session.commit()
    assert export_bytes(session, origin) == before
    assert filed(session, house, letter(ADA, f"Re: Telephone [{part.number}]", "Is it mended?")) is origin
    nothing_is_lost(session, 3)
    kinds = [event.kind for event in history(session, "incident", origin.id)]
    assert kinds.count(EventKind.SPLIT) == kinds.count(EventKind.UNSPLIT) == 1
