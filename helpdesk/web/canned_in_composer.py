"""Canned replies where one writes: the list for the menu of the composer, filled in for this incident, and the way
to put one in without a script."""

from flask import jsonify, request
from flask.typing import ResponseReturnValue

from helpdesk.db import session
from helpdesk.errors import Invalid
from helpdesk.incidents.canned_replies import CannedReply, canned_replies, offered_first, text_for, used
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.variables import fill
from helpdesk.letters.languages import language_for
from helpdesk.people.permissions import Permission
from helpdesk.web import web
from helpdesk.web.access import agents_only, house, needs, the_incident, the_viewer
from helpdesk.web.enclosures import enclosed
from helpdesk.web.forms.incident import WritingForm
from helpdesk.web.incident_page import show
from helpdesk.web.recipients import chosen_in
from helpdesk.web.replies import composer_in
from helpdesk.web.variables import variables_of


@web.get("/incidents/<int:number>/canned-replies")
@agents_only
def canned_for_incident(number: int) -> ResponseReturnValue:
    """id, name, shortcut and the text as it would stand here; `problem` says why one can't be used."""
    incident = the_incident(number)
    language, values = language_for(session(), incident.requester).code, variables_of(incident)
    made = []
    for one in _offered(incident):
        said = {"id": one.id, "name": one.name, "shortcut": one.shortcut}
        try:
            made.append(said | {"text": fill(text_for(one, language), values)[0]})
        except Invalid as error:
            made.append(said | {"text": "", "problem": str(error)})
    return jsonify(made)


@web.post("/incidents/<int:number>/canned-replies")
@needs(Permission.WORK_INCIDENTS)
def insert_canned_reply(number: int) -> ResponseReturnValue:
    """The page again, with everything typed so far, the list to choose from, and what was chosen put in."""
    incident = the_incident(number)
    composer = composer_in(WritingForm(request.form), enclosed())
    composer.kind = "note" if request.form.get("kind") == "note" else "reply"
    composer.canned_choices = _offered(incident)
    try:
        composer.recipients = chosen_in(incident, request.form)
        one = next((one for one in composer.canned_choices if str(one.id) == request.form.get("canned_choice")), None)
        if one is not None:
            text = fill(text_for(one, language_for(session(), incident.requester).code), variables_of(incident))[0]
            composer.text = "\n\n".join(filter(None, (composer.text.rstrip(), text)))
            composer.canned = (*composer.canned, one.id)
    except Invalid as error:
        composer.errors = (str(error),)
        return show(incident, composer, 422)
    return show(incident, composer)


def _offered(incident: Incident) -> list[CannedReply]:
    viewer = the_viewer()
    counts = used(session(), viewer, now=house().clock.now())
    return offered_first(canned_replies(session(), viewer), incident.category, counts)
