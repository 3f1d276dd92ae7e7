"""Replies to the requester, and what becomes of the incident after one."""

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.attachments import Attachment
from helpdesk.db import db
from helpdesk.errors import Conflict, Invalid
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.thread import Entry, Words
from helpdesk.journal import EventKind
from helpdesk.letters.markdown import render
from helpdesk.people.permissions import Permission
from helpdesk.web import web
from helpdesk.web.access import actor, house, needs
from helpdesk.web.changing import incident_to_change, meanwhile
from helpdesk.web.enclosures import enclosed
from helpdesk.web.forms.incident import RESOLVE, WAIT, WritingForm
from helpdesk.web.incident_page import Composer, show
from helpdesk.web.submissions import done, once

# Who answers wants to know that a colleague answered, or the requester wrote, since the page was loaded.
COMPETING = (EventKind.REPLIED, EventKind.RECEIVED)


@web.post("/incidents/<int:number>/replies")
@needs(Permission.WORK_INCIDENTS)
@once
def reply(number: int) -> ResponseReturnValue:
    incident, form, files = incident_to_change(number), WritingForm(request.form), enclosed()
    composer = Composer(text=form.text.data or "", next_state=form.next_state.data or "", files=files)
    composer.since = meanwhile(number, form.seen_sequence, COMPETING)
    if composer.since:
        return show(incident, composer, 409)
    try:
        entry = _write(incident, form, files)
    except (Invalid, Conflict) as error:
        return written_again(number, composer, error)
    return done(_next(number, entry, form.next_state.data))


def _write(incident: Incident, form: WritingForm, files: tuple[Attachment, ...]) -> Entry:
    at, text = house().clock.now(), form.text.data or ""
    words = Words(text=text, html=render(text, keep_line_breaks=True), attachments=files)
    entry = incident.reply(words, by=actor(), at=at)
    if form.next_state.data == WAIT:
        incident.wait_for_requester(by=actor(), at=at)
    return entry


def _next(number: int, entry: Entry, next_state: str) -> str:
    if next_state == RESOLVE:
        return url_for("web.resolution", number=number, entry=entry.id)
    flash("Reply sent.", "success")
    return url_for("web.incident", number=number, _anchor=f"entry-{entry.id}")


def written_again(number: int, composer: Composer, error: Invalid | Conflict) -> ResponseReturnValue:
    """The incident with what was typed still in the box, and why it was not taken."""
    db.session.rollback()
    if isinstance(error, Invalid):
        composer.errors = (str(error),)
        return show(incident_to_change(number), composer, 422)
    composer.said = str(error)
    return show(incident_to_change(number), composer, 409)
