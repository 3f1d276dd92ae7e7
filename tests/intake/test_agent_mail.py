"""Agents who answer from their own mail program: what they write goes out, what they command happens, all or nothing;
and only from a mail that is proven to be theirs."""

from datetime import timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.house import House
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.lifecycle import ResolutionCode, State
from helpdesk.incidents.thread import EntryKind
from helpdesk.journal import EventKind, history
from helpdesk.letters.message_ids import Side, make_message_id
from helpdesk.mailboxes.mailbox import Mailbox
from helpdesk.people.agent import Agent, Team
from helpdesk.people.permissions import Role
from helpdesk.policies import MailPolicy, decide_on
from intake.filing import Filed
from intake.ledger import LedgerRow, LedgerState
from tests.intake.desk import KEY, START, arrive, letter

OURS = "mx.desk.example"
KIM = "Kim <kim@desk.example>"


@pytest.fixture
def first(session: Session, house: House) -> Incident:
    session.scalars(select(Mailbox)).one().authserv_id = OURS
    network = Team(name="Network")
    session.add_all([_agent("Sam Okafor", network), _agent("Kim Wide"), _agent("Petra Weiss"), network])
    session.commit()
    return session.get_one(Incident, arrive(session, house, letter()).incident_id)


def _agent(name: str, *teams: Team) -> Agent:
    email = f"{name.replace(' ', '.').lower()}@desk.example"
    return Agent(name=name, email=email, role=Role.AGENT.value, created_at=START, teams=list(teams))


def told(incident: Incident, agent: str = "kim@desk.example") -> str:
    return make_message_id(KEY, 2, agent, domain="desk.example", incident_id=incident.id, side=Side.AGENT)


def from_kim(incident: Incident, text: str, *, proof: str = "dmarc=pass", **more: object) -> bytes:
    raw = letter(KIM, f"Re: {incident.subject}", text, answers=told(incident), **more)  # type: ignore[arg-type]
    return f"Authentication-Results: {OURS}; {proof} header.from=desk.example\r\n".encode() + raw


def rule(session: Session, filed: Filed) -> str:
    return str(session.get_one(LedgerRow, filed.row_id, populate_existing=True).decision["rule"])


def kinds(session: Session, incident: Incident) -> list[str]:
    session.refresh(incident)
    return [event.kind for event in history(session, "incident", incident.id)]


def test_an_answer_becomes_a_reply(session: Session, house: House, first: Incident) -> None:
    filed = arrive(session, house, from_kim(first, "It is the switch.\n\n> > It is down since nine.\n"))
    assert (filed.state, filed.incident_id, rule(session, filed)) == (LedgerState.FILED, first.id, "agent mail")
    session.refresh(first)
    entry = first.entries[-1]
    assert (entry.kind, entry.author_kind, entry.author_name, entry.text) == (
        EntryKind.REPLY,
        "agent",
        "Kim",
        "It is the switch.",
    )
    event = history(session, "incident", first.id)[-2]
    assert (event.kind, event.actor_name) == (EventKind.REPLIED, "Kim (mail)")
    assert first.current is State.OPEN


def test_or_a_note_where_the_site_wants_that(session: Session, house: House, first: Incident) -> None:
    decide_on(session, MailPolicy(agents_by_mail="note"))
    session.commit()
    arrive(session, house, from_kim(first, "It is the switch."))
    arrive(session, house, from_kim(first, "#reply\nWe found it."))
    session.refresh(first)
    assert [entry.kind for entry in first.entries[1:]] == [EntryKind.NOTE, EntryKind.REPLY]


def test_or_nothing(session: Session, house: House, first: Incident) -> None:
    decide_on(session, MailPolicy(agents_by_mail="off"))
    session.commit()
    filed = arrive(session, house, from_kim(first, "It is the switch."))
    assert (filed.state, "switched off" in filed.reason) == (LedgerState.HELD, True)


