"""Tells the people an answer to the survey is for: who had the incident, and the leads of its team. On the pages of
the desk; the door that took the answer calls it, within the same transaction."""

from datetime import datetime

from sqlalchemy.orm import Session

from helpdesk.incidents.survey import Survey
from helpdesk.incidents.survey_policy import SurveyPolicy
from helpdesk.journal import Event
from helpdesk.letters.addresses import one_line
from helpdesk.letters.notices import TEXT_LENGTH_MAX, Notice
from helpdesk.people.agent import Agent
from helpdesk.people.permissions import Role
from helpdesk.policies import policy


def tell_of_low(session: Session, survey: Survey, event: Event, *, now: datetime) -> int:
    """How many were told. Nobody is told of what is not low."""
    if not survey.is_low:
        return 0
    session.flush()
    text = f"{one_line(survey.requester.name)} found it {survey.score}"
    if survey.comment:
        text += f": {one_line(survey.comment)}"
    told = _whom(session, survey)
    session.add_all(
        Notice(
            agent_id=agent.id,
            event_id=event.id,
            incident_id=survey.incident_id,
            text=text[:TEXT_LENGTH_MAX],
            at=now,
        )
        for agent in told
    )
    return len(told)


def _whom(session: Session, survey: Survey) -> list[Agent]:
    wanted, incident = policy(session, SurveyPolicy), survey.incident
    found: dict[int, Agent] = {}
    if wanted.tells_assignee and incident.assignee is not None:
        found[incident.assignee.id] = incident.assignee
    if wanted.tells_leads and incident.team is not None:
        found |= {one.id: one for one in incident.team.members if one.role == Role.LEAD.value}
    return [one for one in found.values() if one.active]
