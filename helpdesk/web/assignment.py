"""Who has an incident: an agent, a team, both or nobody."""

from flask import request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from helpdesk.db import session
from helpdesk.incidents.choices import choices
from helpdesk.incidents.incident import Incident
from helpdesk.journal import EventKind
from helpdesk.people.agent import Agent, Team
from helpdesk.people.permissions import Permission
from helpdesk.web import web
from helpdesk.web.access import actor, agents_only, house, needs, the_agent, the_incident, the_viewer
from helpdesk.web.changing import Change, incident_to_change
from helpdesk.web.forms.incident import AssignmentForm, ConfirmationForm, named
from helpdesk.web.submissions import once

ASSIGN = Change("Assign", "Assign", "user-check", frozenset({EventKind.ASSIGNED}))


@web.get("/incidents/<int:number>/assignment")
@agents_only
def assignment(number: int) -> ResponseReturnValue:
    found = the_incident(number)
    return ASSIGN.page(found, _form(found))


@web.post("/incidents/<int:number>/assignment")
@needs(Permission.WORK_INCIDENTS)
@once
def assign(number: int) -> ResponseReturnValue:
    found = incident_to_change(number)
    form = _form(found, request.form)

    def verb() -> None:
        assignee = session().get(Agent, form.assignee.data) if form.assignee.data else None
        team = session().get(Team, form.team.data) if form.team.data else None
        found.assign(assignee, team, by=actor(), at=house().clock.now())

    return ASSIGN.carry_out(found, form, verb)


@web.post("/incidents/<int:number>/assignment/mine")
@needs(Permission.WORK_INCIDENTS)
@once
def take(number: int) -> ResponseReturnValue:
    """The agent takes it; the team stays."""
    found = incident_to_change(number)
    form = ConfirmationForm(request.form)
    return ASSIGN.carry_out(
        found, form, lambda: found.assign(the_agent(), found.team, by=actor(), at=house().clock.now())
    )


def _form(found: Incident, given: MultiDict[str, str] | None = None) -> AssignmentForm:
    form = AssignmentForm(given, assignee=found.assignee_id, team=found.team_id)
    known = choices(session(), the_viewer())
    form.offer("assignee", known.agents, "Nobody", named(found.assignee))
    form.offer("team", known.teams, "No team", named(found.team))
    return form
