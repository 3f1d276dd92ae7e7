"""What requesters said of how it went: the figures, and low answers that somebody should look after."""

from datetime import timedelta

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.db import commit, session
from helpdesk.incidents.survey import Survey, deal_with
from helpdesk.people.permissions import Permission
from helpdesk.reports.feedback import ANSWERS_MIN, by_service, by_team, latest, open_low, overall
from helpdesk.web import web
from helpdesk.web.access import actor, agents_only, house, needs, the_incident, the_viewer

SPANS = {30: "30 days", 90: "90 days", 365: "A year"}


@web.get("/feedback")
@agents_only
def feedback() -> ResponseReturnValue:
    asked = request.args.get("days", 90, int)
    days = asked if asked in SPANS else 90
    since, viewer = house().clock.now() - timedelta(days=days), the_viewer()
    return render_template(
        "feedback/feedback.html",
        days=days,
        spans=SPANS,
        all=overall(session(), viewer, since),
        teams=by_team(session(), viewer, since),
        services=by_service(session(), viewer, since),
        low=open_low(session(), viewer),
        latest=latest(session(), viewer),
        answers_min=ANSWERS_MIN,
    )


@web.post("/feedback/<int:number>/dealt-with")
@needs(Permission.WORK_INCIDENTS)
def deal_with_feedback(number: int) -> ResponseReturnValue:
    found = session().get(Survey, number) or abort(404)
    the_incident(found.incident_id)
    deal_with(found, by=actor(), at=house().clock.now())
    commit()
    flash("It is off the list.", "success")
    return redirect(url_for("web.feedback"), 303)
