"""Senders allowed and blocked: what the rule covers, who makes it, and what filing does with it."""

import pytest
from sqlalchemy.orm import Session

from helpdesk.errors import Invalid, NotAllowed
from helpdesk.house import House
from helpdesk.journal import Actor
from helpdesk.people.agent import Agent
from intake.ledger import LedgerRow, LedgerState
from intake.senders import SenderVerdict, all_sender_rules, decide_on_sender, forget_sender, sender_rule
from tests.intake.desk import DESK, START, arrive, letter

ALLOW, BLOCK = SenderVerdict.ALLOW, SenderVerdict.BLOCK


@pytest.fixture
def kim(session: Session) -> Actor:
    return session.query(Agent).one().actor()


def decide(session: Session, kim: Actor, address: str, verdict: SenderVerdict = BLOCK) -> None:
    decide_on_sender(session, address, verdict, by=kim, at=START)
    session.commit()


def verdict_on(session: Session, address: str) -> str:
    rule = sender_rule(session, address)
    return rule.verdict if rule else ""


def test_an_address_and_nobody_else(session: Session, kim: Actor) -> None:
    decide(session, kim, " Spam@Elsewhere.example ")
    assert verdict_on(session, "SPAM@elsewhere.example") == "block"
    assert verdict_on(session, "ham@elsewhere.example") == ""


def test_a_domain_covers_everybody_there_and_nothing_below(session: Session, kim: Actor) -> None:
    decide(session, kim, "@elsewhere.example")
    assert verdict_on(session, "anybody@elsewhere.example") == "block"
    assert verdict_on(session, "anybody@mail.elsewhere.example") == ""
    assert verdict_on(session, "elsewhere.example@here.example") == ""


def test_an_address_goes_before_its_domain(session: Session, kim: Actor) -> None:
    decide(session, kim, "@elsewhere.example")
    decide(session, kim, "ada@elsewhere.example", ALLOW)
    assert verdict_on(session, "ada@elsewhere.example") == "allow"


def test_deciding_again_changes_the_rule(session: Session, kim: Actor) -> None:
    decide(session, kim, "ada@elsewhere.example")
    decide(session, kim, "ada@elsewhere.example", ALLOW)
    assert [(one.address, one.verdict) for one in all_sender_rules(session)] == [("ada@elsewhere.example", "allow")]


def test_forgetting_takes_it_away(session: Session, kim: Actor) -> None:
    decide(session, kim, "ada@elsewhere.example")
    forget_sender(session, all_sender_rules(session)[0], by=kim)
    session.commit()
    assert verdict_on(session, "ada@elsewhere.example") == ""


@pytest.mark.parametrize("typed", ["", "@", "nobody", "a b@c.example", "@two@three.example", "@a b"])
def test_what_is_no_address_is_refused(session: Session, kim: Actor, typed: str) -> None:
    with pytest.raises(Invalid):
        decide(session, kim, typed)


@pytest.mark.parametrize("typed", [DESK, f"@{DESK.partition('@')[2]}", "kim@desk.example"])
def test_the_desk_and_its_agents_can_not_be_blocked(session: Session, kim: Actor, typed: str) -> None:
    with pytest.raises(Invalid):
        decide(session, kim, typed)


def test_it_needs_the_right(session: Session) -> None:
    with pytest.raises(NotAllowed):
        decide(session, Actor(kind="agent", name="Nobody"), "ada@elsewhere.example")


def test_mail_of_a_blocked_sender_is_held(session: Session, house: House, kim: Actor) -> None:
    decide(session, kim, "@example.org")
    filed = arrive(session, house, letter())
    assert filed.state is LedgerState.HELD
    row = session.get_one(LedgerRow, filed.row_id)
    assert (row.rule, row.sender) == ("blocked", "ada@example.org")


def test_automatic_mail_of_an_allowed_sender_is_filed(session: Session, house: House, kim: Actor) -> None:
    notice = letter(headers={"Auto-Submitted": "auto-replied"})
    assert arrive(session, house, notice).state is LedgerState.HELD
    decide(session, kim, "ada@example.org", ALLOW)
    other = letter(headers={"Auto-Submitted": "auto-replied"})
    assert arrive(session, house, other).state is LedgerState.FILED


def test_the_row_repeats_rule_and_incident_of_its_decision(session: Session, house: House) -> None:
    first = arrive(session, house, letter(message_id="<first@example.org>"))
    stranger = arrive(session, house, letter("Eve <eve@example.net>", answers="first@example.org"))
    row = session.get_one(LedgerRow, stranger.row_id)
    assert (row.state, row.rule, row.incident_id, row.concerns_id) == ("held", "thread", None, first.incident_id)
