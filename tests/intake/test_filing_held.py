"""Held mail dealt with by an agent: accepted, attached, put away, looked at again; once only."""

import pytest
from sqlalchemy.orm import Session

from helpdesk.errors import Conflict, NotAllowed
from helpdesk.house import House
from helpdesk.incidents.incident import Incident
from helpdesk.journal import Actor
from helpdesk.letters.tokens import make_token
from intake import held
from intake.ledger import LedgerRow, LedgerState, held_count
from tests.intake.desk import KEY, arrive, incidents, kim, letter, ours


@pytest.fixture
def row(session: Session, house: House, first: Incident) -> LedgerRow:
    filed = arrive(session, house, letter("Mallory <mallory@evil.example>", answers=ours(first)))
    return session.get_one(LedgerRow, filed.row_id)


def test_accepted_as_new(session: Session, house: House, row: LedgerRow) -> None:
    filed = held.accept(session, house, row, by=kim(session), at=house.clock.now())
    assert filed.state is LedgerState.FILED
    assert incidents(session)[-1].requester.address == "mallory@evil.example"
    assert session.get_one(LedgerRow, row.id).dealt_with_by == "Kim"


def test_attached(session: Session, house: House, row: LedgerRow, first: Incident) -> None:
    filed = held.attach_to(session, house, row, first, by=kim(session), at=house.clock.now())
    session.expire_all()
    assert filed.incident_id == first.id
    assert first.entries[-1].author_name == "Mallory"
    assert first.requester.address == "ada@example.org"


def test_discarded_and_kept(session: Session, house: House, row: LedgerRow) -> None:
    held.discard(session, row, by=kim(session), at=house.clock.now())
    session.commit()
    assert (held_count(session), len(held.raw(house, row)) > 0) == (0, True)


def test_parsed_again_after_the_sender_became_part_of_it(
    session: Session, house: House, row: LedgerRow, first: Incident
) -> None:
    assert held.parse_again(session, house, row, by=kim(session), at=house.clock.now()).state is LedgerState.HELD
    arrive(session, house, letter(cc="mallory@evil.example", answers=""))
    other = incidents(session)[-1]
    token = make_token(KEY, other.id, "mallory@evil.example")
    assert token
    first.participants.append(type(other.participants[0])(address="mallory@evil.example", added_at=house.clock.now()))
    session.commit()
    filed = held.parse_again(session, house, row, by=kim(session), at=house.clock.now())
    assert (filed.state, filed.incident_id) == (LedgerState.FILED, first.id)


def test_dealt_with_once(session: Session, house: House, row: LedgerRow) -> None:
    held.accept(session, house, row, by=kim(session), at=house.clock.now())
    session.refresh(row)
    with pytest.raises(Conflict):
        held.discard(session, row, by=kim(session), at=house.clock.now())
    with pytest.raises(NotAllowed):
        held.accept(session, house, row, by=Actor("agent", "Guest"), at=house.clock.now())
