"""A mail that came attached to another one, opened as a page: read on the spot, with its own files, and the mails
among those. Nothing of it is stored a second time."""

from dataclasses import dataclass

from flask import Response, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.attachments import Attachment
from helpdesk.incidents.thread import Entry
from helpdesk.web import web
from helpdesk.web.access import agents_only, house
from helpdesk.web.attachments import sent_file
from helpdesk.web.context import file_size
from helpdesk.web.files import SHOWN_INLINE, File, is_mail
from helpdesk.web.mail_facts import headers_of
from helpdesk.web.mail_frame import framed, policy
from helpdesk.web.reading import entry_to_read, file_to_read
from helpdesk.web.wording import paragraphs
from intake.mail.arrival import Arrival
from intake.mail.arrival import Attachment as Part
from intake.mail.limits import Limits
from intake.mail.parse import parse

DEPTH_MAX = 5


@dataclass(frozen=True, slots=True)
class Inner:
    """An attached mail, or one inside it. `within` names it: the places of files from the outside in, by hyphens."""

    file: Attachment
    within: str
    arrival: Arrival

    def url(self, endpoint: str, place: int | None = None, images: str | None = None) -> str:
        """Of this mail, or of the file at `place` in it."""
        inside = self.within if place is None else f"{self.within}-{place}".lstrip("-")
        return url_for(f"web.{endpoint}", number=self.file.id, within=inside or None, images=images)


@web.get("/mails/<int:number>")
@agents_only
def inner_mail(number: int) -> ResponseReturnValue:
    """`within`: see `Inner`."""
    mail = _opened(number, request.args.get("within", ""))
    entry: Entry = entry_to_read(mail.file.entry_id)
    files = [_file(mail, place, one) for place, one in enumerate(mail.arrival.attachments)]
    return render_template(
        "incidents/inner_mail.html",
        entry=entry,
        mail=mail,
        outer=_outer(mail),
        headers=headers_of(mail.arrival),
        body=paragraphs(mail.arrival.text),
        pictures=[one for one in files if one.is_image],
        others=[one for one in files if not one.is_image],
        frame=mail.url("inner_html") if mail.arrival.html else "",
        download=url_for("web.attachment", number=number, filename=mail.file.filename),
    )


@web.get("/mails/<int:number>/html")
@agents_only
def inner_html(number: int) -> ResponseReturnValue:
    """Its own HTML as a document; `images=1` lets it fetch images from elsewhere."""
    mail = _opened(number, request.args.get("within", ""))
    if not mail.arrival.html:
        abort(404)
    with_remote = request.args.get("images") == "1"
    inline = {
        one.content_id: mail.url("inner_file", place)
        for place, one in enumerate(mail.arrival.attachments)
        if one.content_id
    }
    page = render_template(
        "incidents/mail_frame.html",
        title=mail.arrival.subject,
        mail=framed(mail.arrival.html, inline, with_remote=with_remote),
        with_remote=with_remote,
        images_url=mail.url("inner_html", images="1"),
    )
    return Response(page, headers={"Content-Security-Policy": policy(with_remote=with_remote)})


@web.get("/mails/<int:number>/file")
@agents_only
def inner_file(number: int) -> ResponseReturnValue:
    """The bytes of a file in it; the last place of `within` is the file's."""
    mail, _, place = request.args.get("within", "").rpartition("-")
    found = _part(_opened(number, mail).arrival, place)
    return sent_file(found.content, found.content_type, found.filename, found.sha256)


def _opened(number: int, within: str) -> Inner:
    file = file_to_read(number)
    if not is_mail(file.content_type, file.filename):
        abort(404)
    limits = Limits(bytes_max=house().settings.message_bytes_max)
    arrival = parse(house().store.get(file.sha256), limits=limits)
    places = within.split("-") if within else []
    if len(places) >= DEPTH_MAX:
        abort(404, "Mails inside mails are opened up to a depth of five. Download the outermost one to go on.")
    for place in places:
        part = _part(arrival, place)
        if not is_mail(part.content_type, part.filename):
            abort(404)
        arrival = parse(part.content, limits=limits)
    return Inner(file, within, arrival)


def _part(arrival: Arrival, place: str) -> Part:
    number = int(place) if place.isascii() and place.isdecimal() and len(place) < 6 else -1
    if not 0 <= number < len(arrival.attachments):
        abort(404)
    return arrival.attachments[number]


def _outer(mail: Inner) -> str:
    """The mail around this one; "" for the outermost."""
    if not mail.within:
        return ""
    return url_for("web.inner_mail", number=mail.file.id, within=mail.within.rpartition("-")[0] or None)


def _file(mail: Inner, place: int, one: Part) -> File:
    opens = is_mail(one.content_type, one.filename)
    return File(
        name=one.filename,
        path=mail.url("inner_mail" if opens else "inner_file", place),
        size=file_size(one.size),
        is_image=one.content_type.lower() in SHOWN_INLINE,
        is_mail=opens,
        is_calendar=one.content_type.lower() == "text/calendar",
    )
