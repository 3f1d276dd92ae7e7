"""Machines that write to each other, and one gone wild, end in held mail; people and allowed senders don't."""

import pytest
from sqlalchemy.orm import Session

from helpdesk.clock import SetClock
from helpdesk.house import House
from helpdesk.incidents.incident import Incident
from helpdesk.letters.message_ids import make_message_id
from helpdesk.policies import MailPolicy, decide_on
from intake.ledger import LedgerRow, LedgerState
from intake.senders import SenderRule
from tests.intake.desk import KEY, START, arrive, letter

ROBOT = "Monitor <monitor@example.org>"


@pytest.fixture(autouse=True)
def strict(session: Session) -> None:
    decide_on(session, MailPolicy(incoming_per_address_an_hour=3, automatic_into_incident_an_hour=2))
    session.commit()


def alarms(session: Session, house: House, count: int, sender: str = ROBOT) -> list[LedgerState]:
    return [arrive(session, house, letter(sender, f"Disk {number} is full")).state for number in range(count)]


def test_too_much_from_one_address_is_held(session: Session, house: House) -> None:
    assert alarms(session, house, 5) == [LedgerState.FILED] * 3 + [LedgerState.HELD] * 2
    assert arrive(session, house, letter("somebody@example.org")).state == LedgerState.FILED


def test_an_hour_later_it_comes_in_again(session: Session, house: House) -> None:
    alarms(session, house, 4)
    assert isinstance(house.clock, SetClock)
    house.clock.advance(minutes=61)
    assert alarms(session, house, 1) == [LedgerState.FILED]


@pytest.mark.parametrize("place", ["monitor@example.org", "@example.org"])
def test_an_allowed_sender_is_no_loop(session: Session, house: House, place: str) -> None:
    session.add(SenderRule(address=place, verdict="allow", made_by="Kim", made_at=START))
    session.commit()
    assert alarms(session, house, 6) == [LedgerState.FILED] * 6


def test_a_blocked_sender_is_held_whatever_they_say(session: Session, house: House) -> None:
    session.add(SenderRule(address="@evil.example", verdict="block", made_by="Kim", made_at=START))
    session.commit()
    filed = arrive(session, house, letter("spam@evil.example"))
    assert (filed.state, "blocked this sender" in filed.reason) == (LedgerState.HELD, True)


def test_two_machines_that_answer_each_other_come_to_an_end(session: Session, house: House) -> None:
    first = session.get_one(Incident, arrive(session, house, letter()).incident_id)
    ours = make_message_id(KEY, 1, "ada@example.org", domain="desk.example", incident_id=first.id)
    decide_on(session, MailPolicy(incoming_per_address_an_hour=100, automatic_into_incident_an_hour=2))
    session.commit()
    states = [
        arrive(
            session,
            house,
            letter(text=f"I am away ({number})", answers=ours, headers={"Auto-Submitted": "auto-replied"}),
        ).state
        for number in range(4)
    ]
    assert states == [LedgerState.FILED] * 2 + [LedgerState.HELD] * 2
    assert arrive(session, house, letter(answers=ours, text="I am back.")).state == LedgerState.FILED


def test_the_rule_says_loop(session: Session, house: House) -> None:
    alarms(session, house, 3)
    filed = arrive(session, house, letter(ROBOT))
    assert session.get_one(LedgerRow, filed.row_id).decision["rule"] == "loop"
