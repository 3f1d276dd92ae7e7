"""One incident: its page, and logging one for somebody on the phone."""

from collections.abc import Sequence

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.attachments import Attachment
from helpdesk.db import db, session
from helpdesk.errors import Invalid
from helpdesk.incidents.choices import choices
from helpdesk.incidents.custom_fields import lineage, set_fields
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.merge import surviving
from helpdesk.incidents.opening import open_incident
from helpdesk.incidents.prioritization import proposal_for
from helpdesk.incidents.priority import PriorityPolicy
from helpdesk.incidents.thread import Words
from helpdesk.people.permissions import Permission
from helpdesk.people.requester import known_requester
from helpdesk.policies import policy
from helpdesk.services import Category, Service
from helpdesk.web import web
from helpdesk.web.access import actor, agents_only, house, needs, the_incident, the_viewer
from helpdesk.web.custom_fields import beginning_form
from helpdesk.web.enclosures import enclosed, references
from helpdesk.web.forms.custom import CustomForm
from helpdesk.web.forms.new_incident import NewIncidentForm
from helpdesk.web.incident_page import Composer, facts, show
from helpdesk.web.local_times import moments
from helpdesk.web.sending import brought_back
from helpdesk.web.submissions import done, new_key, once
from helpdesk.web.suggested import fix_text, key_of


@web.get("/incidents/<int:number>")
@agents_only
def incident(number: int) -> ResponseReturnValue:
    found = the_incident(number)
    if found.merged_into_id is not None:
        return redirect(_whole(found))
    chosen = key_of(request.args.get("fix", ""))
    return show(found, Composer(text=fix_text(chosen)) if chosen else brought_back(found))


@web.get("/incidents/<int:number>/live")
@agents_only
def incident_live(number: int) -> ResponseReturnValue:
    """The parts of the page that others change, for htmx to put in place; what is being typed stays."""
    found = the_incident(number)
    if found.merged_into_id is not None:
        return Response(headers={"HX-Redirect": _whole(found)})
    return render_template("incidents/_live.html", **facts(found))


def _whole(merged: Incident) -> str:
    """The page of the incident that a merged one is part of, which says where one came from."""
    return url_for("web.incident", number=surviving(session(), merged).id, merged=merged.id)


@web.get("/incidents/new")
@needs(Permission.WORK_INCIDENTS)
def new_incident() -> ResponseReturnValue:
    return _page(_form(), 200)


@web.post("/incidents")
@needs(Permission.WORK_INCIDENTS)
@once
def log_incident() -> ResponseReturnValue:
    form, fields, files = _form(), beginning_form(request.form), enclosed()
    if not form.validate() | fields.validate():
        return _page(form, 422, files, fields)
    try:
        made = _open(form, Words(text=form.text.data, attachments=files))
        asked = fields.asked(made.record_type, lineage(made.category), made.custom)
        set_fields(made, asked, by=actor(), at=made.updated_at)
    except Invalid as error:
        db.session.rollback()
        form.refuse(error)
        return _page(form, 422, files, fields)
    return done(url_for("web.incident", number=made.id))


def _form() -> NewIncidentForm:
    form = NewIncidentForm(request.form if request.method == "POST" else None)
    form.offer(choices(session(), the_viewer()), policy(session(), PriorityPolicy))
    return form


def _page(
    form: NewIncidentForm, status: int, files: Sequence[Attachment] = (), fields: CustomForm | None = None
) -> ResponseReturnValue:
    form.submission.data = new_key()
    more = {"kept": references(files), "fields": fields or beginning_form()}
    return render_template("incidents/new.html", form=form, **more), status


def _open(form: NewIncidentForm, words: Words) -> Incident:
    when = moments(form, house().clock.now())
    made, _ = open_incident(
        session(),
        known_requester(session(), form.address.data, form.name.data, at=when["at"]),
        form.subject.data,
        words,
        source="agent",
        by=actor(),
        **when,
        service=session().get(Service, form.service.data) if form.service.data else None,
        category=session().get(Category, form.category.data) if form.category.data else None,
        record_type=form.record_type.data,
        affected_people=form.people.data,
        impact=form.impact.data or None,
        urgency=form.urgency.data,
        reason=form.reason.data or "",
    )
    if made.is_overridden and not (form.reason.data or "").strip():
        evidence = " ".join(proposal_for(session(), made).evidence)
        raise Invalid(f"Say why, since the desk proposes otherwise: {evidence}", field="reason")
    return made
