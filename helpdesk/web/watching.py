"""Watching an incident: for oneself by a button, for a colleague by a form."""

from flask import abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from helpdesk.db import session
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.watching import those_who_see, unwatch, watch, watchers_of
from helpdesk.people.agent import Agent, active_agents
from helpdesk.people.permissions import Permission
from helpdesk.web import web
from helpdesk.web.access import actor, agents_only, house, needs, the_agent, the_incident
from helpdesk.web.changing import Change, incident_to_change
from helpdesk.web.forms.working import WatcherForm
from helpdesk.web.submissions import once
from helpdesk.web.working import settled

ADD = Change(
    "Let a colleague watch", "Add", "eye", explanation="They are told of messages, replies, notes and changes of state."
)


@web.post("/incidents/<int:number>/watchers/mine")
@needs(Permission.WORK_INCIDENTS)
def watch_incident(number: int) -> ResponseReturnValue:
    found = incident_to_change(number)
    watch(found, the_agent(), by=actor(), at=house().clock.now())
    return settled(found, f"You watch {found.number}.", url_for("web.unwatch_incident", number=number))


@web.post("/incidents/<int:number>/watchers/mine/end")
@needs(Permission.WORK_INCIDENTS)
def unwatch_incident(number: int) -> ResponseReturnValue:
    found = incident_to_change(number)
    unwatch(found, the_agent(), by=actor(), at=house().clock.now())
    return settled(found, f"You no longer watch {found.number}.", url_for("web.watch_incident", number=number))


@web.get("/incidents/<int:number>/watchers")
@agents_only
def watchers(number: int) -> ResponseReturnValue:
    found = the_incident(number)
    return ADD.page(found, _form(found))


@web.post("/incidents/<int:number>/watchers")
@needs(Permission.WORK_INCIDENTS)
@once
def add_watcher(number: int) -> ResponseReturnValue:
    found = incident_to_change(number)
    form = _form(found, request.form)

    def verb() -> None:
        agent = session().get(Agent, form.agent.data or 0) or abort(404)
        watch(found, agent, by=actor(), at=house().clock.now())
        flash(f"{agent.name} watches {found.number}.", "success")

    return ADD.carry_out(found, form, verb)


@web.post("/incidents/<int:number>/watchers/<int:agent_id>/end")
@needs(Permission.WORK_INCIDENTS)
def remove_watcher(number: int, agent_id: int) -> ResponseReturnValue:
    found = incident_to_change(number)
    agent = session().get(Agent, agent_id) or abort(404)
    unwatch(found, agent, by=actor(), at=house().clock.now())
    return settled(found, f"{agent.name} no longer watches {found.number}.")


def _form(found: Incident, given: MultiDict[str, str] | None = None) -> WatcherForm:
    form = WatcherForm(given)
    watching = watchers_of(session(), found)
    seeing = those_who_see(session(), active_agents(session()), found)
    form.offer("agent", tuple((one.id, one.name) for one in seeing if one not in watching), "Choose …")
    # Who is named all the same, and may not see it, is refused by the verb with the reason.
    form.agent.validate_choice = False
    return form
