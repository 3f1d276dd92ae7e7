"""What can be chosen for an incident: agents, teams, services, categories, statuses; in one statement, for forms."""

from dataclasses import dataclass

from sqlalchemy import literal, null, select, union_all
from sqlalchemy.orm import Session

from helpdesk.incidents.statuses import Status
from helpdesk.people.agent import Agent, Team, Viewer
from helpdesk.services import Category, Service

Choice = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Choices:
    """(number, name) of each, by name. Private teams are only those of the viewer."""

    agents: tuple[Choice, ...]
    teams: tuple[Choice, ...]
    services: tuple[Choice, ...]
    categories: tuple[Choice, ...]
    statuses: tuple[Choice, ...]


def choices(session: Session, viewer: Viewer) -> Choices:
    """What this viewer may choose from: active agents, visible teams, current services and categories."""
    query = union_all(
        select(literal("agents"), Agent.id, Agent.name).where(Agent.active),
        select(literal("teams"), Team.id, Team.name).where(Team.private.is_(False) | Team.id.in_(viewer.team_ids)),
        select(literal("services"), Service.id, Service.name).where(Service.retired_at.is_(null())),
        select(literal("categories"), Category.id, Category.path).where(Category.retired_at.is_(null())),
        select(literal("statuses"), Status.id, Status.name).where(Status.retired_at.is_(null())),
    )
    found: dict[str, list[Choice]] = {"agents": [], "teams": [], "services": [], "categories": [], "statuses": []}
    for kind, number, name in session.execute(query):
        found[kind].append((number, name))
    return Choices(**{kind: tuple(sorted(rows, key=lambda row: row[1].lower())) for kind, rows in found.items()})
