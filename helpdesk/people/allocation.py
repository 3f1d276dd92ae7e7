"""Which agent of a team new work goes to by itself: in turn, by load, or by skill.

Set for each team and asked by `helpdesk.reactions.allocate`; who is not available, or has left, gets nothing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.base import Base
from helpdesk.people.agent import Agent

IN_TURN, BY_LOAD, BY_SKILL = "in_turn", "by_load", "by_skill"
ALLOCATIONS = {
    "": "Waits until somebody takes it",
    IN_TURN: "Goes to each member in turn",
    BY_LOAD: "Goes to who has the least open",
    BY_SKILL: "Goes to whose skills fit best, then to who has the least open",
}


class AllocationTurn(Base):
    """When a team last gave an agent something by itself."""

    __tablename__ = "allocation_turns"
    __table_args__ = (UniqueConstraint("team_id", "agent_id"),)

    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"))
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"), index=True)
    given_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Standing:
    """How an agent stands: `open_count` incidents are theirs, and the last one was given to them at `last_given_at`."""

    open_count: int = 0
    last_given_at: datetime | None = None


def chosen(
    allocation: str, members: Sequence[Agent], standing: Mapping[int, Standing], topics: Collection[str]
) -> tuple[Agent | None, str]:
    """Who gets it, and why in words; (None, "") when nobody is there, or it is done by hand.

    `standing` by the agent's number; `topics` are the words an incident is sorted by: service, categories, language."""
    present = [agent for agent in members if agent.active and agent.is_available]
    if not present or not allocation:
        return None, ""
    wanted = {topic.casefold() for topic in topics}

    def fitting(agent: Agent) -> list[str]:
        return [skill for skill in agent.skills if skill.casefold() in wanted]

    def key(agent: Agent) -> tuple[int, int, float, int]:
        stands = standing.get(agent.id, Standing())
        fit = -len(fitting(agent)) if allocation == BY_SKILL else 0
        load = 0 if allocation == IN_TURN else stands.open_count
        turn = stands.last_given_at.timestamp() if stands.last_given_at else 0.0
        return fit, load, turn, agent.id

    best = min(present, key=key)
    return best, _reason(allocation, fitting(best), standing.get(best.id, Standing()))


def _reason(allocation: str, skills: list[str], stands: Standing) -> str:
    if allocation == IN_TURN:
        return "it was their turn"
    if allocation == BY_SKILL and skills:
        return f"they know {', '.join(skills)}"
    return f"they have {stands.open_count} open"