def test_commands_come_first_and_the_rest_is_sent(session: Session, house: House, first: Incident) -> None:
    arrive(session, house, from_kim(first, "#assign sam\n\n#pending 2d\n\nThe cable is ordered.\n#1 is broken."))
    session.refresh(first)
    assert first.entries[-1].text == "The cable is ordered.\n#1 is broken."
    assert (first.assignee.name if first.assignee else "", first.current) == ("Sam Okafor", State.PENDING_OTHER)
    assert first.wake_at == house.clock.now() + timedelta(days=2)


@pytest.mark.parametrize(
    ("text", "state", "assignee", "team"),
    [
        ("#take", State.OPEN, "Kim", None),
        ("#assign me", State.OPEN, "Kim", None),
        ("#assign sam.okafor@desk.example", State.OPEN, "Sam Okafor", None),
        ("#assign Sam Okafor", State.OPEN, "Sam Okafor", None),
        ("#assign network", State.NEW, None, "Network"),
        ("#pending", State.PENDING_REQUESTER, None, None),
        ("#pending 2030-01-31", State.PENDING_OTHER, None, None),
    ],
)
def test_commands_alone(
    session: Session, house: House, first: Incident, text: str, state: State, assignee: str | None, team: str | None
) -> None:
    filed = arrive(session, house, from_kim(first, text))
    session.refresh(first)
    assert (filed.state, len(first.entries)) == (LedgerState.FILED, 1)
    assert first.current is state
    assert (first.assignee and first.assignee.name, first.team and first.team.name) == (assignee, team)


def test_resolving_sends_the_fix_and_no_second_letter(session: Session, house: House, first: Incident) -> None:
    arrive(session, house, from_kim(first, "#resolve workaround\nUse the other socket until Monday."))
    session.refresh(first)
    assert (first.current, first.resolution_code) == (State.RESOLVED, ResolutionCode.WORKAROUND)
    assert first.resolution == "Use the other socket until Monday."
    assert EventKind.REPLIED not in kinds(session, first)


def test_reopening_and_closing(session: Session, house: House, first: Incident) -> None:
    arrive(session, house, from_kim(first, "#resolve\nPlugged it in."))
    arrive(session, house, from_kim(first, "#reopen\n#note\nIt is out again."))
    session.refresh(first)
    assert (first.current, first.entries[-1].kind) == (State.OPEN, EntryKind.NOTE)
    arrive(session, house, from_kim(first, "#resolve\nGlued it in."))
    arrive(session, house, from_kim(first, "#close"))
    session.refresh(first)
    assert first.current is State.CLOSED


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("#explode\nNow.", "There is no command #explode"),
        ("#assign nobody\nHello", "Nobody is called “nobody”"),
        ("#assign kim\nHello", "Several people are called “kim”"),
        ("#pending soon\nHello", "“soon” is no time"),
        ("#pending 2020-01-01\nHello", "still to come"),
        ("#resolve\n", "Say what fixed it"),
        ("#resolve magic\nDone", "“magic” is no way to end an incident"),
        ("#close\nBye", "can't be done"),
        ("#note", "neither text nor a command"),
    ],
)
def test_what_cant_be_done_is_held_and_nothing_of_it_happens(
    session: Session, house: House, first: Incident, text: str, said: str
) -> None:
    filed = arrive(session, house, from_kim(first, text))
    assert filed.state == LedgerState.HELD
    assert said in filed.reason
    assert kinds(session, first) == [EventKind.OPENED, EventKind.MAIL_HELD]
    assert len(first.entries) == 1


@pytest.mark.parametrize("proof", ["dmarc=fail", "dkim=none", "spf=pass smtp.mailfrom=evil.example;"])
def test_a_mail_that_is_not_proven_does_nothing(session: Session, house: House, first: Incident, proof: str) -> None:
    filed = arrive(session, house, from_kim(first, "#resolve\nDone.", proof=proof))
    assert (filed.state, "could not be proven" in filed.reason) == (LedgerState.HELD, True)
    assert first.current is State.NEW


