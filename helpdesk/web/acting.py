"""Who acts through a page or the API just now: asked by the hook that records administrative changes."""

from flask import g, has_request_context

from helpdesk.journal import Actor
from helpdesk.web.access import current_agent


def acting() -> Actor | None:
    """The agent signed in, or whose token it is; None when nobody is, or outside of a request."""
    if not has_request_context():
        return None
    if "caller" in g:
        found: Actor = g.caller.actor
        return found
    agent = current_agent()
    return agent.actor() if agent else None
