"""The people who write to the desk and the organizations they belong to, for agents: finding them, what is open of
theirs, and putting right what is known of them."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from helpdesk.db import commit, db, session
from helpdesk.errors import Invalid
from helpdesk.incidents.belonging import move_requester
from helpdesk.incidents.queries import incidents_of
from helpdesk.incidents.tallies import open_of
from helpdesk.people.directory import PeopleFilter, people
from helpdesk.people.organization import Organization, all_organizations
from helpdesk.people.permissions import Permission
from helpdesk.people.requester import Requester
from helpdesk.web import web
from helpdesk.web.access import actor, agents_only, house, needs, the_viewer
from helpdesk.web.forms import options
from helpdesk.web.forms.requester import PeopleForm, PersonForm

INCIDENTS_SHOWN = 20


@web.get("/people")
@agents_only
def people_list() -> ResponseReturnValue:
    form = PeopleForm(request.args)
    organizations = all_organizations(session())
    form.organization.choices = options([("", "Any organization"), *((str(one.id), one.name) for one in organizations)])
    asked = form.asked()
    page = people(session(), asked)
    return render_template(
        "people/list.html",
        form=form,
        asked=asked,
        found=page.people,
        counts=open_of(session(), the_viewer(), [one.id for one in page.people]),
        next_url=url_for("web.people_list", **form.args(after=page.after)) if page.after else "",
        first_url=url_for("web.people_list", **form.args()) if asked.after else "",
    )


@web.get("/people/<int:number>")
@agents_only
def person(number: int) -> ResponseReturnValue:
    found = _person(number)
    form = _form(found)
    form.name.data, form.is_vip.data, form.organization.data = found.name, found.is_vip, found.organization_id
    return _page(found, form)


@web.post("/people/<int:number>")
@needs(Permission.WORK_INCIDENTS)
def change_person(number: int) -> ResponseReturnValue:
    found = _person(number)
    form = _form(found, given=True)
    if not form.validate():
        return _page(found, form, 422)
    belongs = session().get(Organization, form.organization.data) if form.organization.data else None
    try:
        move_requester(session(), found, belongs, by=actor(), at=house().clock.now())
    except Invalid as error:
        db.session.rollback()
        form.refuse(error)
        return _page(_person(number), form, 422)
    found.name, found.is_vip = form.name.data, form.is_vip.data
    commit()
    flash(f"Saved what is known of {form.name.data}.", "success")
    return redirect(url_for("web.person", number=number), 303)


@web.get("/organizations/<int:number>")
@agents_only
def organization(number: int) -> ResponseReturnValue:
    found = session().get(Organization, number, options=[selectinload(Organization.mail_domains)]) or abort(404)
    page = people(session(), PeopleFilter(organization_id=number))
    belonging = select(func.count()).select_from(Requester).where(Requester.organization_id == number)
    return render_template(
        "people/organization.html",
        organization=found,
        found=page.people,
        more=page.after is not None,
        total=session().scalar(belonging),
        counts=open_of(session(), the_viewer(), [one.id for one in page.people]),
    )


def _person(number: int) -> Requester:
    how = [joinedload(Requester.organization), selectinload(Requester.addresses)]
    return session().get(Requester, number, options=how) or abort(404)


def _form(found: Requester, *, given: bool = False) -> PersonForm:
    form = PersonForm(request.form if given else None)
    rows = [(one.id, one.name) for one in all_organizations(session())]
    mine = found.organization
    if mine is not None and mine.retired_at is not None:
        rows.insert(0, (mine.id, f"{mine.name} (not in use)"))
    form.organization.choices = options([("", "None"), *rows])
    return form


def _page(found: Requester, form: PersonForm, status: int = 200) -> ResponseReturnValue:
    incidents = incidents_of(session(), found.id, the_viewer(), INCIDENTS_SHOWN)
    return render_template("people/person.html", person=found, form=form, incidents=incidents), status
