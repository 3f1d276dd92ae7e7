"""A parent and its children: one update to every requester, and the same fix for all of them."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.db import db, session
from helpdesk.errors import Conflict, Invalid
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.lifecycle import UNRESOLVED
from helpdesk.incidents.propagation import audience, resolve_children, update_family
from helpdesk.people.permissions import Permission
from helpdesk.web import web
from helpdesk.web.access import actor, agents_only, house, needs, the_incident, the_viewer
from helpdesk.web.changing import incident_to_change
from helpdesk.web.forms.bulk import Chosen
from helpdesk.web.forms.propagation import UpdateForm
from helpdesk.web.operations import tell_outcome, worded
from helpdesk.web.submissions import done, new_key, once


@web.get("/incidents/<int:number>/children")
@agents_only
def children(number: int) -> ResponseReturnValue:
    return _page(the_incident(number), UpdateForm())


@web.post("/incidents/<int:number>/children/updates")
@needs(Permission.WORK_INCIDENTS)
@once
def update_children(number: int) -> ResponseReturnValue:
    parent, form = incident_to_change(number), UpdateForm(request.form)
    chosen = Chosen.checked(request.form.getlist("incident"))
    if not form.validate():
        return _page(parent, form, 422)
    try:
        made = update_family(
            session(), the_viewer(), parent, form.text.data, chosen, by=actor(), at=house().clock.now(), wording=worded
        )
    except Invalid as error:
        db.session.rollback()
        form.refuse(error)
        return _page(the_incident(number), form, 422)
    tell_outcome(made)
    return done(url_for("web.operation", number=made.id))


@web.post("/incidents/<int:number>/children/resolution")
@needs(Permission.WORK_INCIDENTS)
@once
def resolve_all_children(number: int) -> ResponseReturnValue:
    parent = incident_to_change(number)
    try:
        made = resolve_children(session(), the_viewer(), parent, by=actor(), at=house().clock.now())
    except Invalid as error:
        raise Conflict(str(error)) from error
    tell_outcome(made)
    return done(url_for("web.operation", number=made.id))


def _page(parent: Incident, form: UpdateForm, status: int = 200) -> ResponseReturnValue:
    form.submission.data = new_key()
    people = audience(session(), the_viewer(), parent)
    return render_template(
        "incidents/children.html",
        incident=parent,
        form=form,
        audience=people,
        ticked=set(Chosen.checked(request.form.getlist("incident"))) if request.method == "POST" else None,
        open_children=[one.incident for one in people if not one.is_parent and one.incident.current in UNRESOLVED],
        is_resolved=parent.current not in UNRESOLVED,
        key=new_key(),
    ), status
