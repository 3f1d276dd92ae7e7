"""What an incident is about: its kind, service and category, and its subject."""

from flask import request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from helpdesk.db import session
from helpdesk.incidents.choices import choices
from helpdesk.incidents.incident import Incident
from helpdesk.journal import EventKind
from helpdesk.people.permissions import Permission
from helpdesk.services import Category, Service
from helpdesk.web import web
from helpdesk.web.access import actor, agents_only, house, needs, the_incident, the_viewer
from helpdesk.web.changing import Change, incident_to_change
from helpdesk.web.forms.incident import CategoryForm, SubjectForm, named
from helpdesk.web.submissions import once

CATEGORIZE = Change(
    "Kind, service and category", "Save", "tag", frozenset({EventKind.CATEGORIZED, EventKind.RECLASSIFIED})
)
RENAME = Change("Subject", "Save", "edit", frozenset({EventKind.RENAMED}))


@web.get("/incidents/<int:number>/category")
@agents_only
def category(number: int) -> ResponseReturnValue:
    found = the_incident(number)
    return CATEGORIZE.page(found, _category_form(found))


@web.post("/incidents/<int:number>/category")
@needs(Permission.WORK_INCIDENTS)
@once
def categorize(number: int) -> ResponseReturnValue:
    found = incident_to_change(number)
    form = _category_form(found, request.form)

    def verb() -> None:
        chosen = session().get(Category, form.category.data) if form.category.data else None
        service = session().get(Service, form.service.data) if form.service.data else None
        by, at = actor(), house().clock.now()
        found.reclassify(form.record_type.data, by=by, at=at)
        found.categorize(chosen, service, by=by, at=at)

    return CATEGORIZE.carry_out(found, form, verb)


def _category_form(found: Incident, given: MultiDict[str, str] | None = None) -> CategoryForm:
    form = CategoryForm(given, record_type=found.record_type, service=found.service_id, category=found.category_id)
    known = choices(session(), the_viewer())
    form.offer("service", known.services, "Not known", named(found.service))
    form.offer("category", known.categories, "None", named(found.category))
    return form


@web.get("/incidents/<int:number>/subject")
@agents_only
def subject(number: int) -> ResponseReturnValue:
    found = the_incident(number)
    return RENAME.page(found, SubjectForm(subject=found.subject))


@web.post("/incidents/<int:number>/subject")
@needs(Permission.WORK_INCIDENTS)
@once
def rename(number: int) -> ResponseReturnValue:
    found, form = incident_to_change(number), SubjectForm(request.form)
    return RENAME.carry_out(found, form, lambda: found.rename(form.subject.data, by=actor(), at=house().clock.now()))
