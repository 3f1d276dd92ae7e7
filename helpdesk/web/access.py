"""Who is here and what may they reach: the guards every view begins with.

404 for what this person may not see, 403 for what they see and may not do."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import abort, current_app, g, redirect, request, url_for
from flask_security import current_user
from werkzeug.wrappers import Response

from helpdesk.db import session
from helpdesk.house import House
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.queries import incident_for
from helpdesk.journal import Actor
from helpdesk.knowledge.article import Article
from helpdesk.people.agent import Agent, Viewer

P = ParamSpec("P")
R = TypeVar("R")


def house() -> House:
    found: House = current_app.extensions["house"]
    return found


def current_agent() -> Agent | None:
    """The agent signed in here, or None."""
    return current_user.agent if current_user.is_authenticated else None


def the_agent() -> Agent:
    """The agent signed in here; only within views behind `agents_only`."""
    agent = current_agent()
    if agent is None:
        abort(401)
    return agent


def the_viewer() -> Viewer:
    if "viewer_rights" not in g:
        g.viewer_rights = the_agent().viewer()
    rights: Viewer = g.viewer_rights
    return rights


def actor() -> Actor:
    return the_agent().actor()


def agents_only(view: Callable[P, R]) -> Callable[P, R | Response]:
    """Sends strangers to the sign-in page, and back here afterwards."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R | Response:
        if current_agent() is None:
            back = request.full_path.rstrip("?") if request.method == "GET" else None
            return redirect(url_for("security.login", next=back))
        return view(*args, **kwargs)

    return guarded


def needs(permission: str) -> Callable[[Callable[P, R]], Callable[P, R | Response]]:
    """Like `agents_only`, and 403 without this permission."""

    def decorate(view: Callable[P, R]) -> Callable[P, R | Response]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            if permission not in the_agent().permissions:
                abort(403)
            return view(*args, **kwargs)

        return agents_only(guarded)

    return decorate


def the_incident(number: int) -> Incident:
    """The incident of this number, or 404: missing and forbidden look the same."""
    found = incident_for(session(), the_viewer(), number)
    if found is None:
        abort(404)
    return found


def the_article(number: int, *, public_only: bool = False) -> Article:
    """The article of this number, or 404."""
    found = session().get(Article, number)
    if found is None or (public_only and not found.is_public):
        abort(404)
    return found
