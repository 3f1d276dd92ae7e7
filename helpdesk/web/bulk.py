"""Changing many incidents at once: choose what to do, see what would happen, do it. See `operations` for the undo."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from helpdesk.db import db, session
from helpdesk.errors import Invalid
from helpdesk.incidents.action_choices import offered
from helpdesk.incidents.actions import Action
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.macros import Macro, macros
from helpdesk.incidents.operation import Operation, OperationKind, Result
from helpdesk.incidents.operations import INCIDENTS_MAX, Rehearsed, heads, operate, rehearse
from helpdesk.incidents.queries import numbers_matching, visible
from helpdesk.journal import Event, EventKind
from helpdesk.people.permissions import Permission
from helpdesk.web import web
from helpdesk.web.access import actor, house, needs, the_agent, the_viewer
from helpdesk.web.forms.actions import ActionsForm, actions_form
from helpdesk.web.forms.bulk import Chosen
from helpdesk.web.forms.queue import FilterForm
from helpdesk.web.operations import tell_outcome, worded
from helpdesk.web.shared import found
from helpdesk.web.submissions import done, new_key, once
from helpdesk.web.timeline import Happening, in_words

# What the desk does by itself about letters is nothing that a bulk change could overwrite.
_OF_LETTERS = (
    EventKind.DELIVERED,
    EventKind.DELIVERY_FAILED,
    EventKind.DELIVERY_UNCERTAIN,
    EventKind.BOUNCED,
    EventKind.SCHEDULED,
    EventKind.RESENT,
)


@dataclass(frozen=True, slots=True)
class Group:
    """Outcomes that are told alike: “would change: assigned to Kim”."""

    result: Result
    said: str
    rows: list[tuple[Rehearsed, Incident]]


@web.get("/bulk")
@needs(Permission.WORK_INCIDENTS)
def bulk() -> ResponseReturnValue:
    """What to do. `incident` names those that were ticked; with `all`, everything the queue's filter shows."""
    numbers, more = _asked()
    return _choose(_incidents(numbers), _form(), Chosen.of(numbers), more=more)


@web.post("/bulk/preview")
@needs(Permission.WORK_INCIDENTS)
def preview_bulk() -> ResponseReturnValue:
    chosen, form = Chosen(request.form), _form()
    return _preview(chosen, form)


@web.post("/bulk/choice")
@needs(Permission.WORK_INCIDENTS)
def choose_again() -> ResponseReturnValue:
    """Back from the preview, with everything as it was filled in."""
    chosen = Chosen(request.form)
    return _choose(_incidents(chosen.numbers), _form(), chosen)


@web.post("/bulk")
@needs(Permission.WORK_INCIDENTS)
@once
def change_in_bulk() -> ResponseReturnValue:
    chosen, form = Chosen(request.form), _form()
    incidents = _incidents(chosen.numbers)
    if since := _since(chosen):
        return _preview(chosen, form, since)
    try:
        made = operate(
            session(),
            incidents,
            form.actions(),
            kind=OperationKind.MACRO if form.macro else OperationKind.BULK,
            title=form.macro.name if form.macro else _title(form.actions(), len(incidents)),
            source_id=form.macro.id if form.macro else None,
            by=actor(),
            at=house().clock.now(),
            wording=worded,
        )
    except Invalid as error:
        db.session.rollback()
        return _choose(_incidents(chosen.numbers), form, chosen, said=str(error))
    return _end(made)


def _end(made: Operation) -> ResponseReturnValue:
    tell_outcome(made)
    untold = any(one.result == Result.REFUSED for one in made.outcomes)
    return done(url_for("web.operation", number=made.id) if untold else url_for("web.queue"))


def _asked() -> tuple[list[int], bool]:
    """The numbers asked for, and whether there are more than can be changed at a time."""
    if "all" not in request.args:
        numbers = Chosen.checked(request.args.getlist("incident"))
        return numbers[:INCIDENTS_MAX], len(numbers) > INCIDENTS_MAX
    numbers = numbers_matching(session(), the_viewer(), FilterForm(request.args).asked(), INCIDENTS_MAX + 1)
    return numbers[:INCIDENTS_MAX], len(numbers) > INCIDENTS_MAX


