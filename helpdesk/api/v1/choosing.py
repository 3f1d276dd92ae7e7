"""Numbers in bodies become records: what does not exist, is retired or hidden from the caller can't be chosen."""

from helpdesk.api.access import viewer
from helpdesk.db import session
from helpdesk.errors import Invalid
from helpdesk.people.agent import Agent, Team
from helpdesk.services import Category, Service


def chosen_service(number: int | None) -> Service | None:
    found = session().get(Service, number) if number else None
    if number and (found is None or found.retired_at):
        raise Invalid(f"There is no service {number}, or it is retired.", field="service_id")
    return found


def chosen_category(number: int | None) -> Category | None:
    found = session().get(Category, number) if number else None
    if number and (found is None or found.retired_at):
        raise Invalid(f"There is no category {number}, or it is retired.", field="category_id")
    return found


def chosen_team(number: int | None) -> Team | None:
    found = session().get(Team, number) if number else None
    if number and (found is None or (found.private and found.id not in viewer().team_ids)):
        raise Invalid(f"There is no team {number}.", field="team_id")
    return found


def chosen_agent(number: int | None) -> Agent | None:
    found = session().get(Agent, number) if number else None
    if number and found is None:
        raise Invalid(f"There is no agent {number}.", field="assignee_id")
    return found
