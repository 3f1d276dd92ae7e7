"""Files of a thread, and the mails as they were sent. Whoever may see the incident may see them."""

from io import BytesIO

from flask import Response, abort, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from helpdesk.incidents.thread import Entry
from helpdesk.web import web
from helpdesk.web.access import agents_only, house
from helpdesk.web.downloads import FILE_POLICY
from helpdesk.web.files import SHOWN_INLINE
from helpdesk.web.mail_frame import framed, policy
from helpdesk.web.reading import entry_to_read, file_to_read
from helpdesk.web.remote_images import allowed_senders


@web.get("/attachments/<int:number>/<filename>")
@agents_only
def attachment(number: int, filename: str) -> ResponseReturnValue:  # noqa: ARG001 - the address's, for people
    """The bytes, under the name that the row knows."""
    found = file_to_read(number)
    return sent_file(house().store.get(found.sha256), found.content_type, found.filename, found.sha256)


def sent_file(content: bytes, content_type: str, filename: str, sha256: str) -> Response:
    """Pictures are shown in place, all else is downloaded; nothing in it can run."""
    shown = content_type.lower() in SHOWN_INLINE
    answer = send_file(
        BytesIO(content),
        mimetype=content_type.lower() if shown else "application/octet-stream",
        as_attachment=not shown,
        download_name=filename,
        etag=sha256,
    )
    answer.headers["Content-Security-Policy"] = FILE_POLICY
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


@web.get("/entries/<int:number>/html")
@agents_only
def entry_html(number: int) -> ResponseReturnValue:
    """The mail's own HTML as a document; `images=1` lets it fetch images from elsewhere, `images=0` doesn't. Without
    either it is as the agent decided for this sender."""
    entry = entry_to_read(number)
    if not entry.html:
        abort(404)
    with_remote = _with_remote(entry)
    inline = {
        one.content_id.strip("<>"): url_for("web.attachment", number=one.id, filename=one.filename)
        for one in entry.attachments
        if one.content_id
    }
    page = render_template(
        "incidents/mail_frame.html",
        title=entry.author_name,
        mail=framed(entry.html, inline, with_remote=with_remote),
        with_remote=with_remote,
        images_url=url_for("web.entry_html", number=entry.id, images=1),
    )
    return Response(page, headers={"Content-Security-Policy": policy(with_remote=with_remote)})


@web.get("/entries/<int:number>/text")
@agents_only
def entry_text(number: int) -> ResponseReturnValue:
    """All words of an entry, the quoted ones too, for texts too long for the page."""
    entry = entry_to_read(number)
    said = "\n\n".join(filter(None, (entry.text, entry.quoted)))
    return Response(said, mimetype="text/plain", headers={"Content-Security-Policy": FILE_POLICY})


def _with_remote(entry: Entry) -> bool:
    asked = request.args.get("images", "")
    # Whoever forges a sender must not learn more for it.
    welcome = entry.trust != "fail" and bool(allowed_senders({entry.sender} - {""}))
    return asked == "1" or (asked != "0" and welcome)
