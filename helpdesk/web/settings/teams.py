"""Teams: their members, and whether others may see their work."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from helpdesk.db import commit, session
from helpdesk.errors import Invalid
from helpdesk.people.agent import Agent, Team
from helpdesk.people.permissions import Permission
from helpdesk.reactions.index import index_again_team
from helpdesk.web import web
from helpdesk.web.access import house, needs
from helpdesk.web.forms import options
from helpdesk.web.forms.people import TeamForm


@web.get("/settings/teams")
@needs(Permission.ADMINISTER)
def settings_teams() -> ResponseReturnValue:
    query = select(Team).options(selectinload(Team.members)).order_by(Team.name)
    return render_template("settings/teams.html", teams=list(session().scalars(query)))


@web.get("/settings/teams/new")
@needs(Permission.ADMINISTER)
def settings_new_team() -> ResponseReturnValue:
    return render_template("settings/team.html", form=_form(), team=None)


@web.post("/settings/teams")
@needs(Permission.ADMINISTER)
def settings_add_team() -> ResponseReturnValue:
    form = _form(given=True)
    if not form.validate() or not _save(form, Team()):
        return render_template("settings/team.html", form=form, team=None), 422
    flash(f"The team {form.name.data} is there now.", "success")
    return redirect(url_for("web.settings_teams"), 303)


@web.get("/settings/teams/<int:number>")
@needs(Permission.ADMINISTER)
def settings_team(number: int) -> ResponseReturnValue:
    team = _team(number)
    return render_template("settings/team.html", form=_form(team), team=team)


@web.post("/settings/teams/<int:number>")
@needs(Permission.ADMINISTER)
def settings_change_team(number: int) -> ResponseReturnValue:
    team, form = _team(number), _form(given=True)
    if not form.validate() or not _save(form, team):
        return render_template("settings/team.html", form=form, team=_team(number)), 422
    flash(f"Saved the team {form.name.data}.", "success")
    return redirect(url_for("web.settings_teams"), 303)


def _team(number: int) -> Team:
    return session().get(Team, number) or abort(404)


def _form(team: Team | None = None, *, given: bool = False) -> TeamForm:
    form = TeamForm(request.form) if given else TeamForm(obj=team)
    agents = list(session().scalars(select(Agent).order_by(Agent.name)))
    members = {agent.id for agent in team.members} if team else set()
    # Who left stays choosable where they still are a member.
    chosen = [one for one in agents if one.active or given or one.id in members]
    form.members.choices = options((one.id, one.name) for one in chosen)
    if not given:
        form.members.data = sorted(members)
    return form


def _save(form: TeamForm, team: Team) -> bool:
    with session().no_autoflush:
        other = session().scalars(select(Team).where(Team.name == form.name.data)).first()
        if other is not None and other is not team:
            form.refuse(Invalid("There is a team of this name already.", field="name"))
            session().rollback()
            return False
        if team.id and team.private != form.private.data:
            index_again_team(session(), team.id, at=house().clock.now())
        team.name, team.private = form.name.data, form.private.data
        team.members = list(session().scalars(select(Agent).where(Agent.id.in_(form.members.data or []))))
    session().add(team)
    commit()
    return True