def _incidents(numbers: Sequence[int]) -> list[Incident]:
    """Those that this agent may see and that go on by themselves; others are left out as if they did not exist."""
    query = (
        select(Incident)
        .where(Incident.id.in_(numbers), Incident.merged_into_id.is_(None), visible(the_viewer()))
        .options(joinedload(Incident.requester))
    )
    found = {one.id: one for one in session().scalars(query)}
    return [found[number] for number in numbers if number in found]


def _form() -> ActionsForm:
    made = actions_form(offered(session(), the_viewer()))
    form = made(request.form if request.method == "POST" else None)
    number = request.form.get("macro", type=int)
    form.macro = found(Macro, number) if number else None
    return form


def _choose(
    incidents: Sequence[Incident], form: ActionsForm, chosen: Chosen, *, said: str = "", more: bool = False
) -> ResponseReturnValue:
    status = 422 if said or form.errors else 200
    page = {"incidents": incidents, "form": form, "chosen": chosen, "said": said, "more": more}
    page["macros"] = macros(session(), the_viewer())
    return render_template("queue/bulk.html", **page, most=INCIDENTS_MAX), status


def _preview(chosen: Chosen, form: ActionsForm, since: dict[int, list[Happening]] | None = None) -> ResponseReturnValue:
    incidents = _incidents(chosen.numbers)
    if not form.validate():
        return _choose(incidents, form, chosen)
    try:
        told = rehearse(
            session(),
            incidents,
            form.actions(),
            by=actor(),
            at=house().clock.now(),
            viewer=the_viewer(),
            wording=worded,
        )
    except Invalid as error:
        db.session.rollback()
        return _choose(_incidents(chosen.numbers), form, chosen, said=str(error))
    db.session.rollback()
    return _show(form, told, since or {})


def _show(form: ActionsForm, told: list[Rehearsed], since: dict[int, list[Happening]]) -> ResponseReturnValue:
    numbers = [one.incident_id for one in told]
    known = {one.id: one for one in _incidents(numbers)}
    chosen = Chosen.of(numbers, heads(session(), numbers))
    page = {
        "groups": _groups(told, known),
        "count": len(told),
        "changing": sum(one.result is Result.CHANGED for one in told),
        "hidden": sum(one.hidden for one in told),
        "sends": any(one.of_kind.sends for one in form.actions()),
        "labels": [one.of_kind for one in form.actions()],
        "given": [(name, text) for name, text in request.form.items(multi=True) if text and _is_doing(name)],
        "macro": form.macro,
        "chosen": chosen,
        "since": [(known[number], lines) for number, lines in since.items() if number in known],
        "key": new_key(),
    }
    return render_template("queue/bulk_preview.html", **page), 409 if since else 200


def _is_doing(name: str) -> bool:
    """Whether this input says what to do: one of an action, or the macro."""
    return "-" in name or name == "macro"


def _groups(told: Sequence[Rehearsed], known: dict[int, Incident]) -> list[Group]:
    found: dict[tuple[Result, str], Group] = {}
    for one in told:
        if one.incident_id in known:
            group = found.setdefault((one.result, one.said), Group(one.result, one.said, []))
            group.rows.append((one, known[one.incident_id]))
    order = list(Result)
    return sorted(found.values(), key=lambda group: (order.index(group.result), -len(group.rows)))


def _since(chosen: Chosen) -> dict[int, list[Happening]]:
    """What others did to these since the preview was made, by number."""
    now, me = heads(session(), chosen.numbers), the_agent().id
    moved = [number for number, seen in chosen.seen.items() if now.get(number, 0) > seen]
    if not moved:
        return {}
    query = select(Event).where(
        Event.record_kind == Incident.record_kind,
        Event.record_id.in_(moved),
        Event.sequence > min(chosen.seen[number] for number in moved),
        Event.kind.not_in([kind.value for kind in _OF_LETTERS]),
    )
    found: dict[int, list[Happening]] = {}
    for event in session().scalars(query.order_by(Event.record_id, Event.sequence)):
        mine = (event.actor_kind, event.actor_id) == ("agent", me)
        if event.sequence > chosen.seen[event.record_id] and not mine:
            found.setdefault(event.record_id, []).append(in_words(event))
    return found


def _title(actions: Sequence[Action], count: int) -> str:
    labels: dict[str, Any] = dict.fromkeys(one.of_kind.label for one in actions)
    return f"{', '.join(labels)} ({count})"
