"""The service catalogue: what the organization runs, whose it is, and how much depends on it."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from helpdesk.db import commit, session
from helpdesk.errors import Invalid
from helpdesk.people.agent import all_teams
from helpdesk.people.permissions import Permission
from helpdesk.services import Criticality, Service
from helpdesk.web import web
from helpdesk.web.access import house, needs
from helpdesk.web.forms import options
from helpdesk.web.forms.catalogue import NOTHING, ServiceForm


@web.get("/settings/services")
@needs(Permission.ADMINISTER)
def settings_services() -> ResponseReturnValue:
    query = select(Service).options(joinedload(Service.team))
    query = query.order_by(Service.retired_at.is_not(None), Service.criticality, Service.name)
    criticalities = {level.value: level.name.capitalize() for level in Criticality}
    return render_template(
        "settings/services.html", services=list(session().scalars(query)), criticalities=criticalities
    )


@web.get("/settings/services/new")
@needs(Permission.ADMINISTER)
def settings_new_service() -> ResponseReturnValue:
    return render_template("settings/service.html", form=_form(), service=None)


@web.post("/settings/services")
@needs(Permission.ADMINISTER)
def settings_add_service() -> ResponseReturnValue:
    form = _form(given=True)
    if not form.validate() or not _save(form, Service()):
        return render_template("settings/service.html", form=form, service=None), 422
    flash(f"{form.name.data} is in the catalogue now.", "success")
    return redirect(url_for("web.settings_services"), 303)


@web.get("/settings/services/<int:number>")
@needs(Permission.ADMINISTER)
def settings_service(number: int) -> ResponseReturnValue:
    service = _service(number)
    return render_template("settings/service.html", form=_form(service), service=service)


@web.post("/settings/services/<int:number>")
@needs(Permission.ADMINISTER)
def settings_change_service(number: int) -> ResponseReturnValue:
    service, form = _service(number), _form(given=True)
    if not form.validate() or not _save(form, service):
        return render_template("settings/service.html", form=form, service=_service(number)), 422
    flash(f"Saved {form.name.data}.", "success")
    return redirect(url_for("web.settings_services"), 303)


def _service(number: int) -> Service:
    return session().get(Service, number) or abort(404)


def _form(service: Service | None = None, *, given: bool = False) -> ServiceForm:
    form = ServiceForm(request.form) if given else ServiceForm(obj=service)
    teams = [(one.id, one.name) for one in all_teams(session())]
    form.team_id.choices = options([(NOTHING, "Nobody in particular"), *teams])
    if not given:
        form.team_id.data = (service.team_id if service else None) or NOTHING
        form.in_use.data = service is None or service.retired_at is None
    return form


def _save(form: ServiceForm, service: Service) -> bool:
    with session().no_autoflush:
        other = session().scalars(select(Service).where(Service.name == form.name.data)).first()
        if other is not None and other is not service:
            form.refuse(Invalid("There is a service of this name already.", field="name"))
            session().rollback()
            return False
        service.name, service.description = form.name.data, form.description.data or ""
        service.owner, service.criticality = form.owner.data or "", form.criticality.data
        service.team_id, service.on_public_form = form.team_id.data or None, form.on_public_form.data
        service.retired_at = None if form.in_use.data else service.retired_at or house().clock.now()
    session().add(service)
    commit()
    return True
