"""Files of a thread. Whoever may see the incident may have them."""

from io import BytesIO

from flask import Response, abort, send_file

from helpdesk.api.access import NUMBER_MAX, house, the_incident
from helpdesk.api.v1 import api
from helpdesk.api.v1.openapi import operation
from helpdesk.attachments import Attachment
from helpdesk.db import session
from helpdesk.incidents.thread import Entry


@api.get("/attachments/<int:number>")
@operation("Attachments", None, problems=(404,), parameters={"number": "The number of the attachment."})
def download_attachment(number: int) -> Response:
    """Download an attachment

    Its bytes as they came; its type is among the facts that the incident's thread gives.
    """
    found = session().get(Attachment, number) if number <= NUMBER_MAX else None
    entry = session().get(Entry, found.entry_id) if found else None
    if found is None or entry is None:
        abort(404)
    the_incident(entry.incident_id)
    answer = send_file(
        BytesIO(house().store.get(found.sha256)),
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=found.filename,
        etag=found.sha256,
        conditional=False,
    )
    answer.direct_passthrough = False  # spectree reads it
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
