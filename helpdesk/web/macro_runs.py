"""Running a macro on the incident one looks at: the list in a dialog, what it would do, and doing it."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.db import db, session
from helpdesk.errors import Refused
from helpdesk.incidents.action_choices import offered
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.macros import Macro, macros, run
from helpdesk.incidents.operation import Result
from helpdesk.incidents.operations import rehearse
from helpdesk.incidents.queries import visible
from helpdesk.people.permissions import Permission
from helpdesk.web import web
from helpdesk.web.access import actor, house, needs, the_incident, the_viewer
from helpdesk.web.changing import incident_to_change
from helpdesk.web.macro_words import steps
from helpdesk.web.operations import tell_outcome
from helpdesk.web.shared import found
from helpdesk.web.submissions import done, new_key, once
from helpdesk.web.variables import wording


@web.get("/incidents/<int:number>/macros")
@needs(Permission.WORK_INCIDENTS)
def macros_for_incident(number: int) -> ResponseReturnValue:
    return _page(the_incident(number))


@web.post("/incidents/<int:number>/macros/<int:macro_id>/preview")
@needs(Permission.WORK_INCIDENTS)
def preview_macro(number: int, macro_id: int) -> ResponseReturnValue:
    """Done and taken back, so that it says what would really happen. A POST, for it writes on the way."""
    incident, macro = the_incident(number), found(Macro, macro_id)
    try:
        [told] = rehearse(
            session(), [incident], macro.todo, by=actor(), at=house().clock.now(), viewer=the_viewer(),
            wording=wording(),
        )  # fmt: skip
        said = {
            Result.CHANGED: f"It would do this: {told.said}.",
            Result.SAME: "Nothing would change: it is so already.",
            Result.REFUSED: f"It can’t be done here: {told.said}",
        }[told.result]
        if told.hidden:
            said = f"{said} You would not see the incident afterwards."
    except Refused as error:
        said = str(error)
    db.session.rollback()
    return _page(the_incident(number), previewed=macro_id, said=said)


@web.post("/incidents/<int:number>/macros/<int:macro_id>")
@needs(Permission.WORK_INCIDENTS)
@once
def run_macro(number: int, macro_id: int) -> ResponseReturnValue:
    incident, macro = incident_to_change(number), found(Macro, macro_id)
    try:
        made = run(session(), macro, [incident], by=actor(), at=house().clock.now(), wording=wording())
    except Refused as error:
        db.session.rollback()
        flash(f"“{macro.name}” was not run. {error}", "warning")
        return done(url_for("web.incident", number=number))
    [outcome] = made.outcomes
    if outcome.result == Result.CHANGED:
        tell_outcome(made, f"{macro.name}: {outcome.said}.")
    else:
        flash(f"“{macro.name}” changed nothing. {outcome.said or 'It is so already.'}", "warning")
    return done(url_for("web.incident", number=number) if _is_seen(number) else url_for("web.queue"))


def _is_seen(number: int) -> bool:
    return session().query(Incident.id).where(Incident.id == number, visible(the_viewer())).first() is not None


def _page(incident: Incident, previewed: int = 0, said: str = "") -> ResponseReturnValue:
    rows, known = macros(session(), the_viewer()), offered(session(), the_viewer())
    return render_template(
        "macros/_run.html" if request.headers.get("HX-Request") else "macros/run.html",
        incident=incident,
        rows=rows,
        steps={one.id: steps(one.todo, known) for one in rows},
        previewed=previewed,
        said=said,
        key=new_key(),
    )
