"""The outbox: what is scheduled, waits, is tried again or did not get through, each letter to each recipient."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from helpdesk.db import session
from helpdesk.letters.delivery import DeliveryState
from helpdesk.letters.outbox import OutboxRow, View, outbox_counts, outbox_page
from helpdesk.web import web
from helpdesk.web.access import agents_only, the_viewer
from helpdesk.web.letters_shown import BADGES

TITLES = {
    View.SCHEDULED: "Scheduled",
    View.WAITING: "Waiting",
    View.RETRYING: "Trying again",
    View.UNCERTAIN: "Uncertain",
    View.FAILED: "Not delivered",
    View.BOUNCED: "Bounced",
}
EMPTY = {
    View.SCHEDULED: "No letter waits for its time.",
    View.WAITING: "Everything has left.",
    View.RETRYING: "No mail server asked for patience.",
    View.UNCERTAIN: "Nobody is in doubt about a letter.",
    View.FAILED: "No letter was refused.",
    View.BOUNCED: "No letter came back.",
}
KINDS = {
    "reply": "Reply",
    "consultation": "Question to a third party",
    "acknowledgement": "Acknowledgement",
    "resolution": "Resolution",
    "reopened": "Reopened",
    "closed": "Closed",
}


@web.get("/outbox")
@agents_only
def outbox() -> ResponseReturnValue:
    mine = request.args.get("whose") == "mine"
    counts = outbox_counts(session(), the_viewer(), mine=mine)
    view = _view(counts)
    page = outbox_page(session(), the_viewer(), view, mine=mine, cursor=request.args.get("cursor", ""))
    return render_template(
        "outbox/list.html",
        view=view,
        mine=mine,
        counts=counts,
        titles=TITLES,
        empty=EMPTY[view],
        kinds=KINDS,
        rows=page.rows,
        badge_of=_badge,
        next_cursor=page.next_cursor,
    )


def _view(counts: dict[View, int]) -> View:
    """The one asked for, else the first that somebody has to look at."""
    asked = request.args.get("view", "")
    if asked in set(View):
        return View(asked)
    return next((view for view in (View.UNCERTAIN, View.FAILED, View.BOUNCED) if counts[view]), View.SCHEDULED)


def _badge(row: OutboxRow) -> str:
    return row.state if row.delivery_id is None else BADGES[DeliveryState(row.state)]
