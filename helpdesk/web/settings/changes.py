"""The changes page: what administrators set up, changed and removed, by whom and when."""

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from helpdesk.db import session
from helpdesk.people.agent import Agent
from helpdesk.people.permissions import Permission
from helpdesk.reports.changes import Wished, changes, kinds_changed
from helpdesk.web import web
from helpdesk.web.access import needs

VERBS = {
    "setting_added": ("plus", "added"),
    "setting_changed": ("edit", "changed"),
    "setting_removed": ("trash", "removed"),
    "letter_reworded": ("edit", "reworded"),
    "person_erased": ("eraser", "erased"),
}


@web.get("/settings/changes")
@needs(Permission.ADMINISTER)
def settings_changes() -> ResponseReturnValue:
    wished = Wished(
        record_kind=request.args.get("kind", ""),
        agent_id=request.args.get("who", type=int),
        since=_day(request.args.get("since", "")),
        until=_day(request.args.get("until", ""), after=True),
        before_id=request.args.get("before", type=int),
    )
    found, following = changes(session(), wished)
    kept: dict[str, Any] = {
        name: value for name in ("kind", "who", "since", "until") if (value := request.args.get(name))
    }
    return render_template(
        "settings/changes.html",
        changes=found,
        verbs=VERBS,
        kinds=kinds_changed(session()),
        agents=list(session().execute(select(Agent.id, Agent.name).order_by(Agent.name))),
        kept=kept,
        next_url=url_for("web.settings_changes", before=following, **kept) if following else "",
        first_url=url_for("web.settings_changes", **kept) if wished.before_id else "",
    )


def _day(text: str, *, after: bool = False) -> datetime | None:
    """The beginning of a day that was asked for, or of the one after it; None for what is no day."""
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
        return day + timedelta(days=1) if after else day
    except (ValueError, OverflowError):
        return None
