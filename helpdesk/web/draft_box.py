"""The composer and the draft behind it: what of its inputs is kept, and how a draft comes back into the box."""

from typing import Any

from werkzeug.datastructures import MultiDict

from helpdesk.db import session
from helpdesk.errors import Refused
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.recipients import Recipient, chosen
from helpdesk.incidents.reply_drafts import DraftsHere, ReplyDraft, drafts_here
from helpdesk.web.access import the_viewer

_LINES = ("next_state", "leaves", "leaves_at", "unless_answered", "minutes", "more")
_LISTS = ("to", "cc", "canned")
VALUES_MAX, LENGTH_MAX = 50, 400


def here(incident: Incident) -> DraftsHere:
    return drafts_here(session(), the_viewer(), incident.id)


def kept_fields(form: MultiDict[str, str]) -> dict[str, Any]:
    """Of what the composer sent besides its text, what a draft keeps; files stay with the browser."""
    lines = {name: form.get(name, "")[:LENGTH_MAX] for name in _LINES if form.get(name)}
    lists = {name: [one[:LENGTH_MAX] for one in form.getlist(name)[:VALUES_MAX]] for name in _LISTS if form.get(name)}
    return {**lines, **lists}


def inputs_of(draft: ReplyDraft, incident: Incident) -> dict[str, Any]:
    """The draft as fields of `incident_page.Composer`."""
    said = draft.fields
    lines = {name: str(said.get(name, "")) for name in ("next_state", "leaves", "leaves_at", "minutes")}
    return {
        **lines,
        "text": draft.text,
        "kind": draft.kind,
        "unless_answered": bool(said.get("unless_answered")),
        "canned": tuple(int(one) for one in said.get("canned", ()) if str(one).isdecimal()),
        "recipients": _recipients(incident, said),
    }


def _recipients(incident: Incident, said: dict[str, Any]) -> list[Recipient] | None:
    """Those chosen before; None, for the usual ones, where that can't be any more."""
    if not said.get("to"):
        return None
    try:
        return chosen(session(), incident, said["to"], said.get("cc", []))
    except Refused:
        return None
