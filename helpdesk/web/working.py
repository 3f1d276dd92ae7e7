"""The cards beside a thread for working together: tasks, fields, watchers, time; and how their small buttons answer.

All cards of a page, and the tags in its head, share one statement; see `helpdesk.incidents.working`."""

from collections.abc import Sequence

from flask import flash, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.db import commit, session
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.time_spent import in_hours
from helpdesk.incidents.working import Work, work_on
from helpdesk.journal import Event
from helpdesk.web import web
from helpdesk.web.access import house, the_agent
from helpdesk.web.panels import Panel
from helpdesk.web.submissions import done, new_key

SHOWN_TASKS = 8

web.add_app_template_filter(in_hours)


@web.app_template_global()
def work_of(incident: Incident) -> Work:
    """Asked once a page, whoever asks first."""
    known: dict[int, Work] = g.setdefault("work", {})
    if incident.id not in known:
        known[incident.id] = work_on(session(), incident, now=house().clock.now())
    return known[incident.id]


def tasks_panel(incident: Incident, _: Sequence[Event]) -> Panel | None:
    work = work_of(incident)
    if not work.tasks and not incident.is_open:
        return None
    return Panel("incidents/panels/tasks.html", {"work": work, "shown": SHOWN_TASKS})


def fields_panel(incident: Incident, _: Sequence[Event]) -> Panel | None:
    work = work_of(incident)
    return Panel("incidents/panels/fields.html", {"work": work}) if work.fields else None


def watching_panel(incident: Incident, _: Sequence[Event]) -> Panel | None:
    work, me = work_of(incident), the_agent().id
    return Panel("incidents/panels/watching.html", {"work": work, "is_mine": me in dict(work.watchers)})


def time_panel(incident: Incident, _: Sequence[Event]) -> Panel | None:
    work = work_of(incident)
    return Panel("incidents/panels/time.html", {"work": work}) if work.minutes else None


def settled(incident: Incident, said: str = "", undo_url: str = "", *, back: str = "") -> ResponseReturnValue:
    """Commits what a small button did, says so, and goes back to where it was pressed; for htmx only the cards."""
    if said and undo_url:
        flash({"text": said, "action": "Undo", "action_url": undo_url}, "success")  # type: ignore[arg-type]  # toasts.html knows it
    elif said:
        flash(said, "success")
    if not request.headers.get("HX-Request"):
        return done(back or url_for("web.incident", number=incident.id))
    commit()
    panels = [tasks_panel(incident, ()), watching_panel(incident, ())]
    return render_template("incidents/panels/_again.html", incident=incident, panels=panels, key=new_key())


def back_to() -> str:
    """The list of tasks, when the button was pressed there; "" for the page of the incident."""
    match request.form.get("back"):
        case "mine":
            return url_for("web.tasks")
        case "all":
            return url_for("web.incident_tasks", number=request.view_args["number"]) if request.view_args else ""
    return ""
