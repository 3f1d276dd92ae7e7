"""What the thread of an incident's page shows, with what was merged into it. A fixed number of statements, whatever
the length of the thread, and none for what a thread does not have."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from flask import current_app, request, url_for

from helpdesk.db import session
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.merge import entries_of_parts, surviving
from helpdesk.incidents.pictures import signature_pictures
from helpdesk.incidents.thread import Entry
from helpdesk.journal import Event
from helpdesk.web.access import house
from helpdesk.web.entries import shown_entries
from helpdesk.web.files import files_of_thread
from helpdesk.web.letters_shown import LetterShown
from helpdesk.web.mail_marks import away_until, in_words
from helpdesk.web.remote_images import allowed_senders
from helpdesk.web.timeline import woven


def entries_of(incident: Incident, merged: Collection[Event]) -> list[Entry]:
    """Those of the incident, then those of its parts; `merged`: the events that made them parts."""
    return [*incident.entries, *(entries_of_parts(session(), incident) if merged else ())]


def thread_facts(
    incident: Incident,
    entries: Sequence[Entry],
    events: Sequence[Event],
    merged: Mapping[int, Event],
    letters: Mapping[int, LetterShown],
) -> dict[str, Any]:
    """For `incidents/_macros.html`."""
    root, now = request.script_root, house().clock.now()
    by_time = sorted((entry for entry in entries if entry.attachments), key=lambda entry: (entry.at, entry.id))
    files = files_of_thread(by_time, root, signature_pictures(session(), by_time))
    shown = shown_entries(incident, entries, letters, files, now)
    away = away_until(entries, incident.requester_id, now.date())
    return {
        "items": [shown[item.id] if isinstance(item, Entry) else item for item in woven(entries, events)],
        "root": root,
        "merged": list(merged.values()),
        "came_from": _came_from(incident),
        "images_allowed": allowed_senders({one.remote_from for one in shown.values()} - {""}),
        "away": in_words(away, now.date()) if away else "",
        "undo_forward": _undo_forward(incident),
    }


def _came_from(incident: Incident) -> str:
    """The number somebody followed to a merged incident, and so came here; "" for whoever did not."""
    number = request.args.get("merged", type=int)
    part = session().get(Incident, number) if number else None
    is_part = part is not None and part.id != incident.id and surviving(session(), part).id == incident.id
    return part.number if part is not None and is_part else ""


def _undo_forward(incident: Incident) -> str:
    """Where “not forwarded by Kim” is said; "" where the desk has no such page."""
    known = "web.undo_forward" in current_app.view_functions
    return url_for("web.undo_forward", number=incident.id) if known else ""
