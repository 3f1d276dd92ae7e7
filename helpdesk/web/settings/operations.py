"""How the desk runs: errands that wait or were given up, the search index, the mailboxes, the processes."""

from dataclasses import dataclass
from datetime import datetime

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from helpdesk import errands, heartbeats
from helpdesk.db import commit, session
from helpdesk.errands import Errand, ErrandState
from helpdesk.mailboxes.alarms import Alarm, open_alarms, past_alarms
from helpdesk.mailboxes.mailbox import Mailbox
from helpdesk.people.permissions import Permission
from helpdesk.reactions import DELIVER, FETCH, INDEX, NOTIFY
from helpdesk.reactions.alarm import letters_about
from helpdesk.web import web
from helpdesk.web.access import house, needs
from helpdesk.web.alarms import KINDS
from intake.ledger import LedgerRow
from search.index import SearchError

SHOWN_MAX = 100
REACTIONS = {
    NOTIFY: "Tell people",
    INDEX: "Update the search index",
    DELIVER: "Send a letter",
    FETCH: "Fetch a large mail",
}
PAST_MAX = 10


@dataclass(frozen=True, slots=True)
class Waiting:
    """Errands of one reaction that are not done. `since` is when the oldest one was due."""

    name: str
    count: int
    since: datetime | None


@web.get("/settings/operations")
@needs(Permission.SEE_OPERATIONS)
def settings_operations() -> ResponseReturnValue:
    now = house().clock.now()
    beats = heartbeats.latest(session())
    alarms = open_alarms(session())
    return render_template(
        "settings/operations.html",
        waiting=_waiting(),
        given_up=errands.given_up(session(), SHOWN_MAX),
        shown_max=SHOWN_MAX,
        reactions=REACTIONS,
        index=_index(),
        mailboxes=list(session().scalars(select(Mailbox).options(joinedload(Mailbox.health)).order_by(Mailbox.name))),
        last_in=session().scalar(select(func.max(LedgerRow.received_at))),
        alarms=_told(alarms),
        past=past_alarms(session(), PAST_MAX),
        kinds=KINDS,
        processes=[(name, at, (now - at).total_seconds() <= heartbeats.FRESH_SECONDS) for name, at in beats.items()],
    )


@web.post("/settings/operations/errands/<int:number>/retry")
@needs(Permission.SEE_OPERATIONS)
def settings_retry_errand(number: int) -> ResponseReturnValue:
    errand = session().get(Errand, number) or abort(404)
    if errand.state == ErrandState.GIVEN_UP.value:
        errands.retry(errand, now=house().clock.now())
    commit()
    house().wake_worker()
    flash("It is tried again.", "success")
    return redirect(url_for("web.settings_operations"), 303)


@web.post("/settings/operations/errands/retry")
@needs(Permission.SEE_OPERATIONS)
def settings_retry_errands() -> ResponseReturnValue:
    given_up = errands.given_up(session(), SHOWN_MAX)
    for errand in given_up:
        errands.retry(errand, now=house().clock.now())
    commit()
    house().wake_worker()
    flash(f"{len(given_up)} errand{'' if len(given_up) == 1 else 's'} tried again.", "success")
    return redirect(url_for("web.settings_operations"), 303)


@dataclass(frozen=True, slots=True)
class Told:
    """An alarm, and the letters about it, newest for each reader."""

    alarm: Alarm
    letters: tuple[tuple[str, str], ...]


def _told(alarms: list[Alarm]) -> list[Told]:
    letters = letters_about(session(), [alarm.id for alarm in alarms]) if alarms else {}
    return [
        Told(alarm, tuple({one.recipient: one.state for one in letters.get(alarm.id, ())}.items())) for alarm in alarms
    ]


def _waiting() -> list[Waiting]:
    open_states = [ErrandState.DUE.value, ErrandState.CLAIMED.value]
    query = (
        select(Errand.reaction, func.count(), func.min(Errand.due_at))
        .where(Errand.state.in_(open_states))
        .group_by(Errand.reaction)
    )
    found = {reaction: (count, since) for reaction, count, since in session().execute(query)}
    return [Waiting(name, *found.get(reaction, (0, None))) for reaction, name in REACTIONS.items()]


def _index() -> dict[str, int | str]:
    try:
        return {"documents": house().index.document_count, "problem": ""}
    except SearchError as error:
        return {"documents": 0, "problem": str(error)}
