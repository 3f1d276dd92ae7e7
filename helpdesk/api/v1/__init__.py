"""Version 1, at /api/v1: one file a resource; each puts its routes on `api`."""

from importlib import import_module

from flask import Blueprint, Response, request

from helpdesk.api import access, bodies, brake, problems

api = Blueprint("api", __name__, url_prefix="/api/v1")
problems.handle_on(api)

MODULES = (
    "incidents", "thread", "assignment", "states", "merges", "attachments", "suggestions", "articles", "search",
    "health", "reference",
)  # fmt: skip
# These say nothing of what is in the desk.
OPEN_TO_ALL = frozenset({"api.docs", "api.openapi", "api.health"})


@api.before_request
def admit() -> Response | None:
    """Who calls, not too often, and with a body that can be read; in this order."""
    if request.endpoint in OPEN_TO_ALL:
        return None
    refusal = access.authenticate()
    if refusal is None:
        brake.count_call()
        bodies.check_body()
    return refusal


def blueprint() -> Blueprint:
    """The blueprint with all its routes."""
    for name in MODULES:
        import_module(f"helpdesk.api.v1.{name}")
    return api
