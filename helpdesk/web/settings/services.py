"""The service catalogue: what the organization runs, whose it is, and how much depends on it."""

from datetime import timedelta

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from helpdesk.db import commit, session
from helpdesk.errors import Invalid
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.tallies import since
from helpdesk.people.agent import active_agents, all_teams
from helpdesk.people.permissions import Permission
from helpdesk.services import Criticality, Service
from helpdesk.web import web
from helpdesk.web.access import house, needs, the_viewer
from helpdesk.web.forms import options
from helpdesk.web.forms.catalogue import NOTHING, ServiceForm
from helpdesk.web.settings.trees import COUNTED_DAYS

# How the select of owners tells them apart.
AGENT, TEAM = "agent-", "team-"


@web.get("/settings/services")
@needs(Permission.ADMINISTER)
def settings_services() -> ResponseReturnValue:
    query = select(Service).options(
        joinedload(Service.team), joinedload(Service.owner_agent), joinedload(Service.owner_team)
    )
    query = query.order_by(Service.retired_at.is_not(None), Service.criticality, Service.name)
    criticalities = {level.value: level.name.capitalize() for level in Criticality}
    start = house().clock.now() - timedelta(days=COUNTED_DAYS)
    return render_template(
        "settings/services.html",
        services=list(session().scalars(query)),
        criticalities=criticalities,
        counts=since(session(), the_viewer(), Incident.service_id, start),
        days=COUNTED_DAYS,
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
    teams, agents = all_teams(session()), active_agents(session())
    form.team_id.choices = options([(NOTHING, "Nobody in particular"), *((one.id, one.name) for one in teams)])
    owners = [
        ("", "Nobody of the desk"),
        *((f"{AGENT}{one.id}", one.name) for one in agents),
        *((f"{TEAM}{one.id}", f"{one.name} (team)") for one in teams),
    ]
    now = service.owner_agent if service else None
    if now is not None and not now.active:
        owners.append((f"{AGENT}{now.id}", f"{now.name} (has left)"))
    form.owner_key.choices = options(owners)
    if not given:
        form.owner_key.data = _owner_key(service)
        form.team_id.data = (service.team_id if service else None) or NOTHING
        form.in_use.data = service is None or service.retired_at is None
    return form


def _owner_key(service: Service | None) -> str:
    """The owner as the select names it; "" for nobody of the desk."""
    if service is not None and service.owner_agent_id:
        return f"{AGENT}{service.owner_agent_id}"
    return f"{TEAM}{service.owner_team_id}" if service is not None and service.owner_team_id else ""


def _save(form: ServiceForm, service: Service) -> bool:
    with session().no_autoflush:
        other = session().scalars(select(Service).where(Service.name == form.name.data)).first()
        if other is not None and other is not service:
            form.refuse(Invalid("There is a service of this name already.", field="name"))
            session().rollback()
            return False
        service.name, service.description = form.name.data, form.description.data or ""
        key = form.owner_key.data or ""
        service.owner, service.criticality = "" if key else form.owner.data or "", form.criticality.data
        service.owner_agent_id = int(key.removeprefix(AGENT)) if key.startswith(AGENT) else None
        service.owner_team_id = int(key.removeprefix(TEAM)) if key.startswith(TEAM) else None
        service.team_id, service.on_public_form = form.team_id.data or None, form.on_public_form.data
        service.retired_at = None if form.in_use.data else service.retired_at or house().clock.now()
    session().add(service)
    commit()
    return True
