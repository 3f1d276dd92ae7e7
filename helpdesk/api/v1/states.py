"""The moves of an incident through its states, each a resource: pending, resumption, resolution, closure."""

from helpdesk.api.access import actor, house, incident_to_change
from helpdesk.api.v1 import api
from helpdesk.api.v1.answering import Answer, changed
from helpdesk.api.v1.incident_answers import IncidentShown
from helpdesk.api.v1.incident_bodies import NewResolution, NewStatus, Pending, Reopening, Restoration, WaitsFor
from helpdesk.api.v1.openapi import Precondition, operation
from helpdesk.db import session
from helpdesk.errors import Conflict, Invalid
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.lifecycle import State
from helpdesk.incidents.reopening import check_reopening
from helpdesk.incidents.statuses import Status
from helpdesk.policies import MailPolicy, policy

MOVE = operation("States", IncidentShown, headers=Precondition, problems=(403, 404, 409, 412))


@api.post("/incidents/<int:number>/pending")
@MOVE
def put_off_incident(number: int, json: Pending) -> Answer:
    """Let an incident wait

    For the requester, whose next words wake it, or for somebody else until a moment comes.
    """
    found, by, at = incident_to_change(number), actor(), house().clock.now()
    if json.waits_for is WaitsFor.REQUESTER:
        found.wait_for_requester(json.until, json.reason, by=by, at=at, status=_status(json.status_id))
    elif json.until is None:
        raise Invalid("Say until when: a date and a time, such as 2030-01-31T09:00:00Z.", field="until")
    else:
        found.wait_for_other(json.until, json.reason, by=by, at=at, status=_status(json.status_id))
    return changed(found)


@api.post("/incidents/<int:number>/resumption")
@MOVE
def resume_incident(number: int) -> Answer:
    """Take a waiting incident up again"""
    found = incident_to_change(number)
    found.resume(by=actor(), at=house().clock.now())
    return changed(found)


@api.post("/incidents/<int:number>/resolution")
@MOVE
def resolve_incident(number: int, json: NewResolution) -> Answer:
    """Resolve an incident

    The requester is told, and asked whether it is fixed. Search and suggestions learn the fix.
    """
    found = incident_to_change(number)
    found.resolve(
        json.code,
        json.cause,
        json.text,
        by=actor(),
        at=house().clock.now(),
        status=_status(json.status_id),
        restored_at=json.restored_at,
    )
    return changed(found)


@api.delete("/incidents/<int:number>/resolution")
@MOVE
def reopen_incident(number: int, query: Reopening) -> Answer:
    """Reopen an incident

    Resolved or closed: it is not fixed after all. The resolution that did not hold stays in the history.
    """
    found = incident_to_change(number)
    return _reopened(found, query)


@api.post("/incidents/<int:number>/status")
@MOVE
def set_status_of_incident(number: int, json: NewStatus) -> Answer:
    """Call an incident by another status

    One of the state it is in.
    """
    found = incident_to_change(number)
    if (status := _status(json.status_id)) is not None:
        found.set_status(status, by=actor(), at=house().clock.now())
    return changed(found)


@api.post("/incidents/<int:number>/restoration")
@MOVE
def restore_service(number: int, json: Restoration) -> Answer:
    """Say that the service works again

    Perhaps by a workaround: the incident stays open. Said again, it corrects the time.
    """
    found, now = incident_to_change(number), house().clock.now()
    found.restore(json.how, by=actor(), at=json.at or now, logged_at=now)
    return changed(found)


@api.delete("/incidents/<int:number>/restoration")
@MOVE
def withdraw_restoration_of_incident(number: int) -> Answer:
    """Say that the service does not work after all"""
    found = incident_to_change(number)
    found.withdraw_restoration(by=actor(), at=house().clock.now())
    return changed(found)


@api.post("/incidents/<int:number>/closure")
@MOVE
def close_incident(number: int) -> Answer:
    """Close a resolved incident"""
    found = incident_to_change(number)
    found.close(by=actor(), at=house().clock.now())
    return changed(found)


@api.delete("/incidents/<int:number>/closure")
@MOVE
def withdraw_closure(number: int, query: Reopening) -> Answer:
    """Reopen a closed incident

    The same as withdrawing its resolution, but 409 unless it is closed.
    """
    found = incident_to_change(number)
    if found.current is not State.CLOSED:
        raise Conflict(f"{found.number} is not closed.")
    return _reopened(found, query)


def _reopened(found: Incident, query: Reopening) -> Answer:
    now = house().clock.now()
    check_reopening(found, policy(session(), MailPolicy).reopen_days, insists=query.late, now=now)
    found.reopen(query.reason, by=actor(), at=now)
    return changed(found)


def _status(number: int | None) -> Status | None:
    found = session().get(Status, number) if number else None
    if number and found is None:
        raise Invalid("There is no such status.", field="status_id")
    return found
