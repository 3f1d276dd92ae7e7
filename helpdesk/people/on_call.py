"""Who of a team is on call, and in which order: whom an escalation is told first, next, and last.

Asked by `helpdesk.incidents.escalation`; set on the team's page."""

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import ForeignKey, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from helpdesk.base import Base
from helpdesk.people.agent import Agent, Team
from helpdesk.people.permissions import Role

# Weeks are counted from a Monday, so that a turn lasts from Monday to Sunday (UTC).
FIRST_MONDAY = datetime(1970, 1, 5, tzinfo=UTC)


class OnCallPlace(Base):
    """An agent's place in the order of a team; 1 is told first."""

    __tablename__ = "on_call_places"
    __table_args__ = (UniqueConstraint("team_id", "agent_id"),)

    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"))
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"), index=True)
    position: Mapped[int]


def places_of(session: Session, team: Team) -> dict[int, int]:
    """Place by the agent's number, of those who have one."""
    places = session.scalars(select(OnCallPlace).where(OnCallPlace.team_id == team.id))
    return {place.agent_id: place.position for place in places}


def set_places(session: Session, team: Team, places: Mapping[int, int]) -> None:
    """Replaces the order: place by the agent's number. Who is no member has none; the door commits."""
    members = {agent.id for agent in team.members}
    session.execute(delete(OnCallPlace).where(OnCallPlace.team_id == team.id))
    session.add_all(
        OnCallPlace(team_id=team.id, agent_id=agent_id, position=position)
        for agent_id, position in sorted(places.items(), key=lambda pair: pair[1])
        if agent_id in members
    )


def on_call_order(session: Session, team: Team, *, at: datetime) -> list[Agent]:
    """Whom to tell, first to last: the order that was set, turned by one place a week where the team takes turns.

    Who is not available is left out. A team without an order is called by its leads first, then the others."""
    present = [agent for agent in team.members if agent.active and agent.is_available]
    places = places_of(session, team)
    if not places:
        return sorted(present, key=lambda agent: (agent.role == Role.AGENT.value, agent.name))
    order = sorted(places, key=lambda agent_id: (places[agent_id], agent_id))
    if team.on_call_takes_turns:
        turn = (at - FIRST_MONDAY).days // 7 % len(order)
        order = order[turn:] + order[:turn]
    by_number = {agent.id: agent for agent in present}
    return [by_number[agent_id] for agent_id in order if agent_id in by_number]


def managers_of(session: Session, agent: Agent | None) -> list[Agent]:
    """The chain of managers above an agent, nearest first, without those who left. Ends where it turns in a circle."""
    chain: list[Agent] = []
    passed = {agent.id} if agent else set()
    while agent is not None and agent.manager_id is not None and agent.manager_id not in passed:
        agent = session.get_one(Agent, agent.manager_id)
        passed.add(agent.id)
        if agent.active:
            chain.append(agent)
    return chain
