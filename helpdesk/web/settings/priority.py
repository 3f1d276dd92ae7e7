"""The matrix of impact and urgency, what is proposed from which facts, and how often agents chose otherwise."""

from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.db import commit, session
from helpdesk.errors import Invalid
from helpdesk.incidents.matrix_change import APPLIED_AT_ONCE, Preview, apply_to_open, open_otherwise, preview
from helpdesk.incidents.overrides import by_agent, overrides
from helpdesk.incidents.priority import Impact, Priority, PriorityPolicy, Urgency
from helpdesk.people.permissions import Permission
from helpdesk.policies import decide_on, policy
from helpdesk.services import Criticality
from helpdesk.web import web
from helpdesk.web.access import actor, house, needs, the_viewer
from helpdesk.web.forms.matrix import MatrixForm

PREVIEWED_DAYS = 30
WINDOWS = (30, 90)
REASONS_SHOWN = 20


@web.get("/settings/priority")
@needs(Permission.ADMINISTER)
def settings_priority() -> ResponseReturnValue:
    form = MatrixForm()
    form.show(policy(session(), PriorityPolicy))
    return _page(form)


@web.post("/settings/priority")
@needs(Permission.ADMINISTER)
def settings_change_priority() -> ResponseReturnValue:
    form = MatrixForm(request.form)
    chosen = _chosen(form)
    if chosen is None:
        return _page(form, status=422)
    decide_on(session(), chosen)
    commit()
    flash("Saved. It holds for what is prioritized from now on.", "success")
    return redirect(url_for("web.settings_priority"), 303)


@web.post("/settings/priority/preview")
@needs(Permission.ADMINISTER)
def settings_preview_priority() -> ResponseReturnValue:
    """Saves nothing: the form comes back with what it would have made of last month's incidents."""
    form = MatrixForm(request.form)
    chosen = _chosen(form)
    if chosen is None:
        return _page(form, status=422)
    since = house().clock.now() - timedelta(days=PREVIEWED_DAYS)
    return _page(form, preview(session(), the_viewer(), policy(session(), PriorityPolicy), chosen, since=since))


@web.post("/settings/priority/open")
@needs(Permission.ADMINISTER)
def settings_apply_priority() -> ResponseReturnValue:
    decided = policy(session(), PriorityPolicy)
    count = apply_to_open(session(), the_viewer(), decided, by=actor(), at=house().clock.now())
    commit()
    more = " Press it again for the rest." if count == APPLIED_AT_ONCE else ""
    flash(
        f"{count} open incident{'' if count == 1 else 's'} follow{'s' if count == 1 else ''} the matrix now.{more}",
        "success",
    )
    return redirect(url_for("web.settings_priority"), 303)


@web.post("/settings/priority/reset")
@needs(Permission.ADMINISTER)
def settings_reset_priority() -> ResponseReturnValue:
    """Back to what sites begin with."""
    decide_on(session(), PriorityPolicy())
    commit()
    flash("The matrix, the names and the numbers are as they were at the beginning.", "success")
    return redirect(url_for("web.settings_priority"), 303)


def _chosen(form: MatrixForm) -> PriorityPolicy | None:
    if not form.validate():
        return None
    try:
        return form.chosen()
    except Invalid as error:
        form.refuse(error)
        return None


def _page(form: MatrixForm, seen: Preview | None = None, status: int = 200) -> ResponseReturnValue:
    days = next((one for one in WINDOWS if str(one) == request.args.get("days")), WINDOWS[0])
    found = overrides(session(), the_viewer(), since=house().clock.now() - timedelta(days=days))
    decided = policy(session(), PriorityPolicy)
    return render_template(
        "settings/priority.html",
        form=form,
        preview=seen,
        previewed_days=PREVIEWED_DAYS,
        impacts=list(Impact),
        urgencies=list(Urgency),
        priorities=list(Priority),
        criticalities=[(one.value, one.name.capitalize()) for one in Criticality],
        open_otherwise=open_otherwise(session(), the_viewer(), decided),
        overrides=found[:REASONS_SHOWN],
        tallies=by_agent(found),
        windows=[(f"{one} days", url_for("web.settings_priority", days=one), None) for one in WINDOWS],
        window=url_for("web.settings_priority", days=days),
        is_default=decided == PriorityPolicy(),
    ), status
