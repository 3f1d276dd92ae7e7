"""Organizations: their mail domains, who is a VIP, merging two that are the same, and retiring one."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from helpdesk.db import commit, db, session
from helpdesk.errors import Invalid
from helpdesk.incidents.belonging import merge_organizations
from helpdesk.people.organization import Organization, all_organizations, give_domains
from helpdesk.people.permissions import Permission
from helpdesk.people.requester import Requester
from helpdesk.web import web
from helpdesk.web.access import actor, house, needs
from helpdesk.web.forms import options
from helpdesk.web.forms.organization import OrganizationForm, OrganizationMergeForm


@web.get("/settings/organizations")
@needs(Permission.ADMINISTER)
def settings_organizations() -> ResponseReturnValue:
    query = select(Organization).options(selectinload(Organization.mail_domains))
    query = query.order_by(Organization.retired_at.is_not(None), func.lower(Organization.name))
    counts = select(Requester.organization_id, func.count()).where(Requester.organization_id.is_not(None))
    return render_template(
        "settings/organizations.html",
        organizations=list(session().scalars(query)),
        people={row[0]: row[1] for row in session().execute(counts.group_by(Requester.organization_id))},
    )


@web.get("/settings/organizations/new")
@needs(Permission.ADMINISTER)
def settings_new_organization() -> ResponseReturnValue:
    return _page(OrganizationForm(), None)


@web.post("/settings/organizations")
@needs(Permission.ADMINISTER)
def settings_add_organization() -> ResponseReturnValue:
    form = OrganizationForm(request.form)
    if not form.validate() or not _save(form, Organization(created_at=house().clock.now())):
        return _page(form, None), 422
    flash(f"{form.name.data} is an organization now.", "success")
    return redirect(url_for("web.settings_organizations"), 303)


@web.get("/settings/organizations/<int:number>")
@needs(Permission.ADMINISTER)
def settings_organization(number: int) -> ResponseReturnValue:
    found = _organization(number)
    form = OrganizationForm(obj=found)
    form.domains.data, form.in_use.data = "\n".join(found.domains), found.retired_at is None
    return _page(form, found)


@web.post("/settings/organizations/<int:number>")
@needs(Permission.ADMINISTER)
def settings_change_organization(number: int) -> ResponseReturnValue:
    found, form = _organization(number), OrganizationForm(request.form)
    if not form.validate() or not _save(form, found):
        return _page(form, _organization(number)), 422
    flash(f"Saved {form.name.data}.", "success")
    return redirect(url_for("web.settings_organizations"), 303)


@web.post("/settings/organizations/<int:number>/merge")
@needs(Permission.ADMINISTER)
def settings_merge_organization(number: int) -> ResponseReturnValue:
    found = _organization(number)
    form = _merge_form(found)
    if not form.validate():
        flash("Choose the organization that stays.", "error")
        return redirect(url_for("web.settings_organization", number=number), 303)
    into = _organization(form.into.data)
    moved = merge_organizations(session(), found, into, by=actor(), at=house().clock.now())
    said = f"{found.name} is part of {into.name} now: {moved} {'person' if moved == 1 else 'people'} moved."
    commit()
    flash(said, "success")
    return redirect(url_for("web.settings_organizations"), 303)


def _organization(number: int) -> Organization:
    how = [selectinload(Organization.mail_domains)]
    return session().get(Organization, number, options=how) or abort(404)


def _merge_form(found: Organization) -> OrganizationMergeForm:
    form = OrganizationMergeForm(request.form)
    form.into.choices = options((one.id, one.name) for one in all_organizations(session()) if one is not found)
    return form


def _page(form: OrganizationForm, found: Organization | None) -> str:
    merge_form = _merge_form(found) if found else None
    return render_template("settings/organization.html", form=form, organization=found, merge_form=merge_form)


def _save(form: OrganizationForm, found: Organization) -> bool:
    try:
        _apply(form, found)
    except Invalid as error:
        db.session.rollback()
        form.refuse(error)
        return False
    commit()
    return True


def _apply(form: OrganizationForm, found: Organization) -> None:
    with session().no_autoflush:
        name = func.lower(Organization.name) == form.name.data.lower()
        other = session().scalars(select(Organization).where(name)).first()
        if other is not None and other is not found:
            raise Invalid(f"There is {other.name} already. Merge them, if they are the same.", field="name")
        found.name, found.is_vip, found.note = form.name.data, form.is_vip.data, form.note.data or ""
        found.retired_at = None if form.in_use.data else found.retired_at or house().clock.now()
        session().add(found)
        give_domains(session(), found, form.domain_list)
