"""Whom a note on an incident may mention: for the list that opens behind an @, and as a page for who has no script."""

from flask import jsonify, render_template, request
from flask.typing import ResponseReturnValue

from helpdesk.db import session
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.mentions import Mentionable, Mentioned, mentionable
from helpdesk.incidents.watching import those_who_see
from helpdesk.people.agent import Team, active_agents
from helpdesk.web import web
from helpdesk.web.access import actor, agents_only, the_incident

OFFERED_MAX = 8


@web.get("/incidents/<int:number>/colleagues")
@agents_only
def colleagues(number: int) -> ResponseReturnValue:
    """As JSON for `?q=`, the beginning of a name: [{"name", "handle", "kind"}]; else all of them as a page."""
    found = the_incident(number)
    known = _who_may_see(found)
    wanted = request.args.get("q")
    if wanted is None:
        return render_template("incidents/colleagues.html", incident=found, colleagues=known)
    beginning = wanted.lower()
    fitting = [one for one in known if any(_fits(name.lower(), beginning) for name in one.names)]
    return jsonify([{"name": one.name, "handle": one.handle, "kind": one.kind} for one in fitting[:OFFERED_MAX]])


def told_in_vain(mentioned: Mentioned, incident: Incident) -> str:
    """What the writer is told of those who may not see the incident; "" where all were told."""
    names = ", ".join(one.name for one in mentioned.unseen)
    return f"Not told, since they may not see {incident.number}: {names}." if names else ""


def _fits(name: str, beginning: str) -> bool:
    return name.startswith(beginning) or any(word.startswith(beginning) for word in name.split())


def _who_may_see(incident: Incident) -> list[Mentionable]:
    seeing = {one.id for one in those_who_see(session(), active_agents(session()), incident)}
    known = mentionable(session(), actor())
    shared = incident.team is None or not incident.team.private
    return [one for one in known if (one.id in seeing if one.kind == "agent" else shared or _some_see(one.id, seeing))]


def _some_see(team_id: int, seeing: set[int]) -> bool:
    team = session().get(Team, team_id)
    return team is not None and any(member.id in seeing for member in team.members)
