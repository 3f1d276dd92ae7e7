"""The moves of an incident through its states, each a resource: status, pending, resolution, closure, resumption."""

from datetime import datetime

from flask import request
from flask.typing import ResponseReturnValue

from helpdesk.db import session
from helpdesk.errors import Invalid
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.lifecycle import PENDING, ResolutionCode, State, verbs_from
from helpdesk.incidents.reopening import check_reopening, is_too_late
from helpdesk.people.permissions import Permission
from helpdesk.policies import MailPolicy, policy
from helpdesk.web import web
from helpdesk.web.access import actor, agents_only, house, needs, the_incident
from helpdesk.web.causes import chosen_cause, offer_causes
from helpdesk.web.changing import MOVES, Change, incident_to_change
from helpdesk.web.forms import options
from helpdesk.web.forms.incident import ConfirmationForm
from helpdesk.web.forms.states import PendingForm, ReopeningForm, ResolutionForm, StatusForm
from helpdesk.web.local_times import EXAMPLE, moments, prefill, to_the_second, typed_moment
from helpdesk.web.status_choices import chosen, move_to, offer, offered, plain_moves, value_of
from helpdesk.web.submissions import once
from helpdesk.web.suggested import used_fix

SET_STATUS = Change("Status of", "Change", "circle-dot", MOVES)
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
WAITS_FOR = {
    State.PENDING_REQUESTER: ("requester", "The requester’s answer"),
    State.PENDING_OTHER: ("other", "Somebody else, or a day to come"),
}


@web.get("/incidents/<int:number>/status")
@agents_only
def status(number: int) -> ResponseReturnValue:
    found = the_incident(number)
    return SET_STATUS.page(found, _status_form(found))


@web.post("/incidents/<int:number>/status")
@needs(Permission.WORK_INCIDENTS)
@once
def set_status(number: int) -> ResponseReturnValue:
    found = incident_to_change(number)
    form = _status_form(found)

    def verb() -> None:
        entered = chosen(form.status.data)
        if entered is not None:
            move_to(found, entered, **moments(form, house().clock.now()))

    return SET_STATUS.carry_out(found, form, verb)


def _status_form(found: Incident) -> StatusForm:
    form = StatusForm(request.form)
    rows = plain_moves(found, verbs_from(found.current, actor()))
    form.status.choices = options((value_of(one), one.name) for one, _ in rows)
    return form


@web.get("/incidents/<int:number>/pending")
@agents_only
def pending(number: int) -> ResponseReturnValue:
    found = the_incident(number)
    return PUT_OFF.page(found, _pending_form(found))


@web.post("/incidents/<int:number>/pending")
@needs(Permission.WORK_INCIDENTS)
@once
def put_off(number: int) -> ResponseReturnValue:
    found = incident_to_change(number)
    form = _pending_form(found)
    return PUT_OFF.carry_out(found, form, lambda: _put_off(found, form, house().clock.now()))


def _put_off(found: Incident, form: PendingForm, now: datetime) -> None:
    plain = {value: state for state, (value, _) in WAITS_FOR.items()}
    entered = None if form.kind.data in plain else chosen(form.kind.data)
    state = State(entered.state) if entered else plain[form.kind.data]
    until, reason, when = typed_moment(form.until, form.zone.data), form.reason.data or "", moments(form, now)
    if state is State.PENDING_REQUESTER:
        found.wait_for_requester(until, reason, by=actor(), status=entered, **when)
    elif until is None:
        raise Invalid(f"Say until when: {EXAMPLE}.", field="until")
    else:
        found.wait_for_other(until, reason, by=actor(), status=entered, **when)


def _pending_form(found: Incident) -> PendingForm:
    """What it can wait for: the two built-in reasons, or the statuses that the site has put in their place."""
    form, rows, for_others = PendingForm(request.form), [], 0
    for state in PENDING:
        own = offered(found, state, again=True)
        rows += [(value_of(one), one.name) for one in own] or [WAITS_FOR[state]]
        for_others = len(rows) if state is State.PENDING_REQUESTER else for_others
    form.kind.choices = options(rows)
    if request.method == "GET":
        form.kind.data = rows[for_others][0]
    return form


@web.get("/incidents/<int:number>/resolution")
@agents_only
def resolution(number: int) -> ResponseReturnValue:
    found = the_incident(number)
    form = _resolution_form(found, request.args.get("entry", type=int))
    prefill(form.restored_at, found.restored_at or house().clock.now())
    return RESOLVE.page(found, form)


@web.post("/incidents/<int:number>/resolution")
@needs(Permission.WORK_INCIDENTS)
@once
def resolve(number: int) -> ResponseReturnValue:
    found, form = incident_to_change(number), ResolutionForm(request.form)
    offer(form, form.status, found, State.RESOLVED)
    offer_causes(form)

    def verb() -> None:
        when = moments(form, house().clock.now())
        restored_at = typed_moment(form.restored_at, form.zone.data)
        found.resolve(
            ResolutionCode(form.code.data),
            form.cause.data,
            form.text.data,
            by=actor(),
            status=chosen(form.status.data) if "status" in form else None,
            restored_at=to_the_second(restored_at, found.opened_at, found.restored_at, when["at"]),
            cause_chosen=chosen_cause(form),
            **when,
        )

    return RESOLVE.carry_out(found, form, verb, said=f"{found.number} is resolved. {found.requester.name} is told.")


def _resolution_form(found: Incident, entry_id: int | None) -> ResolutionForm:
    """Filled with the fix that was used from the suggestions, else with the reply just sent."""
    fix = used_fix(found)
    replies = {entry.id: entry.text for entry in found.entries if entry.kind == "reply"}
    form = (
        ResolutionForm(cause=fix.cause, text=fix.text) if fix else ResolutionForm(text=replies.get(entry_id or 0, ""))
    )
    offer(form, form.status, found, State.RESOLVED)
    offer_causes(form)
    return form


@web.get("/incidents/<int:number>/resolution/withdrawal")
@agents_only
def withdrawal(number: int) -> ResponseReturnValue:
    found = the_incident(number)
    return REOPEN.page(found, _reopening_form(found))


@web.post("/incidents/<int:number>/resolution/withdrawal")
@needs(Permission.WORK_INCIDENTS)
@once
def reopen(number: int) -> ResponseReturnValue:
    found = incident_to_change(number)
    form = _reopening_form(found)

    def verb() -> None:
        now = house().clock.now()
        check_reopening(found, _reopen_days(), insists="insists" in form and form.insists.data, now=now)
        entered = chosen(form.status.data) if "status" in form else None
        found.reopen(form.reason.data or "", by=actor(), at=now, status=entered)

    return REOPEN.carry_out(found, form, verb)


def _reopening_form(found: Incident) -> ReopeningForm:
    """With a box to tick when it ended so long ago that an answer by mail would become a new incident."""
    form = ReopeningForm(request.form)
    offer(form, form.status, found, State.OPEN)
    days = _reopen_days()
    if is_too_late(found, days, now=house().clock.now()):
        form.insists.description = (
            f"It ended more than {days} days ago: an answer by mail would become a new incident, tied to this one."
        )
    elif not form.insists.data:
        del form.insists
    return form


def _reopen_days() -> int:
    return policy(session(), MailPolicy).reopen_days


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
