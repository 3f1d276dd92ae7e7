"""Which entries and files an agent may open: those of incidents they may see. What was merged is seen by whoever
sees the incident it went into."""

from flask import abort

from helpdesk.attachments import Attachment
from helpdesk.db import session
from helpdesk.incidents.merge import surviving
from helpdesk.incidents.thread import Entry
from helpdesk.web.access import the_incident


def entry_to_read(number: int) -> Entry:
    """The entry of this number, or 404."""
    entry = session().get(Entry, number)
    if entry is None:
        abort(404)
    the_incident(surviving(session(), entry.incident).id)
    return entry


def file_to_read(number: int) -> Attachment:
    """The attachment of this number, or 404."""
    found = session().get(Attachment, number)
    if found is None:
        abort(404)
    entry_to_read(found.entry_id)
    return found
