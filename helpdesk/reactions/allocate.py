"""The reaction that gives new work of a team to one of its agents, where the team wants that. Commits nothing."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk.incidents.incident import Incident
from helpdesk.journal import Actor, Event
from helpdesk.people.agent import Agent, Team
from helpdesk.people.allocation import AllocationTurn, Standing, chosen

SYSTEM = Actor(kind="system", name="Helpdesk")


def allocate(session: Session, event: Event, *, now: datetime) -> Agent | None:
    """Who was given the incident that this event is about; None when it has somebody, or nobody is to get it by
    itself. The team's row is locked, so that two incidents at once don't take the same turn."""
    incident = session.get(Incident, event.record_id) if event.record_kind == Incident.record_kind else None
    if incident is None or incident.team_id is None or not _waits(incident):
        return None
    team = session.scalars(select(Team).where(Team.id == incident.team_id).with_for_update()).one()
    if not team.allocation:
        return None
    turns = {turn.agent_id: turn for turn in session.scalars(_turns.where(AllocationTurn.team_id == team.id))}
    agent, why = chosen(team.allocation, team.members, _standing(session, team, turns), _topics(incident))
    if agent is None:
        return None
    incident.assign(agent, team, by=SYSTEM, at=now, why=why)
    turn = turns.get(agent.id) or AllocationTurn(team_id=team.id, agent_id=agent.id)
    turn.given_at = now
    session.add(turn)
    return agent


_turns = select(AllocationTurn)


def _waits(incident: Incident) -> bool:
    return incident.is_open and incident.assignee_id is None and incident.merged_into_id is None


def _topics(incident: Incident) -> list[str]:
    """What a skill can fit: the names on the category's path, the service, the requester's language."""
    path = incident.category.path.split(" › ") if incident.category else []
    service = [incident.service.name] if incident.service else []
    return [*path, *service, incident.requester.language]


def _standing(session: Session, team: Team, turns: Mapping[int, AllocationTurn]) -> dict[int, Standing]:
    numbers = [agent.id for agent in team.members]
    query = (
        select(Incident.assignee_id, func.count(Incident.id))
        .where(Incident.assignee_id.in_(numbers), Incident.is_open.is_(True))
        .group_by(Incident.assignee_id)
    )
    counts: dict[int | None, int] = {row[0]: row[1] for row in session.execute(query)}
    given = {number: turns[number].given_at if number in turns else None for number in numbers}
    return {number: Standing(counts.get(number, 0), given[number]) for number in numbers}
