"""Who is told what, what is deliberately not sent, and that nothing is told twice."""

import pytest
from sqlalchemy import select

from helpdesk.errands import Errand
from helpdesk.incidents.lifecycle import ResolutionCode
from helpdesk.incidents.thread import MessageReference, Words
from helpdesk.journal import Actor, Event, EventKind
from helpdesk.letters.delivery import Delivery, deliveries_of_entries, recent_deliveries
from helpdesk.letters.delivery import DeliveryState as State
from helpdesk.letters.restraint import is_robot
from helpdesk.people.agent import Team
from tests.letters.conftest import Desk, html_of, text_of

SYSTEM = Actor("system", "Clock")


def told(made: list[Delivery]) -> set[tuple[str, str]]:
    return {(one.letter, one.recipient) for one in made if one.state == State.QUEUED}


def resolve(desk: Desk, incident) -> None:
    incident.resolve(ResolutionCode.FIXED, "Cable", "Plugged it in.", by=desk.jo.actor(), at=desk.at())


@pytest.fixture
def quiet(desk: Desk) -> Desk:
    """Sam wants no mail, so that letters to agents are Jo's."""
    desk.sam.notify_by_mail = False
    return desk


def test_a_desk_without_teams_is_told_as_a_whole(desk: Desk):
    desk.report()
    assert told(desk.tell()) == {
        ("acknowledgement", "dana@example.net"),
        ("agent_new", "jo@desk.example"),
        ("agent_new", "sam@desk.example"),
    }


def test_only_the_team_is_told_of_its_incidents(desk: Desk):
    team = Team(name="Print", members=[desk.sam])
    desk.session.add(team)
    desk.report(team=team)
    assert told(desk.tell()) == {("acknowledgement", "dana@example.net"), ("agent_new", "sam@desk.example")}


def test_who_left_or_wants_no_mail_gets_none(desk: Desk):
    desk.jo.active, desk.sam.notify_by_mail = False, False
    desk.report()
    assert told(desk.tell()) == {("acknowledgement", "dana@example.net")}


def test_nobody_is_told_of_what_they_did_themselves(desk: Desk):
    incident = desk.report(source="agent", by=desk.jo.actor())
    assert told(desk.tell()) == {("acknowledgement", "dana@example.net"), ("agent_new", "sam@desk.example")}
    incident.assign(desk.jo, None, by=desk.jo.actor(), at=desk.at())
    assert desk.tell() == []


def test_an_agent_who_reports_is_not_told_of_their_own_report(desk: Desk):
    desk.report(requester=desk.person("Jo Park", "jo@desk.example"))
    assert told(desk.tell()) == {("acknowledgement", "jo@desk.example"), ("agent_new", "sam@desk.example")}


def test_the_assignee_is_told(desk: Desk):
    incident = desk.report()
    desk.tell()
    incident.assign(desk.sam, None, by=desk.jo.actor(), at=desk.at())
    assert told(desk.tell()) == {("agent_assigned", "sam@desk.example")}
    assert "Jo Park gave" in text_of(desk.written("agent_assigned"))
    incident.receive(Words("Still down."), by=desk.dana.actor(), at=desk.at())
    assert told(desk.tell()) == {("agent_message", "sam@desk.example")}
    assert "Still down." in html_of(desk.written("agent_message"))


def test_a_team_is_told_when_it_gets_work(desk: Desk, team: Team):
    incident = desk.report()
    desk.tell()
    incident.assign(None, team, by=desk.jo.actor(), at=desk.at())
    assert told(desk.tell()) == {("agent_assigned", "sam@desk.example")}
    assert "Jo Park gave INC-1 to Network" in text_of(desk.written("agent_assigned"))


def test_the_name_of_a_team_puts_nothing_into_the_headers(desk: Desk):
    odd = Team(name="Net\r\nBcc: eve@example.net", members=[desk.sam])
    desk.session.add(odd)
    incident = desk.report()
    incident.assign(None, odd, by=desk.jo.actor(), at=desk.at())
    desk.tell()
    letter = desk.written("agent_assigned")
    assert letter["Bcc"] is None
    assert "Bcc: eve@example.net: VPN drops" in text_of(letter)


def test_an_assignment_that_moved_on_is_not_told_twice(desk: Desk):
    incident = desk.report()
    desk.tell()
    incident.assign(desk.sam, None, by=SYSTEM, at=desk.at())
    incident.assign(desk.jo, None, by=SYSTEM, at=desk.at())
    assert told(desk.tell()) == {("agent_assigned", "jo@desk.example")}


