"""What follows once the desk has taken what was written in the composer of an incident: its draft ends, its canned
replies are counted."""

from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict

from helpdesk.db import session
from helpdesk.incidents.canned_replies import count_uses
from helpdesk.incidents.presence import stop_writing
from helpdesk.incidents.reply_drafts import ended
from helpdesk.web.access import house, the_agent, the_viewer

CANNED_MAX = 20


def taken(incident_id: int) -> None:
    """Counts the canned replies that were in it; nobody writes there any more."""
    stop_writing(session(), incident_id, the_agent().id)
    count_uses(session(), the_viewer(), canned_in(request.form), incident_id, at=house().clock.now())


def end_draft(incident_id: int, text: str) -> dict[str, Any]:
    """Ends the draft of this text; gives what the entry says of it: the colleagues who wrote in it."""
    draft = ended(session(), the_agent().id, incident_id, number_in(request.form.get("draft_version")), text)
    return {"drafted_with": draft.writers} if draft is not None and draft.writers else {}


def canned_in(form: MultiDict[str, str]) -> tuple[int, ...]:
    """The numbers of the canned replies that were put into the composer, each once."""
    numbers = (number_in(text) for text in form.getlist("canned"))
    return tuple(dict.fromkeys(number for number in numbers if number))[:CANNED_MAX]


def number_in(text: str | None) -> int:
    """A whole number of a hidden field; 0 for anything else."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 16 else 0
