"""Files of a thread, and the mails as they were sent. Whoever may see the incident may see them."""

from io import BytesIO

from flask import Response, abort, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from helpdesk.attachments import Attachment
from helpdesk.db import session
from helpdesk.incidents.thread import Entry
from helpdesk.web import web
from helpdesk.web.access import agents_only, house, the_incident
from helpdesk.web.mail_frame import framed, policy

# Browsers show these without running anything in them; SVG and PDF are not among them.
SHOWN_INLINE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
FILE_POLICY = "default-src 'none'; sandbox"


@web.get("/attachments/<int:number>/<filename>")
@agents_only
def attachment(number: int, filename: str) -> ResponseReturnValue:  # noqa: ARG001 - the address's, for people
    """The bytes, under the name that the row knows."""
    found = session().get(Attachment, number)
    if found is None:
        abort(404)
    _the_entry(found.entry_id)
    shown = found.content_type.lower() in SHOWN_INLINE
    answer = send_file(
        BytesIO(house().store.get(found.sha256)),
        mimetype=found.content_type.lower() if shown else "application/octet-stream",
        as_attachment=not shown,
        download_name=found.filename,
        etag=found.sha256,
    )
    answer.headers["Content-Security-Policy"] = FILE_POLICY
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


@web.get("/entries/<int:number>/html")
@agents_only
def entry_html(number: int) -> ResponseReturnValue:
    """The mail's own HTML as a document; `images=1` lets it fetch images from elsewhere."""
    entry = _the_entry(number)
    if not entry.html:
        abort(404)
    with_remote = request.args.get("images") == "1"
    inline = {
        one.content_id.strip("<>"): url_for("web.attachment", number=one.id, filename=one.filename)
        for one in entry.attachments
        if one.content_id
    }
    page = render_template(
        "incidents/mail_frame.html",
        entry=entry,
        mail=framed(entry.html, inline, with_remote=with_remote),
        with_remote=with_remote,
    )
    return Response(page, headers={"Content-Security-Policy": policy(with_remote=with_remote)})


@web.get("/entries/<int:number>/text")
@agents_only
def entry_text(number: int) -> ResponseReturnValue:
    """All words of an entry, the quoted ones too, for texts too long for the page."""
    entry = _the_entry(number)
    said = "\n\n".join(filter(None, (entry.text, entry.quoted)))
    return Response(said, mimetype="text/plain", headers={"Content-Security-Policy": FILE_POLICY})


def _the_entry(number: int) -> Entry:
    entry = session().get(Entry, number)
    if entry is None:
        abort(404)
    the_incident(entry.incident_id)
    return entry
