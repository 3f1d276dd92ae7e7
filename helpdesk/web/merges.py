"""Merging an incident into another one, and taking the two apart again: a search, a preview, one button, an undo."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, current_app, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from helpdesk.db import db, session
from helpdesk.errors import Conflict, Invalid
from helpdesk.incidents.incident import NUMBER_PREFIX, Incident
from helpdesk.incidents.merge import Newcomer, merge, newcomers, obstacle, surviving, unmerge
from helpdesk.incidents.queries import QueueRow, incident_for, incidents_of, rows_by_number
from helpdesk.incidents.thread import Words
from helpdesk.letters.markdown import render
from helpdesk.people.permissions import Permission
from helpdesk.web import web
from helpdesk.web.access import actor, house, needs, the_incident, the_viewer
from helpdesk.web.forms.merge import MergeForm
from helpdesk.web.submissions import done, new_key, once
from search.document import Query
from search.index import SearchError

FOUND_MAX = 10


@dataclass(frozen=True, slots=True)
class Preview:
    """What merging these two would do. `asked` is the number that was chosen, when that was merged itself."""

    into: Incident
    asked: str
    obstacle: str
    newcomers: Sequence[Newcomer]


@web.get("/incidents/<int:number>/merge")
@needs(Permission.WORK_INCIDENTS)
def merging(number: int) -> ResponseReturnValue:
    """`q` searches for the other incident; `into`, or a number in `q`, shows what would happen."""
    return _page(the_incident(number), MergeForm())


@web.post("/incidents/<int:number>/merge")
@needs(Permission.WORK_INCIDENTS)
@once
def merge_incident(number: int) -> ResponseReturnValue:
    form = MergeForm(request.form)
    _lock(number, form.into.data or 0)
    duplicate, into = the_incident(number), _other(form.into.data)
    if into is None or not form.validate():
        return _page(duplicate, form, 422)
    try:
        whole = merge(
            session(),
            duplicate,
            the_incident(surviving(session(), into).id),
            by=actor(),
            at=house().clock.now(),
            copied=request.form.getlist("copied"),
            told=_words(form.told.data or ""),
        )
    except (Conflict, Invalid) as error:
        db.session.rollback()
        return _page(the_incident(number), form, 409 if isinstance(error, Conflict) else 422, str(error))
    undo = {"action": "Undo", "action_url": url_for("web.take_apart", number=number)}
    said: Any = {"text": f"{duplicate.number} goes on as {whole.number}.", **undo}
    flash(said, "success")
    return done(url_for("web.incident", number=whole.id))


@web.post("/incidents/<int:number>/merge/removal")
@needs(Permission.WORK_INCIDENTS)
@once
def take_apart(number: int) -> ResponseReturnValue:
    merged_into = session().scalar(select(Incident.merged_into_id).where(Incident.id == number))
    _lock(number, merged_into or 0)
    duplicate = session().get(Incident, number) or abort(404)
    the_incident(surviving(session(), duplicate).id)
    into = unmerge(session(), duplicate, by=actor(), at=house().clock.now())
    said = f"{duplicate.number} is an incident of its own again. What was written since stays in {into.number}."
    flash(said, "success")
    # Its team may be one that this agent does not see.
    seen = incident_for(session(), the_viewer(), number) is not None
    return done(url_for("web.incident", number=number if seen else into.id))


def _lock(*numbers: int) -> None:
    """Two who merge the same incidents wait here for each other, always in the same order."""
    session().execute(select(Incident.id).where(Incident.id.in_(numbers)).order_by(Incident.id).with_for_update())


def _other(number: int | None) -> Incident | None:
    return incident_for(session(), the_viewer(), number) if number else None


def _words(text: str) -> Words | None:
    return Words(text=text, html=render(text, keep_line_breaks=True)) if text.strip() else None


def _page(duplicate: Incident, form: MergeForm, status: int = 200, said: str = "") -> ResponseReturnValue:
    if duplicate.merged_into_id is not None:
        raise Conflict(obstacle(duplicate, duplicate))
    text = request.args.get("q", "").strip()
    chosen = form.into.data or request.args.get("into", type=int) or MergeForm.number_in(text)
    other = _other(chosen)
    if chosen and other is None and not said:
        said = f"There is no incident {NUMBER_PREFIX}{chosen} that you can see. Look at its number."
    preview = _preview(duplicate, other) if other else None
    form.into.data, form.submission.data = preview.into.id if preview else None, new_key()
    ticked = request.form.getlist("copied")
    return render_template(
        "incidents/merge.html",
        incident=duplicate,
        form=form,
        text=text,
        preview=preview,
        ticked=ticked if request.method == "POST" else None,
        found=[] if preview else _candidates(duplicate, text),
        said=said,
    ), status


def _preview(duplicate: Incident, other: Incident) -> Preview:
    into = the_incident(surviving(session(), other).id)
    asked = other.number if other.id != into.id else ""
    return Preview(into, asked, obstacle(duplicate, into), newcomers(duplicate, into))


def _candidates(duplicate: Incident, text: str) -> list[QueueRow]:
    """What the words find; without words the same requester's other incidents."""
    rows = _found(text) if text else incidents_of(session(), duplicate.requester_id, the_viewer(), FOUND_MAX)
    return [row for row in rows if row.id != duplicate.id]


def _found(text: str) -> list[QueueRow]:
    asked = Query(text, the_viewer().audience, kinds=frozenset({"incident"}), limit=FOUND_MAX, people=True)
    try:
        numbers = [hit.key.id for hit in house().index.search(asked).hits]
    except SearchError as error:
        current_app.logger.warning("merging: %s", error)
        return []
    rows = rows_by_number(session(), the_viewer(), numbers)
    return [rows[number] for number in numbers if number in rows]
