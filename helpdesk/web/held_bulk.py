"""Decisions about many held mails at once: discard, take back, look again. Each mail stands for itself; what somebody
else decided meanwhile is left as they decided, and told."""

from collections.abc import Callable

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.db import commit, db, session
from helpdesk.errors import Conflict
from helpdesk.people.permissions import Permission
from helpdesk.web import web
from helpdesk.web.access import actor, house, needs, the_viewer
from intake import held as verbs
from intake.ledger import LedgerRow, LedgerState
from intake.ledger_search import row_for

AT_ONCE_MAX = 50


@web.post("/held/discard")
@needs(Permission.HANDLE_HELD_MAIL)
def discard_held_mails() -> ResponseReturnValue:
    done, others = _each(lambda row: verbs.discard(session(), row, by=actor(), at=house().clock.now()))
    if done:
        undo = url_for("web.restore_held_mails", mail=done)
        said = f"{_mails(len(done))} put away. {'They are' if len(done) > 1 else 'It is'} kept in the ledger."
        flash({"text": said, "action": "Undo", "action_url": undo}, "message")  # type: ignore[arg-type]  # a toast
    return _back(done, others)


@web.post("/held/restoration")
@needs(Permission.HANDLE_HELD_MAIL)
def restore_held_mails() -> ResponseReturnValue:
    done, others = _each(lambda row: verbs.take_back(session(), row, by=actor(), at=house().clock.now()))
    if done:
        flash(f"{_mails(len(done))} held again.", "success")
    return _back(done, others)


@web.post("/held/parse_again")
@needs(Permission.HANDLE_HELD_MAIL)
def parse_held_mails_again() -> ResponseReturnValue:
    still = []

    def look(row: LedgerRow) -> None:
        filed = verbs.parse_again(session(), house(), row, by=actor(), at=house().clock.now())
        if filed.state is LedgerState.HELD:
            still.append(row)

    done, others = _each(look)
    if done:
        flash(f"{_mails(len(done) - len(still))} found their place; {len(still)} still held.", "success")
    return _back(done, others)


def _each(verb: Callable[[LedgerRow], object]) -> tuple[list[int], int]:
    """Numbers of those it was done to, and how many others had been dealt with already."""
    done, others = [], 0
    for number in _chosen():
        row = row_for(session(), the_viewer(), number)
        if row is None:
            continue
        try:
            verb(row)
            commit()
        except Conflict:
            db.session.rollback()
            others += 1
        else:
            done.append(number)
    return done, others


def _chosen() -> list[int]:
    given = request.form.getlist("mail", type=int) or request.args.getlist("mail", type=int)
    return list(dict.fromkeys(given))[:AT_ONCE_MAX]


def _back(done: list[int], others: int) -> ResponseReturnValue:
    if others:
        flash(f"{_mails(others)} had been dealt with by somebody else.", "warning")
    if not done and not others:
        flash("Tick the mails first.", "message")
    return redirect(url_for("web.held"), 303)


def _mails(count: int) -> str:
    return f"{count} mail{'' if count == 1 else 's'}"
