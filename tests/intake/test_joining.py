"""Which answers join, which are held, and which begin anew: the sender decides, never the sign alone."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.clock import SetClock
from helpdesk.house import House
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.lifecycle import ResolutionCode, State
from helpdesk.incidents.links import LinkKind, links_of
from helpdesk.incidents.merge import merge
from helpdesk.incidents.thread import EntryKind, Participant, ParticipantRole
from helpdesk.journal import EventKind, history
from helpdesk.letters.tokens import make_token, reply_address
from helpdesk.mailboxes.mailbox import Mailbox
from helpdesk.people.agent import agent_by_email
from helpdesk.policies import MailPolicy, decide_on
from intake.ledger import LedgerRow, LedgerState
from tests.intake.desk import DESK, KEY, arrive, incidents, letter, ours

ADA, BOB, MALLORY = "Ada <ada@example.org>", "Bob <bob@example.org>", "Mallory <mallory@evil.example>"


def decided(session: Session, **wishes: object) -> None:
    decide_on(session, MailPolicy(**wishes))
    session.commit()


def decision(session: Session, row_id: int) -> dict[str, object]:
    return session.get_one(LedgerRow, row_id, populate_existing=True).decision


def resolve(session: Session, house: House, incident: Incident) -> None:
    kim = agent_by_email(session, "kim@desk.example")
    assert kim is not None
    incident.resolve(ResolutionCode.FIXED, "A cable", "Plugged it in", by=kim.actor(), at=house.clock.now())
    session.commit()


def later(house: House, **duration: float) -> None:
    assert isinstance(house.clock, SetClock)
    house.clock.advance(**duration)


# A stranger's answer


def test_by_policy_a_strangers_answer_is_an_incident_of_its_own(
    session: Session, house: House, first: Incident
) -> None:
    decided(session, stranger_replies="new")
    filed = arrive(session, house, letter(MALLORY, answers=ours(first)))
    assert (filed.state, len(incidents(session))) == (LedgerState.FILED, 2)
    made = session.get_one(Incident, filed.incident_id)
    assert made.requester.address == "mallory@evil.example"
    assert "not part of it" in filed.reason
    assert [len(first.entries), first.requester.address] == [1, "ada@example.org"]


def test_a_strangers_copy_list_copies_nobody(session: Session, house: House, first: Incident) -> None:
    arrive(session, house, letter(MALLORY, answers=ours(first), cc="friend@evil.example"))
    session.refresh(first)
    assert first.participants == []


def test_a_held_answer_is_told_of_in_the_incident(session: Session, house: House, first: Incident) -> None:
    arrive(session, house, letter(MALLORY, answers=ours(first)))
    event = history(session, "incident", first.id)[-1]
    assert (event.kind, event.data["sender"]) == (EventKind.MAIL_HELD, "mallory@evil.example")


def test_a_letter_for_one_reader_lets_no_other_in(session: Session, house: House, first: Incident) -> None:
    """Forwarded to a colleague, the signed address is of no use to them; to the one it was made for it is."""
    token = make_token(KEY, first.id, "carol@example.org")
    to = reply_address(DESK, token)
    held = arrive(session, house, letter(BOB, to=to, subject="x"))
    joins = arrive(session, house, letter("carol@example.org", to=to, subject="x"))
    assert (held.state, joins.state, joins.incident_id) == (LedgerState.HELD, LedgerState.FILED, first.id)


def test_whom_the_requester_copies_later_takes_part(session: Session, house: House, first: Incident) -> None:
    arrive(session, house, letter(ADA, answers=ours(first), cc=BOB))
    answer = arrive(session, house, letter(BOB, answers=ours(first)))
    assert answer.incident_id == first.id
    assert EventKind.PARTICIPANT_ADDED in [one.kind for one in history(session, "incident", first.id)]


# Ancestors that never reached us


def test_two_mails_with_a_common_ancestor_join(session: Session, house: House) -> None:
    """The answer of somebody copied comes before the mail that it answers (which went elsewhere first)."""
    lost = "lost@example.org"
    one = arrive(session, house, letter(ADA, cc=BOB, answers=lost))
    two = arrive(session, house, letter(BOB, answers=lost, subject="Re: other words"))
    assert two.incident_id == one.incident_id
    assert decision(session, two.row_id)["rule"] == "ancestor"


def test_an_answer_that_overtook_its_mail_is_joined_by_it(session: Session, house: House) -> None:
    one = arrive(session, house, letter(BOB, cc=ADA, answers="first@example.org"))
    two = arrive(session, house, letter(ADA, message_id="<first@example.org>", subject="What it began with"))
    assert two.incident_id == one.incident_id


def test_strangers_with_a_common_ancestor_are_two_incidents(session: Session, house: House) -> None:
    """A circular to everybody is answered to us by two people: nobody is held, nobody reads the other's."""
    one = arrive(session, house, letter(ADA, answers="circular@example.org"))
    two = arrive(session, house, letter(MALLORY, answers="circular@example.org"))
    assert (two.state, two.incident_id != one.incident_id) == (LedgerState.FILED, True)


