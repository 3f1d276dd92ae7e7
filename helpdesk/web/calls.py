"""What was said on the phone or at the counter, written into the thread afterwards; nothing is sent."""

from flask import request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.incidents.thread import Words
from helpdesk.letters.markdown import render
from helpdesk.people.permissions import Permission
from helpdesk.web import web
from helpdesk.web.access import actor, agents_only, house, needs, the_incident
from helpdesk.web.changing import Change, incident_to_change
from helpdesk.web.forms.states import CallForm
from helpdesk.web.local_times import moments
from helpdesk.web.submissions import once

CALL = Change("A call about", "Write down", "phone")


@web.get("/incidents/<int:number>/calls")
@agents_only
def call(number: int) -> ResponseReturnValue:
    return CALL.page(the_incident(number), CallForm(text=request.args.get("text", "")))


@web.post("/incidents/<int:number>/calls")
@needs(Permission.WORK_INCIDENTS)
@once
def log_call(number: int) -> ResponseReturnValue:
    found, form = incident_to_change(number), CallForm(request.form)

    def verb() -> None:
        when = moments(form, house().clock.now())
        text = form.text.data or ""
        if form.said_by.data == "requester":
            found.receive(Words(text=text), by=actor(), **when)
        else:
            found.tell(Words(text=text, html=render(text, keep_line_breaks=True)), by=actor(), **when)

    return CALL.carry_out(found, form, verb, goes_to=url_for("web.incident", number=number))
