"""Time spent on an incident: written down in a dialog or with a reply, listed and crossed out on a page of its own."""

from flask import abort, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from helpdesk.db import session
from helpdesk.errors import Invalid
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.merge import surviving
from helpdesk.incidents.time_spent import (
    TimeSpent,
    in_hours,
    minutes_in,
    remove_time,
    restore_time,
    spend,
    time_of,
)
from helpdesk.people.permissions import Permission
from helpdesk.web import web
from helpdesk.web.access import actor, agents_only, house, needs, the_agent, the_incident
from helpdesk.web.changing import Change, incident_to_change
from helpdesk.web.forms.working import TimeForm
from helpdesk.web.submissions import done, once
from helpdesk.web.working import work_of

SPEND = Change("Time spent on", "Add", "clock")


@web.get("/incidents/<int:number>/time")
@agents_only
def time(number: int) -> ResponseReturnValue:
    found = the_incident(number)
    rows = time_of(session(), found)
    work = work_of(found)
    sums = [(name, in_hours(minutes)) for _, name, minutes in work.minutes]
    return render_template("tasks/time.html", incident=found, work=work, rows=rows, sums=sums, me=the_agent())


@web.get("/incidents/<int:number>/time/new")
@agents_only
def new_time(number: int) -> ResponseReturnValue:
    return SPEND.page(the_incident(number), _form())


@web.post("/incidents/<int:number>/time/new")
@needs(Permission.WORK_INCIDENTS)
@once
def add_time(number: int) -> ResponseReturnValue:
    found, form = incident_to_change(number), _form(request.form)

    def verb() -> None:
        minutes = minutes_in(form.minutes.data or "")
        agent, at = the_agent(), house().clock.now()
        spend(found, minutes, form.note.data or "", agent=agent, by=actor(), at=at, day=form.day.data)
        flash(f"{in_hours(minutes)} on {found.number} written down.", "success")

    return SPEND.carry_out(found, form, verb)


@web.post("/incidents/<int:number>/time/<int:time_id>/removal")
@needs(Permission.WORK_INCIDENTS)
def cross_out_time(number: int, time_id: int) -> ResponseReturnValue:
    found = incident_to_change(number)
    row = _row(found, time_id)
    remove_time(row, by=actor(), at=house().clock.now())
    undo = {"action": "Undo", "action_url": url_for("web.count_time_again", number=number, time_id=time_id)}
    flash({"text": f"{in_hours(row.minutes)} crossed out.", **undo}, "success")  # type: ignore[arg-type]
    return done(url_for("web.time", number=number))


@web.post("/incidents/<int:number>/time/<int:time_id>/removal/withdrawal")
@needs(Permission.WORK_INCIDENTS)
def count_time_again(number: int, time_id: int) -> ResponseReturnValue:
    found = incident_to_change(number)
    row = _row(found, time_id)
    restore_time(row, by=actor(), at=house().clock.now())
    flash(f"{in_hours(row.minutes)} count again.", "success")
    return done(url_for("web.time", number=number))


def spent_with(incident: Incident, text: str, what: str) -> None:
    """The minutes that stand beside a reply or a note, if any. Raises Invalid for what is no time."""
    if text.strip():
        try:
            spend(incident, minutes_in(text), what, agent=the_agent(), by=actor(), at=house().clock.now())
        except Invalid as error:
            raise Invalid(f"Minutes: {error}", field="minutes") from error


def _row(found: Incident, time_id: int) -> TimeSpent:
    row = session().get(TimeSpent, time_id)
    return row if row is not None and surviving(session(), row.incident).id == found.id else abort(404)


def _form(given: MultiDict[str, str] | None = None) -> TimeForm:
    return TimeForm(given, day=house().clock.now().date())
