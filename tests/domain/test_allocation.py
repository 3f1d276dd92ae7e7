"""New work of a team finds somebody by itself: in turn, by load, by skill."""

import pytest
from sqlalchemy.orm import Session

from helpdesk.clock import SetClock
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.lifecycle import State
from helpdesk.incidents.opening import open_incident
from helpdesk.incidents.thread import Words
from helpdesk.journal import EventKind, history
from helpdesk.people.agent import Agent, Team
from helpdesk.people.allocation import BY_LOAD, BY_SKILL, IN_TURN
from helpdesk.people.requester import known_requester
from helpdesk.reactions.allocate import allocate
from helpdesk.services import Service
from tests.domain.conftest import START


@pytest.fixture
def crew(session: Session) -> Team:
    members = [
        Agent(name=name, email=f"{name.lower()}@example.org", active=True, created_at=START)
        for name in ("Bo", "Cleo", "Dan")
    ]
    made = Team(name="Crew", members=members, allocation=IN_TURN)
    session.add(made)
    session.flush()
    return made


def reported(session: Session, team: Team, clock: SetClock, service: Service | None = None) -> Incident:
    requester = known_requester(session, "ada@example.org", "Ada", at=clock.now())
    made, _ = open_incident(
        session, requester, "No network", Words("It is down."), source="mail", by=requester.actor(),
        at=clock.advance(minutes=1), team=team, service=service,
    )  # fmt: skip
    return made


def given(session: Session, incident: Incident, clock: SetClock) -> str:
    agent = allocate(session, history(session, "incident", incident.id)[-1], now=clock.now())
    session.flush()
    return agent.name if agent else "nobody"


def test_everybody_has_their_turn(session: Session, crew: Team, clock: SetClock) -> None:
    names = [given(session, reported(session, crew, clock), clock) for _ in range(4)]
    assert names == ["Bo", "Cleo", "Dan", "Bo"]


def test_who_has_least_open_gets_it(session: Session, crew: Team, clock: SetClock) -> None:
    crew.allocation = BY_LOAD
    busy = [reported(session, crew, clock) for _ in range(3)]
    for incident, agent in zip(busy, (crew.members[0], crew.members[0], crew.members[1]), strict=True):
        incident.assign(agent, crew, by=agent.actor(), at=clock.now())
    assert given(session, reported(session, crew, clock), clock) == "Dan"


def test_whose_skills_fit_gets_it(session: Session, crew: Team, clock: SetClock) -> None:
    crew.allocation = BY_SKILL
    crew.members[1].skills = ["vpn"]
    service = Service(name="VPN")
    session.add(service)
    for _ in range(2):
        incident = reported(session, crew, clock, service)
        assert given(session, incident, clock) == "Cleo"
    event = history(session, "incident", incident.id)[-1]
    assert (event.kind, event.data["why"]) == (EventKind.ASSIGNED, "they know vpn")
    assert incident.current is State.NEW, "nobody has looked at it yet"
    assert given(session, reported(session, crew, clock), clock) == "Bo"


@pytest.mark.parametrize("case", ["by hand", "away", "taken", "no team", "resolved"])
def test_nobody_gets_what_is_not_to_be_given(
    session: Session, crew: Team, kim: Agent, clock: SetClock, case: str
) -> None:
    incident = reported(session, crew, clock)
    if case == "by hand":
        crew.allocation = ""
    if case == "away":
        for agent in crew.members:
            agent.is_available = False
    if case == "taken":
        incident.assign(kim, crew, by=kim.actor(), at=clock.now())
    if case == "no team":
        incident.assign(None, None, by=kim.actor(), at=clock.now())
    if case == "resolved":
        incident.is_open = False
    assert given(session, incident, clock) == "nobody"