def test_a_woken_incident_is_told_to_its_agent(desk: Desk):
    incident = desk.report()
    incident.assign(desk.jo, None, by=desk.jo.actor(), at=desk.at())
    until = desk.clock.now().replace(hour=20)
    incident.wait_for_other(until, by=desk.jo.actor(), at=desk.at())
    desk.tell()
    incident.wake(by=SYSTEM, at=until)
    assert told(desk.tell()) == {("agent_woken", "jo@desk.example")}


def test_a_mail_that_reopens_is_told_once_to_each_side(quiet: Desk):
    incident = quiet.report()
    resolve(quiet, incident)
    quiet.tell()
    incident.receive(Words("It is back."), by=quiet.dana.actor(), at=quiet.at())
    assert told(quiet.tell()) == {("agent_message", "jo@desk.example"), ("reopened", "dana@example.net")}


def test_the_answer_no_on_the_page_is_told_to_the_agent(quiet: Desk):
    incident = quiet.report()
    resolve(quiet, incident)
    quiet.tell()
    incident.reopen("It drops on Mondays.", by=quiet.dana.actor(), at=quiet.at())
    assert told(quiet.tell()) == {("agent_reopened", "jo@desk.example"), ("reopened", "dana@example.net")}
    assert "It drops on Mondays." in text_of(quiet.written("agent_reopened"))
    assert "It drops on Mondays." in html_of(quiet.written("agent_reopened"))


def test_the_answer_yes_on_the_page_is_told_to_the_agent_alone(quiet: Desk):
    incident = quiet.report()
    resolve(quiet, incident)
    quiet.tell()
    incident.confirm(by=quiet.dana.actor(), at=quiet.at())
    assert told(quiet.tell()) == {("agent_confirmed", "jo@desk.example")}


def test_closing_is_told_to_the_requester(quiet: Desk):
    incident = quiet.report()
    resolve(quiet, incident)
    quiet.tell()
    incident.close(by=SYSTEM, at=quiet.at())
    assert told(quiet.tell()) == {("closed", "dana@example.net")}
    assert "we will open it again" in " ".join(text_of(quiet.written("closed")).split())


def test_a_resolution_that_did_not_last_is_not_asked_about(desk: Desk):
    incident = desk.report()
    desk.tell()
    resolve(desk, incident)
    incident.reopen("No.", by=desk.jo.actor(), at=desk.at())
    made = {one.letter: one for one in desk.tell()}
    assert made["resolution"].state == State.SUPPRESSED
    assert "opened again" in made["resolution"].answer
    assert made["reopened"].state == State.QUEUED


def test_other_events_are_told_to_nobody(desk: Desk):
    incident = desk.report()
    desk.tell()
    incident.rename("Better", by=desk.jo.actor(), at=desk.at())
    incident.prioritize(1, 1, by=desk.jo.actor(), at=desk.at(), reason="All of them.")
    assert desk.tell() == []


def test_telling_twice_makes_nothing_twice(desk: Desk):
    incident = desk.report(cc=("lee@example.net",))
    incident.reply(Words("Hello."), by=desk.jo.actor(), at=desk.at())
    resolve(desk, incident)
    desk.tell()
    before = [(one.id, one.message_id, one.raw_sha256) for one in desk.deliveries()]
    references = len(desk.session.scalars(select(MessageReference)).all())
    for event in desk.session.scalars(select(Event)).all():
        desk.notify(event)
    assert [(one.id, one.message_id, one.raw_sha256) for one in desk.deliveries()] == before
    assert len(desk.errands()) == len(before)
    assert len(desk.session.scalars(select(MessageReference)).all()) == references


def test_each_letter_has_its_errand(desk: Desk):
    desk.report()
    made = desk.tell()
    assert [(one.reaction, one.payload["delivery_id"]) for one in desk.errands()] == [
        ("deliver", one.id) for one in made
    ]


# What is not sent


