"""The selects of the ledger page, on the embedded database and on PostgreSQL."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from helpdesk.house import House
from helpdesk.mailboxes.alarms import AlarmKind, Findings, Trouble, Turn, compare
from helpdesk.mailboxes.mailbox import Mailbox
from helpdesk.people.agent import Agent, Team, Viewer
from intake.ledger import LedgerRow
from intake.ledger_search import LedgerFilter, held_rules, held_waiting, same_mail, search_ledger, state_counts
from intake.mailbox_overview import mailbox_overviews
from intake.trouble import findings
from tests.intake.desk import START, arrive, letter


@pytest.fixture
def viewer(session: Session) -> Viewer:
    return session.query(Agent).one().viewer()


def subjects(session: Session, viewer: Viewer, **asked: object) -> list[str]:
    return [line.subject for line in search_ledger(session, viewer, LedgerFilter(**asked)).lines]  # type: ignore[arg-type]


def test_newest_first_and_by_state(session: Session, house: House, viewer: Viewer) -> None:
    arrive(session, house, letter(subject="One"))
    arrive(session, house, letter("", "Nobody's"))
    arrive(session, house, letter(subject="Two"))
    assert subjects(session, viewer) == ["Two", "Nobody's", "One"]
    assert subjects(session, viewer, state="held") == ["Nobody's"]
    assert subjects(session, viewer, rules=("no match",)) == ["Two", "One"]
    assert state_counts(session, viewer) == {"fetched": 0, "filed": 2, "held": 1, "ignored": 0, "discarded": 0}
    assert held_rules(session, viewer) == [("no sender", True, 1)]
    assert held_waiting(session, viewer) == 1


@pytest.mark.parametrize("words", ["ärger", "ÄRGER drucker", "100%", "ada@example"])
def test_words(session: Session, house: House, viewer: Viewer, words: str) -> None:
    arrive(session, house, letter(subject="Ärger mit dem Drucker: 100% Papier"))
    arrive(session, house, letter("Bob <bob@example.net>", "Something else, 1000 times"))
    assert subjects(session, viewer, text=words) == ["Ärger mit dem Drucker: 100% Papier"]


def test_moments_and_pages(session: Session, house: House, viewer: Viewer) -> None:
    arrive(session, house, letter(subject="Early"))
    house.clock.advance(days=2)  # type: ignore[attr-defined]
    arrive(session, house, letter(subject="Late"))
    assert subjects(session, viewer, until=START + timedelta(days=1)) == ["Early"]
    first = search_ledger(session, viewer, LedgerFilter(limit=1))
    assert subjects(session, viewer, before=first.before) == ["Early"]


def test_a_private_teams_mailbox(session: Session, house: House, viewer: Viewer) -> None:
    team = Team(name="Personnel", private=True)
    session.add(Mailbox(name="Personnel", address="hr@desk.example", team=team, created_at=START))
    session.commit()
    hr = session.query(Mailbox).filter_by(name="Personnel").one()
    arrive(session, house, letter(subject="My wage", to="hr@desk.example"), mailbox_id=hr.id)
    arrive(session, house, letter("", "Nobody's", to="hr@desk.example"), mailbox_id=hr.id)
    insider = Viewer(viewer.agent_id, frozenset({team.id}))
    assert subjects(session, viewer) == []
    assert held_waiting(session, viewer) == 0
    assert subjects(session, insider) == ["Nobody's", "My wage"]
    assert [one.mailbox.name for one in mailbox_overviews(session, viewer, all_of_them=False)] == ["Help"]
    assert [one.mailbox.name for one in mailbox_overviews(session, viewer, all_of_them=True)] == ["Help", "Personnel"]


def test_the_same_mail_twice(session: Session, house: House, viewer: Viewer) -> None:
    first = arrive(session, house, letter(message_id="<same@example.org>"))
    second = arrive(session, house, letter(message_id="<same@example.org>"))
    row = session.get_one(LedgerRow, first.row_id)
    assert [line.id for line in same_mail(session, viewer, row)] == [second.row_id]


def test_an_alarm_from_its_beginning_to_its_end(session: Session, house: House) -> None:
    assert not findings(session, house).troubles
    trouble = Trouble(AlarmKind.GAP, START, "Two are missing.", "Look.", patience=timedelta(minutes=5))
    turns = []
    for minutes in (1, 5, 6, 24 * 60 + 6, 24 * 60 + 7):
        turns += [one.turn for one in compare(session, Findings((trouble,)), now=START + timedelta(minutes=minutes))]
        session.commit()
    turns += [one.turn for one in compare(session, Findings(), now=START + timedelta(days=2))]
    session.commit()
    assert turns == [Turn.RAISED, Turn.REMINDED, Turn.OVER]
