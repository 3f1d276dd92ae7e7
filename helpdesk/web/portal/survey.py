"""“How did we do?”: the page behind the links of a closing letter. A GET only asks, for mail scanners follow links."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.db import commit, session
from helpdesk.errors import Conflict, Invalid
from helpdesk.incidents.survey import Score, Survey, is_over, rate, survey_of
from helpdesk.letters.links import Rating, read_survey
from helpdesk.letters.survey_notices import tell_of_low
from helpdesk.web.access import house
from helpdesk.web.forms.survey import RatingForm
from helpdesk.web.limits import REPORT, limiter
from helpdesk.web.portal.blueprint import blueprint
from helpdesk.web.portal.tracking import no_such_link


@blueprint.get("/track/<token>/survey")
def survey(token: str) -> ResponseReturnValue:
    asked = _asked(token)
    if asked is None:
        return no_such_link()
    said, found = asked
    if is_over(session(), found, at=house().clock.now()):
        return _over(found)
    form = RatingForm(score=said.score, comment=found.comment)
    return _page(found, token, form)


@blueprint.post("/track/<token>/survey")
@limiter.limit(REPORT)
def give_rating(token: str) -> ResponseReturnValue:
    asked = _asked(token)
    if asked is None:
        return no_such_link()
    _, found = asked
    form = RatingForm(request.form)
    if not form.validate():
        return _page(found, token, form), 422
    now = house().clock.now()
    try:
        score, comment = Score(form.score.data), form.comment.data or ""
        event = rate(session(), found, score, comment, by=found.requester.actor(), at=now)
        if event is not None:
            tell_of_low(session(), found, event, now=now)
        commit()
    except Conflict:
        session().rollback()
        return _over(found)
    except Invalid as error:
        session().rollback()
        form.refuse(error)
        return _page(found, token, form), 422
    return redirect(url_for("portal.rated", token=token), 303)


@blueprint.get("/track/<token>/rated")
def rated(token: str) -> ResponseReturnValue:
    asked = _asked(token)
    if asked is None:
        return no_such_link()
    return render_template("portal/rated.html", survey=asked[1], token=token, is_over=False)


def _asked(token: str) -> tuple[Rating, Survey] | None:
    said = read_survey(house().signing_key, token)
    found = survey_of(session(), said.incident_id, said.sequence) if said else None
    if said is None or found is None or found.requester_id != said.requester_id or not found.requester.addresses:
        return None
    return said, found


def _page(found: Survey, token: str, form: RatingForm) -> str:
    return render_template("portal/survey.html", survey=found, token=token, form=form)


def _over(found: Survey) -> ResponseReturnValue:
    return render_template("portal/rated.html", survey=found, token="", is_over=True), 410