def test_automatic_mail_gets_no_automatic_answer(desk: Desk):
    incident = desk.report(automatic="Auto-Submitted: auto-generated")
    made = {one.letter: one for one in desk.tell()}
    assert made["acknowledgement"].state == State.SUPPRESSED
    assert "auto-generated" in made["acknowledgement"].answer
    assert made["acknowledgement"].raw_sha256 == ""
    assert made["agent_new"].state == State.QUEUED  # an alert is still work
    resolve(desk, incident)
    (resolution,) = desk.tell()
    assert resolution.state == State.SUPPRESSED
    incident.reopen("x", by=desk.jo.actor(), at=desk.at())
    incident.reply(Words("A person decided to write."), by=desk.jo.actor(), at=desk.at())
    assert ("reply", "dana@example.net") in told(desk.tell())


def test_an_absence_notice_moves_nobody(desk: Desk):
    incident = desk.report()
    desk.tell()
    incident.receive(Words("I am away.", automatic="Auto-Submitted"), by=desk.dana.actor(), at=desk.at())
    assert desk.tell() == []


@pytest.mark.parametrize("address", ["noreply@example.net", "MAILER-DAEMON@example.net", "bounces+17@list.example"])
def test_robots_are_not_answered(desk: Desk, address: str):
    desk.report(requester=desk.person("Robot", address))
    made = {one.letter: one for one in desk.tell()}
    assert (made["acknowledgement"].state, made["acknowledgement"].answer) == (
        State.SUPPRESSED,
        "Nobody reads mail at this address.",
    )


def test_robots_are_told_from_people():
    robots = (
        "noreply no-reply no_reply do-not-reply donotreply postmaster mailer-daemon bounces owner-list list-request"
    )
    people = "reply nora dana bouncer abbott notary root.beer.fan nobel request"
    assert [one for one in robots.split() if not is_robot(f"{one}@example.net")] == []
    assert [one for one in people.split() if is_robot(f"{one}@example.net")] == ["root.beer.fan"]


@pytest.mark.parametrize("address", ["help@desk.example", "HELP+i1.aaaaaaaa.aaaaaaaaaaaaaaaa@desk.example"])
def test_our_own_mailboxes_are_never_written_to(desk: Desk, address: str):
    incident = desk.report(requester=desk.person("Loop", address))
    incident.reply(Words("Not even by hand."), by=desk.jo.actor(), at=desk.at())
    made = [one for one in desk.tell() if not one.letter.startswith("agent")]
    assert [one.letter for one in made] == ["acknowledgement", "reply"]
    assert {one.state for one in made} == {State.SUPPRESSED}


def test_a_mailbox_can_be_told_not_to_acknowledge(desk: Desk):
    desk.mailbox.acknowledges = False
    desk.report()
    assert ("acknowledgement", "dana@example.net") not in told(desk.tell())
    desk.report(source="form", mailbox=None)
    assert ("acknowledgement", "dana@example.net") in told(desk.tell())


def test_a_loop_ends_by_itself(desk: Desk):
    desk.jo.notify_by_mail = desk.sam.notify_by_mail = False
    for _ in range(12):
        desk.report()
        desk.clock.advance(seconds=30)
    made = desk.tell()
    states = [one.state for one in made]
    assert states == [State.QUEUED] * 10 + [State.SUPPRESSED] * 2
    assert "10 automatic letters" in made[-1].answer
    desk.report(requester=desk.person("Eve", "eve@example.net"))
    assert told(desk.tell()) == {("acknowledgement", "eve@example.net")}
    incident = desk.report()
    resolve(desk, incident)
    assert ("resolution", "dana@example.net") in told(desk.tell())  # an agent's decision is no loop
    desk.clock.advance(hours=2)
    desk.report()
    assert told(desk.tell()) == {("acknowledgement", "dana@example.net")}


# The mailbox


def test_letters_leave_from_the_mailbox_written_to(desk: Desk):
    other = type(desk.mailbox)(name="Print", address="print@desk.example", created_at=desk.clock.now())
    desk.session.add(other)
    desk.session.flush()
    desk.report(mailbox=other)
    made = desk.tell()
    assert {one.mailbox for one in made} == {other}
    assert desk.written("acknowledgement")["From"] == "Rowan Helpdesk <print@desk.example>"


def test_a_retired_mailbox_gives_way_to_one_that_is_read(desk: Desk):
    other = type(desk.mailbox)(name="New", address="new@desk.example", created_at=desk.clock.now())
    desk.session.add(other)
    desk.mailbox.active = False
    desk.report()
    assert {one.mailbox for one in desk.tell()} == {other}