def test_a_notification_of_somebody_else_is_no_use(session: Session, house: House, first: Incident) -> None:
    raw = letter(KIM, "Re", "#resolve\nDone.", answers=told(first, "sam.okafor@desk.example"))
    raw = f"Authentication-Results: {OURS}; dmarc=pass header.from=desk.example\r\n".encode() + raw
    filed = arrive(session, house, raw)
    assert (filed.state, "was not sent to Kim" in filed.reason) == (LedgerState.HELD, True)


def test_nor_is_one_about_what_they_may_not_see_any_more(session: Session, house: House, first: Incident) -> None:
    first.team = Team(name="Personnel", private=True)
    session.commit()
    filed = arrive(session, house, from_kim(first, "What is this about?"))
    assert (filed.state, "may not see" in filed.reason) == (LedgerState.HELD, True)


def test_somebody_who_left_is_a_stranger(session: Session, house: House, first: Incident) -> None:
    session.scalars(select(Agent).where(Agent.email == "kim@desk.example")).one().active = False
    session.commit()
    assert arrive(session, house, from_kim(first, "#resolve\nDone.")).state == LedgerState.HELD


def test_an_agents_absence_goes_nowhere(session: Session, house: House, first: Incident) -> None:
    filed = arrive(session, house, from_kim(first, "I am away.", headers={"Auto-Submitted": "auto-replied"}))
    assert (filed.state, len(first.entries)) == (LedgerState.IGNORED, 1)


def test_what_was_commanded_long_ago_is_not_done_now(session: Session, house: House, first: Incident) -> None:
    filed = arrive(session, house, from_kim(first, "#resolve\nDone."), import_id=1)
    assert (filed.state, first.current) == (LedgerState.HELD, State.NEW)
    assert "nothing of it is done now" in filed.reason


def test_files_go_along(session: Session, house: House, first: Incident) -> None:
    def enclose(mail: EmailMessage) -> None:
        mail.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="plan.pdf")

    arrive(session, house, from_kim(first, "The plan.", change=enclose))
    session.refresh(first)
    assert [one.filename for one in first.entries[-1].attachments] == ["plan.pdf"]


# Forwarding

FORWARD = """See below.

---------- Forwarded message ---------
From: Nadia Rahman <nadia@customer.example>
Date: Mon, 2 Mar 2026 at 08:41
Subject: Printer on fire
To: Kim <kim@desk.example>

There is smoke in room 4.
"""


def forwarded(proof: str = "dmarc=pass", sender: str = KIM) -> bytes:
    raw = letter(sender, "Fwd: Printer on fire", FORWARD)
    domain = sender.rpartition("@")[2].strip(">")
    return f"Authentication-Results: {OURS}; {proof} header.from={domain}\r\n".encode() + raw


def test_an_agent_opens_an_incident_for_whoever_wrote(session: Session, house: House, first: Incident) -> None:
    made = session.get_one(Incident, arrive(session, house, forwarded()).incident_id)
    assert (made.requester.address, made.requester.name) == ("nadia@customer.example", "Nadia Rahman")
    assert (made.subject, made.entries[0].text) == ("Printer on fire", "There is smoke in room 4.")
    assert made.entries[0].features["forwarded_by"] == "Kim <kim@desk.example>"
    assert "See below." in made.entries[0].quoted
    assert made.participants == []


@pytest.mark.parametrize(
    ("proof", "sender", "requester"),
    [
        ("dmarc=fail", KIM, "kim@desk.example"),
        ("dkim=none", KIM, "kim@desk.example"),
        ("dmarc=pass", "Ada <ada@example.org>", "ada@example.org"),
    ],
)
def test_nobody_else_speaks_for_others(
    session: Session, house: House, first: Incident, proof: str, sender: str, requester: str
) -> None:
    made = session.get_one(Incident, arrive(session, house, forwarded(proof, sender)).incident_id)
    assert made.requester.address == requester
