"""The blueprint of the public pages, and what their templates know besides."""

from typing import Any

from flask import Blueprint

from helpdesk.web.access import house

blueprint = Blueprint("portal", __name__)


@blueprint.context_processor
def named() -> dict[str, Any]:
    return {"desk_name": house().settings.site_name}
