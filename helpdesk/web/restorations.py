"""The service works again, though the record goes on: said, corrected and taken back."""

from flask import request
from flask.typing import ResponseReturnValue

from helpdesk.journal import EventKind
from helpdesk.people.permissions import Permission
from helpdesk.web import web
from helpdesk.web.access import actor, agents_only, house, needs, the_incident
from helpdesk.web.changing import Change, incident_to_change
from helpdesk.web.forms.states import RestorationForm, WithdrawalForm
from helpdesk.web.local_times import prefill, to_the_second, typed_moment
from helpdesk.web.submissions import once

COMPETING = frozenset({EventKind.RESTORED, EventKind.RESTORATION_WITHDRAWN, EventKind.RESOLVED, EventKind.REOPENED})
RESTORE = Change(
    "Service works again:",
    "Save",
    "lifebuoy",
    COMPETING,
    "Perhaps by a workaround. The incident stays open; the time to restore the service ends here.",
)
WITHDRAW = Change("Service does not work after all:", "Save", "alert-triangle", COMPETING)


@web.get("/incidents/<int:number>/restoration")
@agents_only
def restoration(number: int) -> ResponseReturnValue:
    found, form = the_incident(number), RestorationForm()
    prefill(form.restored_at, found.restored_at or house().clock.now())
    return RESTORE.page(found, form)


@web.post("/incidents/<int:number>/restoration")
@needs(Permission.WORK_INCIDENTS)
@once
def restore(number: int) -> ResponseReturnValue:
    found, form = incident_to_change(number), RestorationForm(request.form)

    def verb() -> None:
        now = house().clock.now()
        at = to_the_second(typed_moment(form.restored_at, form.zone.data), found.opened_at, now) or now
        found.restore(form.how.data or "", by=actor(), at=at, logged_at=now)

    return RESTORE.carry_out(found, form, verb)


@web.get("/incidents/<int:number>/restoration/withdrawal")
@agents_only
def restoration_withdrawal(number: int) -> ResponseReturnValue:
    return WITHDRAW.page(the_incident(number), WithdrawalForm())


@web.post("/incidents/<int:number>/restoration/withdrawal")
@needs(Permission.WORK_INCIDENTS)
@once
def withdraw_restoration(number: int) -> ResponseReturnValue:
    found, form = incident_to_change(number), WithdrawalForm(request.form)
    return WITHDRAW.carry_out(
        found,
        form,
        lambda: found.withdraw_restoration(form.reason.data or "", by=actor(), at=house().clock.now()),
    )
