"""Merging: an incident goes on as part of another one, and is taken out again by DELETE."""

from sqlalchemy import select

from helpdesk.api.access import NUMBER_MAX, actor, house, incident_to_change, the_incident, viewer
from helpdesk.api.v1 import api
from helpdesk.api.v1.answering import Answer, changed, etag
from helpdesk.api.v1.idempotency import made, made_before
from helpdesk.api.v1.incident_answers import IncidentShown
from helpdesk.api.v1.incident_bodies import NewMerge
from helpdesk.api.v1.openapi import Precondition, RepeatableChange, operation
from helpdesk.db import session
from helpdesk.errors import Conflict, Invalid
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.merge import merge, surviving, unmerge
from helpdesk.incidents.queries import incident_for
from helpdesk.incidents.thread import Words
from helpdesk.letters.markdown import render


@api.post("/incidents/<int:number>/merge")
@operation("Merging", IncidentShown, headers=RepeatableChange, problems=(403, 404, 409, 412))
def merge_incident(number: int, json: NewMerge) -> Answer:
    """Merge an incident into another one

    It closes as a duplicate; its thread is shown in the other one's, and answers to its letters go there. Answered
    with the incident that goes on.
    """
    if made_before():
        whole = the_incident(surviving(session(), the_incident(number)).id)
        return IncidentShown.of(whole), 200, etag(whole)
    _lock(number, json.into)
    duplicate, into = incident_to_change(number), _other(json.into)
    told = Words(text=json.told, html=render(json.told, keep_line_breaks=True)) if json.told.strip() else None
    whole = merge(
        session(), duplicate, into, by=actor(), at=house().clock.now(), copied=frozenset(json.copied), told=told
    )
    made(duplicate.id)
    return changed(whole)


@api.delete("/incidents/<int:number>/merge")
@operation("Merging", IncidentShown, headers=Precondition, problems=(403, 404, 409, 412))
def unmerge_incident(number: int) -> Answer:
    """Take a merged incident apart

    It is as it was before. What was written meanwhile stays where it was written.
    """
    found = incident_to_change(number)
    if found.merged_into_id is None:
        raise Conflict(f"{found.number} is not merged.")
    _lock(number, found.merged_into_id)
    unmerge(session(), found, by=actor(), at=house().clock.now())
    return changed(found)


def _lock(*numbers: int) -> None:
    """Two who merge the same incidents wait here for each other, always in the same order."""
    known = [number for number in numbers if number <= NUMBER_MAX]
    session().execute(select(Incident.id).where(Incident.id.in_(known)).order_by(Incident.id).with_for_update())


def _other(number: int) -> Incident:
    into = incident_for(session(), viewer(), number)
    if into is None:
        raise Invalid(f"There is no incident {number} that you may see.", field="into")
    return the_incident(surviving(session(), into).id)
