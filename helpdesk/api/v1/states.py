"""The moves of an incident through its states, each a resource: pending, resumption, resolution, closure."""

from helpdesk.api.access import actor, house, incident_to_change
from helpdesk.api.v1 import api
from helpdesk.api.v1.answering import Answer, changed
from helpdesk.api.v1.incident_answers import IncidentShown
from helpdesk.api.v1.incident_bodies import NewResolution, Pending, Reopening, WaitsFor
from helpdesk.api.v1.openapi import Precondition, operation
from helpdesk.errors import Conflict, Invalid
from helpdesk.incidents.lifecycle import State

MOVE = operation("States", IncidentShown, headers=Precondition, problems=(403, 404, 409, 412))


@api.post("/incidents/<int:number>/pending")
@MOVE
def put_off_incident(number: int, json: Pending) -> Answer:
    """Let an incident wait

    For the requester, whose next words wake it, or for somebody else until a moment comes.
    """
    found, by, at = incident_to_change(number), actor(), house().clock.now()
    if json.waits_for is WaitsFor.REQUESTER:
        if json.until or json.reason:
            raise Invalid("until and reason go with “other” only. Take them out.", field="until")
        found.wait_for_requester(by=by, at=at)
    elif json.until is None:
        raise Invalid("Say until when: a date and a time, such as 2030-01-31T09:00:00Z.", field="until")
    else:
        found.wait_for_other(json.until, json.reason, by=by, at=at)
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
    found.resolve(json.code, json.cause, json.text, by=actor(), at=house().clock.now())
    return changed(found)


@api.delete("/incidents/<int:number>/resolution")
@MOVE
def reopen_incident(number: int, query: Reopening) -> Answer:
    """Reopen an incident

    Resolved or closed: it is not fixed after all. The resolution that did not hold stays in the history.
    """
    found = incident_to_change(number)
    found.reopen(query.reason, by=actor(), at=house().clock.now())
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
    found.reopen(query.reason, by=actor(), at=house().clock.now())
    return changed(found)
