"""The table of moves: from which status to which one agents may go."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.db import commit, db, session
from helpdesk.errors import Invalid
from helpdesk.incidents.status_table import laid, may_follow, tie, ways
from helpdesk.people.permissions import Permission
from helpdesk.web import web
from helpdesk.web.access import needs


@web.get("/settings/states/moves")
@needs(Permission.ADMINISTER)
def settings_moves() -> ResponseReturnValue:
    return _page()


@web.post("/settings/states/moves")
@needs(Permission.ADMINISTER)
def settings_change_moves() -> ResponseReturnValue:
    """A box for each move, named from-to by the numbers of the statuses."""
    ticked = set(request.form.getlist("move"))
    laid(session())
    try:
        for to, before in ways(session()):
            tie(session(), to, [one.id for one in before if f"{one.id}-{to.id}" in ticked])
    except Invalid as error:
        db.session.rollback()
        return _page(ticked, str(error)), 422
    commit()
    flash("Saved. It holds from the next move on.", "success")
    return redirect(url_for("web.settings_states"), 303)


def _page(ticked: set[str] | None = None, said: str = "") -> str:
    table = ways(session())
    if ticked is None:
        ticked = {f"{one.id}-{to.id}" for to, before in table for one in before if may_follow(to, one)}
    columns = [to for to, _ in table]
    return render_template(
        "settings/moves.html",
        columns=columns,
        possible={f"{one.id}-{to.id}" for to, before in table for one in before},
        ticked=ticked,
        said=said,
    )
