"""Notes among agents; never sent to the requester."""

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.db import session
from helpdesk.errors import Conflict, Invalid
from helpdesk.incidents.mentions import note as mention_in_note
from helpdesk.incidents.thread import Words
from helpdesk.letters.markdown import render
from helpdesk.people.permissions import Permission
from helpdesk.web import web
from helpdesk.web.access import actor, house, needs
from helpdesk.web.changing import incident_to_change
from helpdesk.web.enclosures import enclosed
from helpdesk.web.forms.incident import WritingForm
from helpdesk.web.incident_page import Composer
from helpdesk.web.local_times import moments
from helpdesk.web.mentions import told_in_vain
from helpdesk.web.replies import written_again
from helpdesk.web.submissions import done, once
from helpdesk.web.taken import end_draft, number_in, taken
from helpdesk.web.time_spent import spent_with


@web.post("/incidents/<int:number>/notes")
@needs(Permission.WORK_INCIDENTS)
@once
def note(number: int) -> ResponseReturnValue:
    incident, form, files = incident_to_change(number), WritingForm(request.form), enclosed()
    text = form.text.data or ""
    html, features = render(text, keep_line_breaks=True), end_draft(number, text)
    words = Words(text=text, html=html, attachments=files, features=features)
    try:
        entry, mentioned = mention_in_note(session(), incident, words, by=actor(), **moments(form, house().clock.now()))
        spent_with(incident, form.minutes.data or "", "Note")
    except (Invalid, Conflict) as error:
        composer = Composer(
            text=text,
            kind="note",
            files=files,
            minutes=form.minutes.data or "",
            happened_at=form.happened_at.data or "",
            draft_version=number_in(request.form.get("draft_version")),
        )
        return written_again(number, composer, error)
    if in_vain := told_in_vain(mentioned, incident):
        flash(in_vain, "warning")
    taken(number)
    return done(url_for("web.incident", number=number, _anchor=f"entry-{entry.id}"))
