"""Who has an incident: an agent, a team, both or nobody."""

from helpdesk.api.access import actor, house, incident_to_change
from helpdesk.api.v1 import api
from helpdesk.api.v1.answering import Answer, changed
from helpdesk.api.v1.choosing import chosen_agent, chosen_team
from helpdesk.api.v1.incident_answers import IncidentShown
from helpdesk.api.v1.incident_bodies import Assignment
from helpdesk.api.v1.openapi import Precondition, operation
from helpdesk.errors import Invalid


@api.post("/incidents/<int:number>/assignment")
@operation("Assignment", IncidentShown, headers=Precondition, problems=(403, 404, 409, 412))
def assign_incident(number: int, json: Assignment) -> Answer:
    """Assign an incident

    To an agent, to a team, or back to nobody with null. A new incident that gets an agent is open from then on.
    """
    found, given = incident_to_change(number), json.model_fields_set
    if not given:
        raise Invalid("Name assignee_id, team_id or both; null means nobody.")
    assignee = chosen_agent(json.assignee_id) if "assignee_id" in given else found.assignee
    team = chosen_team(json.team_id) if "team_id" in given else found.team
    found.assign(assignee, team, by=actor(), at=house().clock.now())
    return changed(found)
