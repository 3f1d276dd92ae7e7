"""Splitting a part of a thread off as an incident of its own, and bringing it back."""

from typing import Any

from flask import abort, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from helpdesk.db import db, session
from helpdesk.errors import Conflict, Invalid
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.split import can_be_split, origin_of, split, unsplit, writer_of
from helpdesk.people.permissions import Permission
from helpdesk.people.requester import known_requester
from helpdesk.web import web
from helpdesk.web.access import actor, agents_only, house, needs, the_incident
from helpdesk.web.changing import incident_to_change
from helpdesk.web.forms.split import SplitForm
from helpdesk.web.submissions import done, new_key, once


@web.get("/incidents/<int:number>/split")
@agents_only
def splitting(number: int) -> ResponseReturnValue:
    """`entry` ticks one beforehand."""
    found = the_incident(number)
    ticked = request.args.get("entry", type=int)
    return _page(found, SplitForm(entries=[ticked] if ticked else []))


@web.post("/incidents/<int:number>/split")
@needs(Permission.WORK_INCIDENTS)
@once
def split_incident(number: int) -> ResponseReturnValue:
    found, form = incident_to_change(number), SplitForm(request.form)
    form.offer(can_be_split(found))
    if not form.validate():
        return _page(found, form, 422)
    try:
        made = _split(found, form)
    except (Invalid, Conflict) as error:
        db.session.rollback()
        form.refuse(error if isinstance(error, Invalid) else Invalid(str(error)))
        return _page(the_incident(number), form, 422)
    undoing = {"action": "Undo", "action_url": url_for("web.bring_back", number=made.id)}
    said: Any = {"text": f"{made.number} is split off from {found.number}.", **undoing}
    flash(said, "success")
    return done(url_for("web.incident", number=made.id))


@web.post("/incidents/<int:number>/split/removal")
@needs(Permission.WORK_INCIDENTS)
@once
def bring_back(number: int) -> ResponseReturnValue:
    """`number` is what was split off. The page of where it goes back says what stays."""
    part = the_incident(number)
    told = origin_of(session(), part) or abort(409, f"{part.number} was not split off, or is back already.")
    origin = the_incident(told.data["origin_id"])
    _lock(part.id, origin.id)
    brought = unsplit(session(), part, by=actor(), at=house().clock.now())
    if brought.stays:
        count = f"{len(brought.stays)} message{'' if len(brought.stays) == 1 else 's'}"
        flash(f"Brought back to {origin.number}. {part.number} goes on with {count} written there since.", "warning")
    else:
        flash(f"Brought back to {origin.number}; {part.number} leads there.", "success")
    return done(url_for("web.incident", number=origin.id))


def _split(found: Incident, form: SplitForm) -> Incident:
    chosen = [entry for entry in can_be_split(found) if entry.id in (form.entries.data or ())]
    at, address = house().clock.now(), form.requester.data or ""
    requester = known_requester(session(), address, "", at=at) if address else None
    return split(session(), found, chosen, form.subject.data or "", requester, by=actor(), at=at)


def _lock(*numbers: int) -> None:
    session().execute(select(Incident.id).where(Incident.id.in_(numbers)).order_by(Incident.id).with_for_update())


def _page(found: Incident, form: SplitForm, status: int = 200) -> ResponseReturnValue:
    if found.merged_into_id is not None:
        abort(404)
    entries = can_be_split(found)
    form.offer(entries)
    form.submission.data = new_key()
    chosen = [entry for entry in entries if entry.id in (form.entries.data or ())]
    writer = writer_of(session(), chosen, found) if chosen else None
    return render_template("incidents/split.html", incident=found, form=form, entries=entries, writer=writer), status
