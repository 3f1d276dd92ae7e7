"""Escalation: to a team that knows more, up the chain of managers, until somebody acknowledges it."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from helpdesk.clock import SetClock
from helpdesk.errors import Conflict, Invalid, NotAllowed
from helpdesk.incidents.escalation import acknowledge, due_for_telling, escalate_to_manager, escalate_to_team, tell_next
from helpdesk.incidents.escalation_rule import EscalationRule, Goal, Reason
from helpdesk.incidents.escalation_rules import apply_rule, incidents_due, rules_at_share
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.lifecycle import ResolutionCode
from helpdesk.incidents.thread import EntryKind
from helpdesk.journal import Actor, Event, EventKind, history
from helpdesk.people.agent import Agent, Team
from helpdesk.people.on_call import managers_of, on_call_order, set_places
from helpdesk.people.permissions import Role
from tests.domain.conftest import START, SYSTEM


def agent(session: Session, name: str, role: Role = Role.AGENT, **more: object) -> Agent:
    made = Agent(name=name, email=f"{name.lower()}@example.org", role=role.value, active=True, created_at=START, **more)
    session.add(made)
    session.flush()
    return made


@pytest.fixture
def second_line(session: Session) -> Team:
    members = [agent(session, name) for name in ("Bo", "Cleo", "Dan")]
    made = Team(name="Second line", members=members)
    session.add(made)
    session.flush()
    set_places(session, made, {members[2].id: 1, members[0].id: 2, members[1].id: 3})
    session.flush()
    return made


def escalated(session: Session, incident: Incident) -> list[Event]:
    return [one for one in history(session, "incident", incident.id) if one.kind == EventKind.ESCALATED]


def test_another_team_takes_over_with_a_note(
    session: Session, incident: Incident, team: Team, second_line: Team, kim: Agent, clock: SetClock
) -> None:
    incident.assign(kim, team, by=kim.actor(), at=clock.now())
    made = escalate_to_team(
        session, incident, second_line, "The switch answers; the router does not.", by=kim.actor(), at=clock.now()
    )
    assert (incident.team, incident.assignee) == (second_line, None)
    assert [one.text for one in incident.entries if one.kind == EntryKind.NOTE] == [
        "The switch answers; the router does not."
    ]
    event = escalated(session, incident)[0]
    assert event.data["escalation"] == "functional"
    assert (event.data["before"], event.data["after"], event.data["agent"]) == ("Network", "Second line", "Dan")
    assert made.next_at == clock.now() + timedelta(minutes=15)


def test_it_wants_a_note_and_another_team(
    session: Session, incident: Incident, second_line: Team, kim: Agent, ada: Actor, clock: SetClock
) -> None:
    with pytest.raises(Invalid, match="how far you got"):
        escalate_to_team(session, incident, second_line, "  ", by=kim.actor(), at=clock.now())
    escalate_to_team(session, incident, second_line, "Yours", by=kim.actor(), at=clock.now())
    with pytest.raises(Invalid, match="has it already"):
        escalate_to_team(session, incident, second_line, "Yours", by=kim.actor(), at=clock.now())
    with pytest.raises(NotAllowed):
        escalate_to_manager(session, incident, "Please", by=ada, at=clock.now())


def test_one_after_the_other_is_called_until_somebody_acknowledges(
    session: Session, incident: Incident, second_line: Team, kim: Agent, clock: SetClock
) -> None:
    made = escalate_to_team(session, incident, second_line, "Yours", by=kim.actor(), at=clock.now())
    assert due_for_telling(session, now=clock.now()) == []
    told = []
    while due_for_telling(session, now=clock.advance(minutes=15)):
        one = tell_next(session, made, by=SYSTEM, at=clock.now())
        told.append(one.name if one else "nobody is left")
        session.flush()
    assert told == ["Bo", "Cleo", "nobody is left"]
    assert [one.data["step"] for one in escalated(session, incident)] == [1, 2, 3]
    bo = second_line.members[0]
    acknowledge(made, by=bo.actor(), at=clock.now())
    last = history(session, "incident", incident.id)[-1]
    assert (last.kind, last.data["after_minutes"]) == (EventKind.ESCALATION_ACKNOWLEDGED, 60)
    with pytest.raises(Conflict, match="before you"):
        acknowledge(made, by=bo.actor(), at=clock.now())


@pytest.mark.parametrize("how", ["acknowledged", "resolved"])
def test_nobody_is_called_for_what_is_settled(
    session: Session, incident: Incident, second_line: Team, kim: Agent, clock: SetClock, how: str
) -> None:
    made = escalate_to_team(session, incident, second_line, "Yours", by=kim.actor(), at=clock.now())
    if how == "acknowledged":
        acknowledge(made, by=kim.actor(), at=clock.now())
    else:
        incident.resolve(ResolutionCode.FIXED, "A switch", "Replaced", by=kim.actor(), at=clock.now())
    assert tell_next(session, made, by=SYSTEM, at=clock.advance(hours=1)) is None
    assert len(escalated(session, incident)) == 1


def test_up_the_chain_level_by_level(session: Session, incident: Incident, kim: Agent, clock: SetClock) -> None:
    chief = agent(session, "Chief")
    lead = agent(session, "Lena", Role.LEAD, manager_id=chief.id)
    kim.manager_id = lead.id
    incident.assign(kim, None, by=kim.actor(), at=clock.now())
    escalate_to_manager(session, incident, "The supplier does not answer.", by=kim.actor(), at=clock.now())
    escalate_to_manager(session, incident, "Still not.", by=kim.actor(), at=clock.now())
    assert [(one.data["level"], one.data["agent"]) for one in escalated(session, incident)] == [
        (1, "Lena"),
        (2, "Chief"),
    ]
    assert incident.assignee is kim, "the work stays where it is"
    with pytest.raises(Conflict, match="nobody is above"):
        escalate_to_manager(session, incident, "And now?", by=kim.actor(), at=clock.now())


def test_a_manager_who_does_not_answer_is_followed_by_theirs(
    session: Session, incident: Incident, kim: Agent, clock: SetClock
) -> None:
    chief = agent(session, "Chief")
    kim.manager_id = agent(session, "Lena", Role.LEAD, manager_id=chief.id).id
    incident.assign(kim, None, by=kim.actor(), at=clock.now())
    made = escalate_to_manager(session, incident, "Please decide.", by=kim.actor(), at=clock.now())
    following = tell_next(session, made, by=SYSTEM, at=clock.advance(hours=1))
    assert following is chief
    with pytest.raises(Conflict, match="Chief knows already"):
        escalate_to_manager(session, incident, "Again", by=kim.actor(), at=clock.now())


def test_without_an_assignee_the_lead_of_the_team_is_the_first_above(
    session: Session, incident: Incident, team: Team, kim: Agent, clock: SetClock
) -> None:
    with pytest.raises(Conflict, match="Nobody is known"):
        escalate_to_manager(session, incident, "Help", by=kim.actor(), at=clock.now())
    team.members.append(agent(session, "Lena", Role.LEAD))
    incident.assign(None, team, by=kim.actor(), at=clock.now())
    escalate_to_manager(session, incident, "Help", by=kim.actor(), at=clock.now())
    assert escalated(session, incident)[0].data["agent"] == "Lena"


def test_a_circle_of_managers_ends(session: Session, kim: Agent) -> None:
    lena = agent(session, "Lena", manager_id=kim.id)
    kim.manager_id = lena.id
    assert managers_of(session, kim) == [lena]


def test_who_is_on_call(session: Session, second_line: Team, clock: SetClock) -> None:
    def names(at: object = None) -> list[str]:
        return [one.name for one in on_call_order(session, second_line, at=at or clock.now())]

    assert names() == ["Dan", "Bo", "Cleo"]
    second_line.on_call_takes_turns = True
    weeks = [names(START + timedelta(weeks=number)) for number in range(4)]
    assert weeks[0] == weeks[3]
    assert sorted(week[0] for week in weeks[:3]) == ["Bo", "Cleo", "Dan"]
    second_line.members[0].is_available = False
    assert "Bo" not in names()
    set_places(session, second_line, {})
    session.flush()
    assert names() == ["Cleo", "Dan"], "without an order everybody who is there"


def rule(session: Session, reason: Reason, **more: object) -> EscalationRule:
    made = EscalationRule(name=reason.value, reason=reason.value, made_at=START - timedelta(days=30), **more)
    session.add(made)
    session.flush()
    return made


def test_old_and_untaken_incidents_are_found_once(
    session: Session, incident: Incident, team: Team, second_line: Team, kim: Agent, clock: SetClock
) -> None:
    team.escalates_to_id = second_line.id
    incident.assign(None, team, by=kim.actor(), at=clock.now())
    untaken = rule(session, Reason.UNTAKEN, minutes=60, goal=Goal.NEXT_TEAM.value)
    assert incidents_due(session, untaken, now=clock.advance(minutes=59)) == []
    assert incidents_due(session, untaken, now=clock.advance(minutes=1)) == [incident.id]
    made = apply_rule(session, untaken, incident, by=SYSTEM, at=clock.now())
    session.flush()
    assert incident.team is second_line
    assert made is not None
    assert made.why == "untaken: nobody has taken it for 1 hour"
    assert incidents_due(session, untaken, now=clock.now()) == []


def test_a_new_rule_leaves_old_incidents_alone(session: Session, incident: Incident, clock: SetClock) -> None:
    made = rule(session, Reason.AGE, minutes=60)
    made.made_at = clock.advance(hours=5)
    session.flush()
    assert incidents_due(session, made, now=clock.advance(hours=1)) == []


@pytest.mark.parametrize("important", ["person", "organization", "nobody"])
def test_somebody_important(session: Session, incident: Incident, clock: SetClock, important: str) -> None:
    from helpdesk.people.organization import Organization

    incident.requester.is_vip = important == "person"
    incident.requester.organization = Organization(name="Acme", is_vip=important == "organization", created_at=START)
    session.flush()
    found = incidents_due(session, rule(session, Reason.VIP), now=clock.now())
    assert found == ([] if important == "nobody" else [incident.id])


def test_a_rule_that_leads_nowhere_says_so_once(session: Session, incident: Incident, clock: SetClock) -> None:
    old = rule(session, Reason.AGE, minutes=60)
    for _ in range(2):
        apply_rule(session, old, incident, by=SYSTEM, at=clock.advance(hours=1))
        session.flush()
    events = escalated(session, incident)
    assert [one.data["level"] for one in events] == [0]
    assert "Nobody is known to be above" in events[0].data["why"]
    assert incidents_due(session, old, now=clock.now()) == []


def test_a_share_of_a_target(session: Session, incident: Incident, team: Team) -> None:
    made = rule(session, Reason.SHARE, target="resolution", percent=75, priority_max=incident.priority)
    assert rules_at_share(session, incident, "resolution", 50) == []
    assert rules_at_share(session, incident, "restoration", 90) == []
    assert rules_at_share(session, incident, "resolution", 100) == [made]
    made.priority_max = incident.priority - 1
    session.flush()
    assert rules_at_share(session, incident, "resolution", 100) == []
    made.priority_max, made.team_id = 5, team.id
    session.flush()
    assert rules_at_share(session, incident, "resolution", 100) == []
