"""“Yes, it is fixed” and “no, it isn't”: the page behind the links of a resolution letter. A GET only asks."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.db import commit, session
from helpdesk.errors import Conflict
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.lifecycle import State
from helpdesk.incidents.thread import Words
from helpdesk.letters.links import Answer, Confirmation, read_confirmation, tracking_url
from helpdesk.web.access import house
from helpdesk.web.forms.tracking import AnswerForm
from helpdesk.web.limits import REPORT, limiter
from helpdesk.web.portal.blueprint import blueprint
from helpdesk.web.portal.tracking import latest_resolution, no_such_link, requesters_incident


@blueprint.get("/track/<token>/answer")
def answer(token: str) -> ResponseReturnValue:
    asked = _asked(token)
    if asked is None:
        return no_such_link()
    said, incident = asked
    if not _is_asked_still(said, incident):
        return _answered_already(incident)
    return _page(incident, token, AnswerForm(), said.answer)


@blueprint.post("/track/<token>/answer")
@limiter.limit(REPORT)
def give_answer(token: str) -> ResponseReturnValue:
    asked = _asked(token)
    if asked is None:
        return no_such_link()
    said, incident = asked
    if not _is_asked_still(said, incident):
        return _answered_already(incident)
    form = AnswerForm(request.form)
    chosen = Answer.YES if request.form.get("answer") == Answer.YES.value else Answer.NO
    if not form.validate():
        return _page(incident, token, form, chosen), 422
    try:
        _apply(incident, chosen, form.text.data or "")
        commit()
    except Conflict:  # a second click, or an agent at the same moment
        session().rollback()
        return _answered_already(requesters_incident(said.incident_id, said.requester_id) or incident)
    return redirect(url_for("portal.answered", token=token), 303)


@blueprint.get("/track/<token>/answered")
def answered(token: str) -> ResponseReturnValue:
    asked = _asked(token)
    if asked is None:
        return no_such_link()
    return render_template("portal/answered.html", incident=asked[1], tracking_url=_tracking(asked[1]))


def _asked(token: str) -> tuple[Confirmation, Incident] | None:
    said = read_confirmation(house().signing_key, token)
    incident = requesters_incident(said.incident_id, said.requester_id) if said else None
    return (said, incident) if said and incident else None


def _is_asked_still(said: Confirmation, incident: Incident) -> bool:
    return incident.current is State.RESOLVED and latest_resolution(incident) == said.resolution_sequence


def _apply(incident: Incident, chosen: Answer, text: str) -> None:
    by, at = incident.requester.actor(), house().clock.now()
    if chosen is Answer.YES:
        incident.confirm(by=by, at=at)
        return
    incident.reopen("The requester says that it is not fixed.", by=by, at=at)
    if text.strip():
        incident.receive(Words(text=text), by=by, at=at)


def _page(incident: Incident, token: str, form: AnswerForm, proposed: Answer) -> str:
    return render_template(
        "portal/answer.html",
        incident=incident,
        token=token,
        form=form,
        proposed=proposed.value,
        tracking_url=_tracking(incident),
    )


def _answered_already(incident: Incident) -> ResponseReturnValue:
    return render_template("portal/answered_already.html", incident=incident, tracking_url=_tracking(incident)), 410


def _tracking(incident: Incident) -> str:
    made = tracking_url("", house().signing_key, incident.id, incident.requester_id)
    return request.script_root + made
