"""Teams: their members, and whether others may see their work."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from helpdesk.db import commit, session
from helpdesk.errors import Invalid
from helpdesk.people.agent import Agent, Team, all_teams
from helpdesk.people.on_call import places_of, set_places
from helpdesk.people.permissions import Permission
from helpdesk.reactions.index import index_again_team
from helpdesk.web import web
from helpdesk.web.access import house, needs
from helpdesk.web.forms import options
from helpdesk.web.forms.people import TeamForm

NO_TEAM = 0


@web.get("/settings/teams")
@needs(Permission.ADMINISTER)
def settings_teams() -> ResponseReturnValue:
    query = select(Team).options(selectinload(Team.members)).order_by(Team.name)
    return render_template("settings/teams.html", teams=list(session().scalars(query)))


@web.get("/settings/teams/new")
@needs(Permission.ADMINISTER)
def settings_new_team() -> ResponseReturnValue:
    return _page(_form(), None)


@web.post("/settings/teams")
@needs(Permission.ADMINISTER)
def settings_add_team() -> ResponseReturnValue:
    form = _form(given=True)
    if not form.validate() or not _save(form, Team()):
        return _page(form, None), 422
    flash(f"The team {form.name.data} is there now.", "success")
    return redirect(url_for("web.settings_teams"), 303)


@web.get("/settings/teams/<int:number>")
@needs(Permission.ADMINISTER)
def settings_team(number: int) -> ResponseReturnValue:
    team = _team(number)
    return _page(_form(team), team)


@web.post("/settings/teams/<int:number>")
@needs(Permission.ADMINISTER)
def settings_change_team(number: int) -> ResponseReturnValue:
    team, form = _team(number), _form(given=True)
    if not form.validate() or not _save(form, team):
        return _page(form, _team(number)), 422
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
    others = [(one.id, one.name) for one in all_teams(session()) if one is not team]
    form.escalates_to_id.choices = options([(NO_TEAM, "None"), *others])
    if not given:
        form.members.data = sorted(members)
        form.escalates_to_id.data = (team.escalates_to_id if team else None) or NO_TEAM
    return form


def _page(form: TeamForm, team: Team | None) -> str:
    """The places are what was typed, else what is set."""
    if request.method == "POST":
        places = {number: text for number, _ in _members(form) if (text := request.form.get(f"place-{number}", ""))}
    else:
        places = {number: str(place) for number, place in (places_of(session(), team) if team else {}).items()}
    return render_template("settings/team.html", form=form, team=team, places=places, members=_members(form))


def _members(form: TeamForm) -> list[tuple[int, str]]:
    chosen = set(form.members.data or [])
    return [(one.value, one.label) for one in form.members.choices if one.value in chosen]


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
        team.escalates_to_id = form.escalates_to_id.data or None
        team.acknowledge_minutes, team.allocation = form.acknowledge_minutes.data, form.allocation.data
        team.on_call_takes_turns = form.on_call_takes_turns.data
    session().add(team)
    session().flush()
    set_places(session(), team, form.places(request.form))
    commit()
    return True
