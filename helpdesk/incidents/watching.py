"""Watchers: agents who want to hear of an incident that need not be theirs.

Doors call `watch` and `unwatch`; `letters.readers` asks `watchers_who_see`. Nobody watches what they may not see:
it is asked when they are added, and again whenever they would be told."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column, object_session

from helpdesk.base import Base
from helpdesk.errors import Invalid
from helpdesk.incidents.incident import Incident, must_work
from helpdesk.incidents.merge import parts_of, surviving
from helpdesk.journal import Actor, EventKind
from helpdesk.people.agent import Agent
from helpdesk.people.notification import setting_of, unmute

# Why somebody watches, where it was not their own doing.
MENTIONED, REPLIED = "mentioned", "replied"


class Watcher(Base):
    __tablename__ = "watchers"
    __table_args__ = (UniqueConstraint("incident_id", "agent_id"),)

    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"), index=True)
    added_at: Mapped[datetime]


def sees(session: Session, agent: Agent, incident: Incident) -> bool:
    """Whether this agent may see an incident, and what it is part of: the rule of `queries.visible`, for one."""
    return agent in those_who_see(session, [agent], incident)


def those_who_see(session: Session, agents: Iterable[Agent], incident: Incident) -> list[Agent]:
    """Of these, without a statement for each."""
    teams = (incident.team, surviving(session, incident).team)
    private = [team.members for team in teams if team is not None and team.private]
    return [one for one in agents if one.active and all(one in members for members in private)]


def watch(incident: Incident, agent: Agent, *, by: Actor, at: datetime, why: str = "") -> bool:
    """The agent is told of what happens from now on; whether they were not before. Who mutes an incident and then
    watches it themselves hears of it again. Raises Invalid for who has left, and for who may not see it."""
    must_work(by)
    session = _session_of(incident)
    if not agent.active:
        raise Invalid(f"{agent.name} has left the desk. Choose somebody else.", field="agent")
    if not sees(session, agent, incident):
        raise Invalid(f"{_unseen(agent, incident)} Assign it to a team that they see first.", field="agent")
    if by.kind == "agent" and by.id == agent.id and not why:
        unmute(session, agent, incident.id)
    if _row(session, incident, agent) is not None:
        return False
    session.add(Watcher(incident_id=incident.id, agent_id=agent.id, added_at=at))
    session.flush()
    incident._record(EventKind.WATCHED, by=by, at=at, agent_id=agent.id, agent=agent.name, why=why)
    return True


def unwatch(incident: Incident, agent: Agent, *, by: Actor, at: datetime) -> bool:
    """They are told no longer, unless it is theirs anyway; whether they were."""
    must_work(by)
    session = _session_of(incident)
    row = _row(session, incident, agent)
    if row is None:
        return False
    session.delete(row)
    session.flush()
    incident._record(EventKind.UNWATCHED, by=by, at=at, agent_id=agent.id, agent=agent.name)
    return True


def watch_by_habit(incident: Incident, agent: Agent, why: str, *, by: Actor, at: datetime) -> None:
    """Watches it where the agent chose that being mentioned, or replying, means wanting to hear more."""
    session = _session_of(incident)
    setting = setting_of(session, agent)
    wants = setting.watch_when_mentioned if why == MENTIONED else setting.watch_when_replying
    if wants and incident.assignee_id != agent.id and sees(session, agent, incident):
        watch(incident, agent, by=by, at=at, why=why)


def watchers_of(session: Session, incident: Incident) -> list[Agent]:
    """Those of the incident, and of what was merged into it, by name."""
    parts = parts_of([incident.id])
    query = (
        select(Agent)
        .join(Watcher, Watcher.agent_id == Agent.id)
        .where(or_(Watcher.incident_id == incident.id, Watcher.incident_id.in_(select(parts.c.id))))
    )
    return list(session.scalars(query.distinct().order_by(Agent.name)))


def watchers_who_see(session: Session, incident: Incident) -> list[Agent]:
    """Those who may be told: here still, and not shut out since."""
    return those_who_see(session, watchers_of(session, incident), incident)


def is_watching(session: Session, incident: Incident, agent: Agent) -> bool:
    return _row(session, incident, agent) is not None


def _row(session: Session, incident: Incident, agent: Agent) -> Watcher | None:
    query = select(Watcher).where(Watcher.incident_id == incident.id, Watcher.agent_id == agent.id)
    return session.scalars(query).first()


def _unseen(agent: Agent, incident: Incident) -> str:
    team = incident.team.name if incident.team else "its team"
    return f"{agent.name} may not see {incident.number}: it is private to {team}."


def _session_of(incident: Incident) -> Session:
    session = object_session(incident)
    if session is None:
        raise RuntimeError("an incident must be in a session before somebody watches it")
    return session