def test_without_any_mailbox_the_letter_fails_visibly(desk: Desk):
    desk.mailbox.active = False
    desk.report(source="form", mailbox=None)
    made = desk.tell()
    assert {one.state for one in made} == {State.FAILED}
    assert all("Settings" in one.answer for one in made)
    assert desk.session.scalars(select(Errand)).all() == []


def test_an_impossible_address_fails_and_stops_nobody_else(desk: Desk):
    incident = desk.report(cc=("broken", "x@" + "y" * 100 + ".example", "lee@example.net"))
    incident.reply(Words("Hello."), by=desk.jo.actor(), at=desk.at())
    replies = {one.recipient: one for one in desk.tell() if one.letter == "reply"}
    assert replies["broken"].state == State.FAILED
    assert "not a mail address" in replies["broken"].answer
    assert replies["x@" + "y" * 100 + ".example"].state == State.FAILED
    assert replies["dana@example.net"].state == replies["lee@example.net"].state == State.QUEUED
    assert desk.written("reply")["Cc"] == "lee@example.net"


def test_a_requester_without_address_fails_visibly(desk: Desk):
    desk.dana.addresses.clear()
    incident = desk.report()
    incident.reply(Words("Hello."), by=desk.jo.actor(), at=desk.at())
    assert [one.state for one in desk.tell() if one.letter == "reply"] == [State.FAILED]


# Letters that did not arrive


def test_the_author_is_told_what_did_not_arrive(desk: Desk):
    incident = desk.report()
    entry = incident.reply(Words("Read this."), by=desk.sam.actor(), at=desk.at())
    desk.tell()
    _fail(desk, incident, recipient="dana@example.net", answer="550 5.1.1 No <such> user", entry_id=entry.id)
    assert told(desk.tell()) == {("agent_delivery_failed", "sam@desk.example")}
    letter = desk.written("agent_delivery_failed")
    assert "550 5.1.1 No <such> user" in text_of(letter)
    assert "550 5.1.1 No &lt;such&gt; user" in html_of(letter)
    assert "Read this." in text_of(letter)


def test_a_letter_to_an_agent_that_failed_makes_no_other(desk: Desk):
    incident = desk.report()
    desk.tell()
    _fail(desk, incident, recipient="jo@desk.example", answer="550", entry_id=None, letter="agent_new")
    assert desk.tell() == []


def _fail(desk: Desk, incident, **data) -> None:
    incident._record(EventKind.DELIVERY_FAILED, by=SYSTEM, at=desk.at(), **data)


def test_a_bounce_is_told_to_the_author_and_a_delay_to_nobody(desk: Desk):
    incident = desk.report()
    entry = incident.reply(Words("Read this."), by=desk.jo.actor(), at=desk.at())
    desk.tell()
    data = {"answered_entry_id": entry.id, "recipients": ["dana@example.net"], "status": "5.1.1", "diagnostic": "gone"}
    incident._record(EventKind.BOUNCED, by=SYSTEM, at=desk.at(), action="delayed", **data)
    assert desk.tell() == []
    incident._record(EventKind.BOUNCED, by=SYSTEM, at=desk.at(), action="failed", **data)
    assert told(desk.tell()) == {("agent_delivery_failed", "jo@desk.example")}
    assert "The mail server said: 5.1.1 gone" in text_of(desk.written("agent_delivery_failed"))


def test_a_bounce_from_an_agent_is_not_told_to_that_agent(desk: Desk):
    incident = desk.report()
    desk.tell()
    incident.assign(desk.sam, None, by=desk.jo.actor(), at=desk.at())
    desk.tell()
    incident._record(EventKind.BOUNCED, by=SYSTEM, at=desk.at(), action="failed", recipients=["Sam@desk.example"])
    assert desk.tell() == []


# Reading the rows


def test_deliveries_are_shown_on_their_entries(desk: Desk):
    incident = desk.report(cc=("lee@example.net",))
    first = incident.reply(Words("One."), by=desk.jo.actor(), at=desk.at())
    second = incident.reply(Words("Two."), by=desk.jo.actor(), at=desk.at())
    desk.tell()
    found = deliveries_of_entries(desk.session, [first.id, second.id, 999])
    assert {number: len(rows) for number, rows in found.items()} == {first.id: 2, second.id: 2}
    assert recent_deliveries(desk.session, limit=1)[0].entry_id == second.id
    assert recent_deliveries(desk.session, State.FAILED) == []
