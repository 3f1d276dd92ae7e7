"""Operations: what was done to many incidents at once, with what became of each and the button that undoes it."""

from typing import Any

from flask import abort, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from helpdesk.db import session
from helpdesk.incidents.action_kind import FieldType
from helpdesk.incidents.actions import KINDS
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.operation import Operation, Outcome, Restored, Result
from helpdesk.incidents.operations import undo
from helpdesk.incidents.queries import visible
from helpdesk.letters.of_operations import letters_that_left
from helpdesk.people.permissions import Permission
from helpdesk.web import web
from helpdesk.web.access import actor, agents_only, house, needs, the_agent, the_viewer
from helpdesk.web.submissions import done, new_key, once
from helpdesk.web.variables import wording

PAGE_LENGTH = 50
_WRITTEN = (FieldType.TEXT, FieldType.LINE, FieldType.NAMES)


@web.get("/operations")
@agents_only
def operations() -> ResponseReturnValue:
    """One's own; with SHARE everybody's, if `whose=all`."""
    may_see_all = Permission.SHARE in the_agent().permissions
    everybody = may_see_all and request.args.get("whose") == "all"
    query = select(Operation).order_by(Operation.id.desc())
    if not everybody:
        query = query.where(Operation.actor_kind == "agent", Operation.actor_id == the_agent().id)
    before = request.args.get("before", type=int)
    if before:
        query = query.where(Operation.id < before)
    rows = list(session().scalars(query.limit(PAGE_LENGTH + 1)))
    shown = rows[:PAGE_LENGTH]
    whose = "all" if everybody else None
    return render_template(
        "operations/list.html",
        operations=shown,
        counts=_counts([one.id for one in shown]),
        tabs=[("Mine", url_for("web.operations"), None), ("Everybody’s", url_for("web.operations", whose="all"), None)]
        if may_see_all
        else [],
        current=url_for("web.operations", whose=whose),
        next_url=url_for("web.operations", before=shown[-1].id, whose=whose) if len(rows) > PAGE_LENGTH else "",
    )


@web.get("/operations/<int:number>")
@agents_only
def operation(number: int) -> ResponseReturnValue:
    found = _the_operation(number)
    return render_template(
        "operations/operation.html",
        operation=found,
        outcomes=_outcomes(found),
        names=_names(found),
        Result=Result,
        key=new_key(),
    )


@web.post("/operations/<int:number>/removal")
@needs(Permission.WORK_INCIDENTS)
@once
def undo_operation(number: int) -> ResponseReturnValue:
    found = _the_operation(number)
    told = undo(session(), found, by=actor(), at=house().clock.now(), letters=letters_that_left(session(), found))
    parts = [
        (len(told.restored), "as before"),
        (len(told.partly), "as before but for letters that have left"),
        (len(told.left), "left, since somebody changed the same things"),
    ]
    said = "; ".join(f"{count} {words}" for count, words in parts if count)
    flash(f"Undone: {said or 'nothing had been changed'}.", "warning" if told.partly or told.left else "success")
    return done(url_for("web.operation", number=number))


def tell_outcome(made: Operation, words: str = "") -> None:
    """Says how many were changed, or what `words` say, with the button that undoes it."""
    session().flush()
    results = [one.result for one in made.outcomes]
    parts = [
        (results.count(Result.CHANGED), "changed"),
        (results.count(Result.SAME), "so already"),
        (results.count(Result.REFUSED), "could not be changed"),
    ]
    text = ", ".join(f"{count} {words}" for count, words in parts if count) + "."
    undoing = {"action": "Undo", "action_url": url_for("web.undo_operation", number=made.id)}
    said: Any = {"text": words or text} | (undoing if parts[0][0] else {})
    flash(said, "warning" if parts[2][0] else "success")


def worded(incident: Incident, text: str) -> tuple[str, str]:
    """A text as each incident gets it, its variables filled in, with its HTML."""
    return wording()(incident, text)


def _the_operation(number: int) -> Operation:
    """One's own, or anybody's with SHARE; else 404."""
    found = session().get(Operation, number) or abort(404)
    mine = (found.actor_kind, found.actor_id) == ("agent", the_agent().id)
    if not mine and Permission.SHARE not in the_agent().permissions:
        abort(404)
    return found


def _outcomes(found: Operation) -> list[Outcome]:
    """Those of incidents that this agent may see."""
    query = (
        select(Outcome)
        .join(Outcome.incident)
        .where(Outcome.operation_id == found.id, visible(the_viewer()))
        .options(joinedload(Outcome.incident))
    )
    order = [Result.REFUSED, Result.CHANGED, Result.SAME]
    rows = session().scalars(query.order_by(Outcome.id))
    return sorted(rows, key=lambda one: (one.restored != Restored.LEFT, order.index(Result(one.result))))


def _counts(numbers: list[int]) -> dict[int, dict[str, int]]:
    """How many of each result, among incidents that this agent may see."""
    query = (
        select(Outcome.operation_id, Outcome.result, func.count())
        .join(Outcome.incident)
        .where(Outcome.operation_id.in_(numbers), visible(the_viewer()))
        .group_by(Outcome.operation_id, Outcome.result)
    )
    found: dict[int, dict[str, int]] = {}
    for number, result, count in session().execute(query):
        found.setdefault(number, {})[result] = count
    return found


def _names(found: Operation) -> list[str]:
    """What was done, in words: each action with what was written for it. What was chosen, each outcome tells."""
    said = []
    for one in found.actions:
        kind = KINDS.get(one["kind"])
        if kind is not None:
            written = (one["values"].get(field.name) for field in kind.fields if field.type in _WRITTEN)
            words = (", ".join(value) if isinstance(value, list) else str(value) for value in written if value)
            said.append(": ".join((kind.label, *words)))
    return said
