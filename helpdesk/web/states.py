"""The moves of an incident through its states, each a resource: pending, resolution, closure, resumption."""

from flask import request
from flask.typing import ResponseReturnValue

from helpdesk.errors import Invalid
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.lifecycle import ResolutionCode
from helpdesk.people.permissions import Permission
from helpdesk.web import web
from helpdesk.web.access import actor, agents_only, house, needs, the_incident
from helpdesk.web.changing import MOVES, Change, incident_to_change
from helpdesk.web.forms.incident import ConfirmationForm, PendingForm, ReopeningForm, ResolutionForm
from helpdesk.web.submissions import once
from helpdesk.web.suggested import used_fix

PUT_OFF = Change("Wait", "Wait", "clock-pause", MOVES)
RESOLVE = Change("Resolve", "Resolve", "circle-check", MOVES)
REOPEN = Change(
    "Reopen",
    "Reopen",
    "rotate-clockwise",
    MOVES,
    "The resolution that did not hold stays in the history; the requester is told that work goes on.",
)
CLOSE = Change("Close", "Close", "archive", MOVES)
RESUME = Change("Take up again", "Take up again", "circle-dot", MOVES)


@web.get("/incidents/<int:number>/pending")
@agents_only
def pending(number: int) -> ResponseReturnValue:
    return PUT_OFF.page(the_incident(number), PendingForm())


@web.post("/incidents/<int:number>/pending")
@needs(Permission.WORK_INCIDENTS)
@once
def put_off(number: int) -> ResponseReturnValue:
    found, form = incident_to_change(number), PendingForm(request.form)

    def verb() -> None:
        at = house().clock.now()
        if form.kind.data == "requester":
            return found.wait_for_requester(by=actor(), at=at)
        until = form.until_at()
        if until is None:
            raise Invalid("Say until when: a date and a time, such as 2030-01-31T09:00.", field="until")
        return found.wait_for_other(until, form.reason.data or "", by=actor(), at=at)

    return PUT_OFF.carry_out(found, form, verb)


@web.get("/incidents/<int:number>/resolution")
@agents_only
def resolution(number: int) -> ResponseReturnValue:
    found = the_incident(number)
    return RESOLVE.page(found, _resolution_form(found, request.args.get("entry", type=int)))


@web.post("/incidents/<int:number>/resolution")
@needs(Permission.WORK_INCIDENTS)
@once
def resolve(number: int) -> ResponseReturnValue:
    found, form = incident_to_change(number), ResolutionForm(request.form)

    def verb() -> None:
        code = ResolutionCode(form.code.data)
        found.resolve(code, form.cause.data, form.text.data, by=actor(), at=house().clock.now())

    return RESOLVE.carry_out(found, form, verb, said=f"{found.number} is resolved. {found.requester.name} is told.")


def _resolution_form(found: Incident, entry_id: int | None) -> ResolutionForm:
    """Filled with the fix that was used from the suggestions, else with the reply just sent."""
    fix = used_fix(found)
    if fix is not None:
        return ResolutionForm(cause=fix.cause, text=fix.text)
    replies = {entry.id: entry.text for entry in found.entries if entry.kind == "reply"}
    return ResolutionForm(text=replies.get(entry_id or 0, ""))


@web.get("/incidents/<int:number>/resolution/withdrawal")
@agents_only
def withdrawal(number: int) -> ResponseReturnValue:
    return REOPEN.page(the_incident(number), ReopeningForm())


@web.post("/incidents/<int:number>/resolution/withdrawal")
@needs(Permission.WORK_INCIDENTS)
@once
def reopen(number: int) -> ResponseReturnValue:
    found, form = incident_to_change(number), ReopeningForm(request.form)
    return REOPEN.carry_out(
        found, form, lambda: found.reopen(form.reason.data or "", by=actor(), at=house().clock.now())
    )


@web.post("/incidents/<int:number>/closure")
@needs(Permission.WORK_INCIDENTS)
@once
def close(number: int) -> ResponseReturnValue:
    found, form = incident_to_change(number), ConfirmationForm(request.form)
    return CLOSE.carry_out(found, form, lambda: found.close(by=actor(), at=house().clock.now()))


@web.post("/incidents/<int:number>/resumption")
@needs(Permission.WORK_INCIDENTS)
@once
def resume(number: int) -> ResponseReturnValue:
    found, form = incident_to_change(number), ConfirmationForm(request.form)
    return RESUME.carry_out(found, form, lambda: found.resume(by=actor(), at=house().clock.now()))
