"""Agents and their teams. An agent's password lives with the sign-in, not here: this knows roles and rights."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, ForeignKey, Table, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from helpdesk.base import Base, Id
from helpdesk.journal import Actor
from helpdesk.people.permissions import Role, permissions_of

team_members = Table(
    "team_members",
    Base.metadata,
    Column("team_id", Id, ForeignKey("teams.id"), primary_key=True),
    Column("agent_id", Id, ForeignKey("agents.id"), primary_key=True, index=True),
)


class Team(Base):
    """Who works together. What a private team works on is seen by its members only."""

    __tablename__ = "teams"

    name: Mapped[str] = mapped_column(unique=True)
    private: Mapped[bool] = mapped_column(default=False)
    # Where it goes when this team gets no further: the next tier.
    escalates_to_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"))
    # For so long whoever is told of an escalation may take to acknowledge it, until the next one is told.
    acknowledge_minutes: Mapped[int] = mapped_column(default=15)
    on_call_takes_turns: Mapped[bool] = mapped_column(default=False)
    # How new work finds somebody by itself: see `helpdesk.people.allocation`. "" is by hand.
    allocation: Mapped[str] = mapped_column(default="")
    members: Mapped[list["Agent"]] = relationship(secondary=team_members, back_populates="teams", order_by="Agent.name")


class Agent(Base):
    __tablename__ = "agents"

    name: Mapped[str]
    email: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str] = mapped_column(default=Role.AGENT.value)
    active: Mapped[bool] = mapped_column(default=True)
    signature: Mapped[str] = mapped_column(default="")
    notify_by_mail: Mapped[bool] = mapped_column(default=True)
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    skills: Mapped[list[str]] = mapped_column(default=list)
    # Whether new work may be given to them by itself.
    is_available: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]

    teams: Mapped[list[Team]] = relationship(secondary=team_members, back_populates="members", order_by=Team.name)

    @property
    def permissions(self) -> frozenset[str]:
        return permissions_of(Role(self.role)) if self.active else frozenset()

    @property
    def is_administrator(self) -> bool:
        return self.role == Role.ADMINISTRATOR.value

    def actor(self) -> Actor:
        return Actor(kind="agent", name=self.name, id=self.id, permissions=self.permissions)

    def viewer(self) -> "Viewer":
        return Viewer(agent_id=self.id, team_ids=frozenset(team.id for team in self.teams))


@dataclass(frozen=True, slots=True)
class Viewer:
    """What an agent may see: everything but the work of private teams that are not their own."""

    agent_id: int
    team_ids: frozenset[int]

    @property
    def audience(self) -> frozenset[str]:
        """The tokens of documents this viewer may find; see `search.document`."""
        return frozenset({"public", "agents"} | {f"team:{number}" for number in self.team_ids})


def agent_by_email(session: Session, email: str) -> Agent | None:
    return session.scalars(select(Agent).where(Agent.email == email.strip().lower())).first()


def active_agents(session: Session) -> list[Agent]:
    return list(session.scalars(select(Agent).where(Agent.active).order_by(Agent.name)))


def all_teams(session: Session) -> list[Team]:
    return list(session.scalars(select(Team).order_by(Team.name)))
