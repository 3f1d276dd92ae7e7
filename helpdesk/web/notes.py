"""Notes among agents; never sent to the requester."""

from flask import request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.errors import Conflict, Invalid
from helpdesk.incidents.thread import Words
from helpdesk.letters.markdown import render
from helpdesk.people.permissions import Permission
from helpdesk.web import web
from helpdesk.web.access import actor, house, needs
from helpdesk.web.changing import incident_to_change
from helpdesk.web.enclosures import enclosed
from helpdesk.web.forms.incident import WritingForm
from helpdesk.web.incident_page import Composer
from helpdesk.web.replies import written_again
from helpdesk.web.submissions import done, once


@web.post("/incidents/<int:number>/notes")
@needs(Permission.WORK_INCIDENTS)
@once
def note(number: int) -> ResponseReturnValue:
    incident, form, files = incident_to_change(number), WritingForm(request.form), enclosed()
    text = form.text.data or ""
    words = Words(text=text, html=render(text, keep_line_breaks=True), attachments=files)
    try:
        entry = incident.note(words, by=actor(), at=house().clock.now())
    except (Invalid, Conflict) as error:
        return written_again(number, Composer(text=text, kind="note", files=files), error)
    return done(url_for("web.incident", number=number, _anchor=f"entry-{entry.id}"))
