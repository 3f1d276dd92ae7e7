"""Incidents: list, log, read, change what they are about."""

from flask import url_for

from helpdesk.api.access import actor, house, incident_to_change, needs, the_incident, viewer
from helpdesk.api.v1 import api
from helpdesk.api.v1.answering import Answer, changed, etag
from helpdesk.api.v1.choosing import chosen_category, chosen_service, chosen_team
from helpdesk.api.v1.idempotency import made, made_before
from helpdesk.api.v1.incident_answers import IncidentPage, IncidentShown, IncidentWithThread
from helpdesk.api.v1.incident_bodies import IncidentChange, IncidentFilter, NewIncident, ThreadAsked
from helpdesk.api.v1.openapi import Precondition, Repeatable, operation
from helpdesk.api.v1.paging import link_to, opened, sealed
from helpdesk.db import commit, session
from helpdesk.errors import Invalid
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.merge import entries_of_parts
from helpdesk.incidents.opening import open_incident
from helpdesk.incidents.queries import QueueFilter, queue
from helpdesk.incidents.thread import Words
from helpdesk.people.permissions import Permission
from helpdesk.people.requester import known_requester


@api.get("/incidents")
@operation("Incidents", IncidentPage)
def list_incidents(query: IncidentFilter) -> tuple[IncidentPage, int, dict[str, str]]:
    """List incidents

    As the queue shows them, a page at a time: quick on the last page as on the first. Incidents of private teams
    that are not yours are not among them.
    """
    page = queue(session(), viewer(), _asked(query))
    next_cursor = sealed([query.sort, page.next_cursor]) if page.next_cursor else None
    return IncidentPage.of(page, next_cursor), 200, link_to(cursor=next_cursor) if next_cursor else {}


def _asked(query: IncidentFilter) -> QueueFilter:
    sort, cursor = opened(query.cursor, 2) if query.cursor else (query.sort, "")
    if sort != query.sort:
        raise Invalid("This cursor belongs to another order. Keep sort as it was.", field="cursor")
    return QueueFilter(
        view=query.view,
        state=query.state.value if query.state else None,
        record_type=query.record_type.value if query.record_type else None,
        priority=query.priority,
        team_id=query.team,
        assignee_id=query.assignee,
        category_id=query.category,
        service_id=query.service,
        requester=query.requester,
        sort=sort,
        cursor=cursor,
        limit=query.limit,
    )


@api.post("/incidents")
@operation("Incidents", IncidentShown, 201, headers=Repeatable, problems=(403, 409), repeated=True)
def create_incident(json: NewIncident) -> Answer:
    """Log an incident

    For a requester, who is told as after a mail. Send an Idempotency-Key, so that a call repeated after a broken
    connection logs nothing twice.
    """
    needs(Permission.WORK_INCIDENTS)
    earlier = made_before()
    if earlier:
        found = the_incident(earlier)
        return IncidentShown.of(found), 200, _at(found)
    incident = _open(json)
    made(incident.id)
    answer = IncidentShown.of(incident), 201, _at(incident)
    commit()
    return answer


def _open(json: NewIncident) -> Incident:
    at = house().clock.now()
    incident, _ = open_incident(
        session(),
        known_requester(session(), json.requester.address, json.requester.name, at=at),
        json.subject,
        Words(text=json.text),
        source="api",
        by=actor(),
        at=at,
        team=chosen_team(json.team_id),
        service=chosen_service(json.service_id),
        category=chosen_category(json.category_id),
        record_type=json.record_type,
        affected_people=json.affected_people,
        impact=json.impact,
        urgency=json.urgency,
        reason=json.reason,
    )
    return incident


def _at(incident: Incident) -> dict[str, str]:
    return {"Location": url_for("api.read_incident", number=incident.id, _external=True), **etag(incident)}


@api.get("/incidents/<int:number>")
@operation("Incidents", IncidentWithThread, problems=(404,))
def read_incident(number: int, query: ThreadAsked) -> Answer:
    """Read an incident

    With its thread, the attachments' facts and the people copied, and what was written in incidents that were merged
    into it. What only agents see is in it when asked for. The ETag is its version.
    """
    found = the_incident(number)
    entries = sorted([*found.entries, *entries_of_parts(session(), found)], key=lambda one: (one.at, one.id))
    return IncidentWithThread.with_thread(found, entries, internal=query.internal), 200, etag(found)


@api.patch("/incidents/<int:number>")
@operation("Incidents", IncidentShown, headers=Precondition, problems=(403, 404, 409, 412))
def change_incident(number: int, json: IncidentChange) -> Answer:
    """Change what an incident is about

    Subject, kind, service and category, how many are affected, impact and urgency: those that are sent. Each leaves
    an event of its own. Another impact or urgency than the desk proposes needs a reason.
    """
    found, given = incident_to_change(number), json.model_fields_set
    if not given:
        raise Invalid("Name at least one member to change.")
    by, at = actor(), house().clock.now()
    if "subject" in given:
        found.rename(json.subject, by=by, at=at)
    if given & {"service_id", "category_id"}:
        category = chosen_category(json.category_id) if "category_id" in given else found.category
        service = chosen_service(json.service_id) if "service_id" in given else found.service
        found.categorize(category, service, by=by, at=at)
    if "record_type" in given:
        found.reclassify(json.record_type, by=by, at=at)
    if "affected_people" in given:
        found.affects(json.affected_people, by=by, at=at)
    if given & {"impact", "urgency"}:
        impact, urgency = json.impact or found.impact, json.urgency or found.urgency
        found.prioritize(impact, urgency, by=by, at=at, reason=json.reason)
    return changed(found)
