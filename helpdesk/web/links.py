"""Ties between incidents."""

from flask import abort, request
from flask.typing import ResponseReturnValue

from helpdesk.db import session
from helpdesk.errors import Invalid
from helpdesk.incidents.links import IncidentLink, LinkKind, link, unlink
from helpdesk.incidents.queries import incident_for
from helpdesk.people.permissions import Permission
from helpdesk.web import web
from helpdesk.web.access import actor, agents_only, house, needs, the_incident, the_viewer
from helpdesk.web.changing import Change, incident_to_change
from helpdesk.web.forms.incident import ConfirmationForm, LinkForm
from helpdesk.web.submissions import once

TIE = Change("Tie to another incident", "Tie", "link")
UNTIE = Change("Untie", "Untie", "unlink")


@web.get("/incidents/<int:number>/links")
@agents_only
def links(number: int) -> ResponseReturnValue:
    return TIE.page(the_incident(number), LinkForm())


@web.post("/incidents/<int:number>/links")
@needs(Permission.WORK_INCIDENTS)
@once
def tie(number: int) -> ResponseReturnValue:
    found, form = incident_to_change(number), LinkForm(request.form)

    def verb() -> None:
        other_number = form.other_number()
        other = incident_for(session(), the_viewer(), other_number) if other_number else None
        if other is None:
            raise Invalid(f"There is no incident “{(form.other.data or '')[:40]}”. Look at its number.", field="other")
        link(session(), found, other, LinkKind(form.kind.data), by=actor(), at=house().clock.now())

    return TIE.carry_out(found, form, verb)


@web.post("/incidents/<int:number>/links/<int:link_id>/removal")
@needs(Permission.WORK_INCIDENTS)
@once
def untie(number: int, link_id: int) -> ResponseReturnValue:
    found = incident_to_change(number)
    made = session().get(IncidentLink, link_id)
    if made is None or found.id not in (made.first_id, made.second_id):
        abort(404)
    the_incident(made.second_id if made.first_id == found.id else made.first_id)
    form = ConfirmationForm(request.form)
    return UNTIE.carry_out(found, form, lambda: unlink(session(), made, by=actor(), at=house().clock.now()))
