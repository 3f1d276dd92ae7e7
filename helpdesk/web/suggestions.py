"""Suggested fixes beside an incident, and what agents say of them: use this, not this."""

from flask import abort, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.db import commit, session
from helpdesk.incidents.incident import Incident
from helpdesk.journal import EventKind
from helpdesk.knowledge.reuse import Verdict, judge, verdicts_on
from helpdesk.people.permissions import Permission
from helpdesk.reports.suggestions import Fix, fixes
from helpdesk.web import web
from helpdesk.web.access import actor, agents_only, house, needs, the_incident, the_viewer
from helpdesk.web.changing import incident_to_change
from helpdesk.web.submissions import done
from helpdesk.web.suggested import cards, key_of
from search.index import SearchError


@web.get("/incidents/<int:number>/suggestions")
@agents_only
def suggestions(number: int) -> ResponseReturnValue:
    found = the_incident(number)
    try:
        shown, silent = cards(found), False
    except SearchError as error:
        current_app.logger.warning("suggestions for incident %s: %s", number, error)
        shown, silent = [], True
    template = "_suggestions.html" if request.headers.get("HX-Request") else "suggestions.html"
    return render_template(f"incidents/{template}", incident=found, cards=shown, silent=silent)


@web.post("/incidents/<int:number>/fixes/<kind>/<int:document>/use")
@needs(Permission.WORK_INCIDENTS)
def use_fix(number: int, kind: str, document: int) -> ResponseReturnValue:
    """Puts the fix into the reply box: with htmx behind what stands there already, else by loading the page anew."""
    found, fix = incident_to_change(number), _the_fix(f"{kind}-{document}")
    _judge(found, fix, Verdict.USED, EventKind.FIX_REUSED)
    if not request.headers.get("HX-Request"):
        return done(url_for("web.incident", number=number, fix=f"{kind}-{document}", _anchor="composer"))
    commit()
    typed = request.form.get("text", "").rstrip()
    text = fix.text if fix.text in typed else f"{typed}\n\n{fix.text}".lstrip()
    return render_template("incidents/_fix_used.html", incident=found, fix=fix, text=text)


@web.post("/incidents/<int:number>/fixes/<kind>/<int:document>/rejection")
@needs(Permission.WORK_INCIDENTS)
def reject_fix(number: int, kind: str, document: int) -> ResponseReturnValue:
    """Not this: the card goes, and the fix counts for less from now on."""
    found, fix = incident_to_change(number), _the_fix(f"{kind}-{document}")
    _judge(found, fix, Verdict.REJECTED, EventKind.FIX_REJECTED)
    if not request.headers.get("HX-Request"):
        return done(url_for("web.incident", number=number))
    commit()
    return ""


def _the_fix(text: str) -> Fix:
    key = key_of(text)
    fix = fixes(session(), the_viewer(), [key]).get(key) if key else None
    if fix is None:
        abort(404)
    return fix


def _judge(found: Incident, fix: Fix, verdict: Verdict, kind: EventKind) -> None:
    """Records what was said of a fix; saying it again changes nothing."""
    if verdicts_on(session(), found.id).get(fix.key) is verdict:
        return
    at, by = house().clock.now(), actor()
    judge(session(), found.id, fix.key, verdict, agent_name=by.name, at=at)
    found._record(kind, by=by, at=at, document=str(fix.key))