# Ended incidents


def test_an_answer_in_time_opens_it_again(session: Session, house: House, first: Incident) -> None:
    resolve(session, house, first)
    later(house, days=13)
    arrive(session, house, letter(ADA, answers=ours(first)))
    assert session.get_one(Incident, first.id, populate_existing=True).current is State.OPEN


def test_an_answer_too_late_is_a_new_incident_tied_to_it(session: Session, house: House, first: Incident) -> None:
    resolve(session, house, first)
    later(house, days=15)
    filed = arrive(session, house, letter(ADA, answers=ours(first)))
    made = session.get_one(Incident, filed.incident_id)
    assert (made.id != first.id, made.team_id) == (True, first.team_id)
    (tie,) = links_of(session, made)
    assert (tie.first_id, tie.second_id, tie.kind) == (made.id, first.id, LinkKind.FOLLOW_UP_OF)
    assert session.get_one(Incident, first.id, populate_existing=True).current is State.RESOLVED
    assert "more than 14 days ago" in filed.reason


def test_a_late_notice_of_absence_makes_nothing(session: Session, house: House, first: Incident) -> None:
    resolve(session, house, first)
    later(house, days=30)
    away = letter(ADA, "Out of office", answers=ours(first), headers={"Auto-Submitted": "auto-replied"})
    filed = arrive(session, house, away)
    assert (filed.incident_id, len(incidents(session)), first.current) == (first.id, 1, State.RESOLVED)


# Merged incidents, third parties


def test_an_answer_to_what_was_merged_goes_where_it_went(session: Session, house: House, first: Incident) -> None:
    second = session.get_one(Incident, arrive(session, house, letter(BOB, "The same")).incident_id)
    kim = agent_by_email(session, "kim@desk.example")
    assert kim is not None
    merge(session, second, first, by=kim.actor(), at=house.clock.now())
    session.commit()
    answer = arrive(session, house, letter(BOB, answers=ours(second, "bob@example.org")))
    assert answer.incident_id == first.id


def test_a_third_partys_answer_is_for_agents_only(session: Session, house: House, first: Incident) -> None:
    first.participants.append(
        Participant(address="vendor@parts.example", role=ParticipantRole.THIRD_PARTY.value, added_at=house.clock.now())
    )
    session.commit()
    filed = arrive(session, house, letter("vendor@parts.example", subject=f"Re: [{first.number}]"))
    assert (filed.incident_id, decision(session, filed.row_id)["rule"]) == (first.id, "consultation")
    assert session.get_one(Incident, first.id, populate_existing=True).entries[-1].kind == EntryKind.ADVICE


# Old mail


def test_old_mail_is_filed_and_nobody_is_told(session: Session, house: House) -> None:
    mailbox = session.scalars(select(Mailbox)).one()
    mailbox.listening_since = house.clock.now() - timedelta(hours=1)
    session.commit()
    old = arrive(session, house, letter(), mailbox_id=mailbox.id, internal_date=house.clock.now() - timedelta(days=300))
    new = arrive(session, house, letter(BOB), mailbox_id=mailbox.id, internal_date=house.clock.now())
    quiet = [history(session, "incident", one.incident_id or 0)[0].data.get("quiet") for one in (old, new)]
    assert quiet == ["The mail is older than our watch over this mailbox.", None]


def test_imported_mail_tells_its_own_time(session: Session, house: House) -> None:
    then = house.clock.now() - timedelta(days=900)
    filed = arrive(session, house, letter(), import_id=1, hints={"at": then.isoformat()})
    incident = session.get_one(Incident, filed.incident_id)
    assert (incident.opened_at, incident.entries[0].at) == (then, then)
