"""Agents: adding them, their role and teams, their password, and letting them go."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from helpdesk.db import commit, session
from helpdesk.errors import Invalid
from helpdesk.people.agent import Agent, Team, active_agents, agent_by_email, all_teams
from helpdesk.people.on_call import managers_of
from helpdesk.people.permissions import Permission, Role
from helpdesk.web import web
from helpdesk.web.access import house, needs
from helpdesk.web.forms import options
from helpdesk.web.forms.people import ROLES, AgentForm
from helpdesk.web.signin import SignIn, datastore, give_password

NOBODY = 0


@web.get("/settings/agents")
@needs(Permission.ADMINISTER)
def settings_agents() -> ResponseReturnValue:
    query = select(Agent).options(selectinload(Agent.teams)).order_by(Agent.active.desc(), Agent.name)
    return render_template(
        "settings/agents.html",
        agents=list(session().scalars(query)),
        with_password=set(session().scalars(select(SignIn.agent_id))),
        roles={role.value: text.partition(":")[0] for role, text in ROLES.items()},
    )


@web.get("/settings/agents/new")
@needs(Permission.ADMINISTER)
def settings_new_agent() -> ResponseReturnValue:
    return _page(_form(), None)


@web.post("/settings/agents")
@needs(Permission.ADMINISTER)
def settings_add_agent() -> ResponseReturnValue:
    form = _form(given=True)
    agent = Agent(created_at=house().clock.now())
    if not form.validate() or not _save(form, agent):
        return _page(form, None), 422
    flash(f"{agent.name} is an agent now.", "success")
    return redirect(url_for("web.settings_agents"), 303)


@web.get("/settings/agents/<int:number>")
@needs(Permission.ADMINISTER)
def settings_agent(number: int) -> ResponseReturnValue:
    agent = _agent(number)
    return _page(_form(agent), agent)


@web.post("/settings/agents/<int:number>")
@needs(Permission.ADMINISTER)
def settings_change_agent(number: int) -> ResponseReturnValue:
    agent, form = _agent(number), _form(given=True)
    if not form.validate() or not _save(form, agent):
        return _page(form, _agent(number)), 422
    flash(f"Saved what {agent.name} may do.", "success")
    return redirect(url_for("web.settings_agents"), 303)


def _agent(number: int) -> Agent:
    return session().get(Agent, number) or abort(404)


def _form(agent: Agent | None = None, *, given: bool = False) -> AgentForm:
    form = AgentForm(request.form) if given else AgentForm(obj=agent)
    form.teams.choices = options((team.id, team.name) for team in all_teams(session()))
    others = [(one.id, one.name) for one in active_agents(session()) if one is not agent]
    form.manager_id.choices = options([(NOBODY, "Nobody"), *others])
    if not given:
        form.manager_id.data = (agent.manager_id if agent else None) or NOBODY
    if agent and not given:
        form.teams.data = [team.id for team in agent.teams]
        form.skill_names.data = ", ".join(agent.skills)
    return form


def _page(form: AgentForm, agent: Agent | None) -> str:
    return render_template("settings/agent.html", form=form, agent=agent)


def _save(form: AgentForm, agent: Agent) -> bool:
    """Applies the form and commits; False, with the reason in the form, when something speaks against it."""
    try:
        _apply(form, agent)
    except Invalid as error:
        session().rollback()
        form.refuse(error)
        return False
    commit()
    return True


def _apply(form: AgentForm, agent: Agent) -> None:
    with session().no_autoflush:
        other = agent_by_email(session(), form.email.data)
        if other is not None and other is not agent:
            raise Invalid(f"{other.name} has this address already.", field="email")
        _keep_an_administrator(agent, form.role.data, is_active=form.active.data)
        agent.name, agent.email = form.name.data, form.email.data
        agent.role, agent.active = form.role.data, form.active.data
        _fit_for_work(form, agent)
        agent.teams = list(session().scalars(select(Team).where(Team.id.in_(form.teams.data or []))))
    session().add(agent)
    session().flush()
    if form.password.data:
        give_password(session(), agent, form.password.data, at=house().clock.now())
    _follow(agent)


def _fit_for_work(form: AgentForm, agent: Agent) -> None:
    manager = session().get(Agent, form.manager_id.data) if form.manager_id.data else None
    if manager is not None and agent.id and (manager is agent or agent in managers_of(session(), manager)):
        raise Invalid(f"{manager.name} works for {agent.name}, so they can't be their manager.", field="manager_id")
    agent.manager_id, agent.is_available = manager.id if manager else None, form.is_available.data
    agent.skills = sorted({" ".join(one.split()) for one in (form.skill_names.data or "").split(",")} - {""})


def _keep_an_administrator(agent: Agent, role: str, *, is_active: bool) -> None:
    """Somebody must be able to come in here. The rows are locked, so that two can't demote each other at once."""
    if role == Role.ADMINISTRATOR.value and is_active:
        return
    query = select(Agent.id).where(Agent.role == Role.ADMINISTRATOR.value, Agent.active).with_for_update()
    if set(session().scalars(query)) == {agent.id}:
        what = "active" if not is_active else "role"
        raise Invalid(f"{agent.name} is the last administrator. Make somebody else one first.", field=what)


def _follow(agent: Agent) -> None:
    """The sign-in follows its agent: it takes the address, and who left is out at once."""
    account = session().scalars(select(SignIn).where(SignIn.agent_id == agent.id)).first()
    if account is None:
        return
    account.email = agent.email
    if not agent.active:
        datastore.set_uniquifier(account)  # ends their sessions; `SignIn.is_active` refuses new ones
