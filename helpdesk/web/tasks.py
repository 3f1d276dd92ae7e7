"""The tasks of an incident, ticked off beside its thread; and the page of what is to do for oneself and one's teams."""

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from helpdesk.db import session
from helpdesk.errors import Conflict
from helpdesk.incidents.checklists import Checklist, offered, put_on
from helpdesk.incidents.choices import choices
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.merge import surviving
from helpdesk.incidents.tasks import (
    Plan,
    Task,
    add_task,
    change_task,
    finish_task,
    move_task,
    remove_task,
    reopen_task,
    restore_task,
    tasks_for,
)
from helpdesk.incidents.watching import those_who_see
from helpdesk.journal import EventKind
from helpdesk.people.agent import Agent, Team, active_agents
from helpdesk.people.permissions import Permission
from helpdesk.web import web
from helpdesk.web.access import actor, agents_only, house, needs, the_incident, the_viewer
from helpdesk.web.changing import Change, incident_to_change
from helpdesk.web.forms.incident import named
from helpdesk.web.forms.working import ChecklistForm, TaskForm
from helpdesk.web.local_times import prefill, typed_moment
from helpdesk.web.submissions import new_key, once
from helpdesk.web.working import back_to, settled, work_of

ADD = Change("Task for", "Add", "plus")
EDIT = Change("Task of", "Save", "edit", frozenset({EventKind.TASK_CHANGED, EventKind.TASK_REMOVED}))
PUT_ON = Change("List for", "Put on", "clipboard-check", explanation="Each item becomes a task of this incident.")


@web.get("/tasks")
@agents_only
def tasks() -> ResponseReturnValue:
    """What is open for this agent and their teams."""
    found, now, me = tasks_for(session(), the_viewer()), house().clock.now(), the_viewer().agent_id
    mine = [one for one in found if one.assignee_id == me]
    teams = [one for one in found if one.assignee_id != me]
    return render_template("tasks/list.html", lists=(("Mine", mine), ("My teams’", teams)), now=now, key=new_key())


@web.get("/incidents/<int:number>/tasks")
@agents_only
def incident_tasks(number: int) -> ResponseReturnValue:
    found = the_incident(number)
    return render_template("tasks/incident.html", incident=found, work=work_of(found), key=new_key())


@web.get("/incidents/<int:number>/tasks/new")
@agents_only
def new_task(number: int) -> ResponseReturnValue:
    found = the_incident(number)
    return ADD.page(found, _form(found))


@web.post("/incidents/<int:number>/tasks/new")
@needs(Permission.WORK_INCIDENTS)
@once
def add_new_task(number: int) -> ResponseReturnValue:
    found = incident_to_change(number)
    form = _form(found, given=request.form)
    return ADD.carry_out(found, form, lambda: add_task(found, _plan(form), by=actor(), at=house().clock.now()))


@web.get("/incidents/<int:number>/tasks/<int:task_id>")
@agents_only
def task(number: int, task_id: int) -> ResponseReturnValue:
    found = the_incident(number)
    return EDIT.page(found, _form(found, _task(found, task_id)))


@web.post("/incidents/<int:number>/tasks/<int:task_id>")
@needs(Permission.WORK_INCIDENTS)
@once
def edit_task(number: int, task_id: int) -> ResponseReturnValue:
    found = incident_to_change(number)
    row = _task(found, task_id)
    form = _form(found, row, request.form)
    return EDIT.carry_out(found, form, lambda: change_task(row, _plan(form), by=actor(), at=house().clock.now()))


@web.post("/incidents/<int:number>/tasks/<int:task_id>/completion")
@needs(Permission.WORK_INCIDENTS)
def finish(number: int, task_id: int) -> ResponseReturnValue:
    found = incident_to_change(number)
    row = _task(found, task_id)
    changed = finish_task(row, by=actor(), at=house().clock.now())
    undo = url_for("web.unfinish", number=number, task_id=task_id)
    said = f"Done: {row.title}" if changed else f"{row.done_by} did this already: {row.title}"
    return settled(found, said, undo if changed else "", back=back_to())


@web.post("/incidents/<int:number>/tasks/<int:task_id>/completion/withdrawal")
@needs(Permission.WORK_INCIDENTS)
def unfinish(number: int, task_id: int) -> ResponseReturnValue:
    found = incident_to_change(number)
    row = _task(found, task_id)
    reopen_task(row, by=actor(), at=house().clock.now())
    return settled(found, f"Still to do: {row.title}", back=back_to())


@web.post("/incidents/<int:number>/tasks/<int:task_id>/place")
@needs(Permission.WORK_INCIDENTS)
def place_task(number: int, task_id: int) -> ResponseReturnValue:
    found = incident_to_change(number)
    up = request.form.get("to") == "up"
    move_task(_task(found, task_id), up, by=actor(), at=house().clock.now())
    return settled(found, back=back_to())


@web.post("/incidents/<int:number>/tasks/<int:task_id>/removal")
@needs(Permission.WORK_INCIDENTS)
def remove(number: int, task_id: int) -> ResponseReturnValue:
    found = incident_to_change(number)
    row = _task(found, task_id)
    remove_task(row, by=actor(), at=house().clock.now())
    undo = url_for("web.put_task_back", number=number, task_id=task_id)
    return settled(found, f"Removed: {row.title}", undo, back=back_to())


@web.post("/incidents/<int:number>/tasks/<int:task_id>/removal/withdrawal")
@needs(Permission.WORK_INCIDENTS)
def put_task_back(number: int, task_id: int) -> ResponseReturnValue:
    found = incident_to_change(number)
    row = _task(found, task_id)
    restore_task(row, by=actor(), at=house().clock.now())
    return settled(found, f"Back again: {row.title}", back=back_to())


@web.get("/incidents/<int:number>/checklists")
@agents_only
def checklists(number: int) -> ResponseReturnValue:
    found = the_incident(number)
    return PUT_ON.page(found, _lists(found))


@web.post("/incidents/<int:number>/checklists")
@needs(Permission.WORK_INCIDENTS)
@once
def put_checklist_on(number: int) -> ResponseReturnValue:
    found = incident_to_change(number)
    form = _lists(found, request.form)

    def verb() -> None:
        chosen = session().get(Checklist, form.checklist.data or 0)
        if chosen is None or chosen.retired_at is not None:
            raise Conflict("This list is not used any more. Choose another.")
        put_on(found, chosen, by=actor(), at=house().clock.now())

    return PUT_ON.carry_out(found, form, verb)


def _task(found: Incident, task_id: int) -> Task:
    row = session().get(Task, task_id)
    # Those of what was merged into it are shown here, and done here.
    return row if row is not None and surviving(session(), row.incident).id == found.id else abort(404)


def _plan(form: TaskForm) -> Plan:
    return Plan(
        form.title.data or "",
        session().get(Agent, form.assignee.data) if form.assignee.data else None,
        session().get(Team, form.team.data) if form.team.data else None,
        typed_moment(form.due, form.zone.data),
    )


def _form(found: Incident, row: Task | None = None, given: MultiDict[str, str] | None = None) -> TaskForm:
    is_given = {"title": row.title, "assignee": row.assignee_id, "team": row.team_id} if row else {}
    form = TaskForm(given, **is_given)
    if row is not None and row.due_at is not None and given is None:
        prefill(form.due, row.due_at)
    seeing = those_who_see(session(), active_agents(session()), found)
    form.offer("assignee", tuple((one.id, one.name) for one in seeing), "Anybody", named(row.assignee if row else None))
    teams = choices(session(), the_viewer()).teams
    form.offer("team", teams, "No team", named(row.team if row else None))
    return form


def _lists(found: Incident, given: MultiDict[str, str] | None = None) -> ChecklistForm:
    form = ChecklistForm(given)
    rows = offered(session(), found)
    form.offer("checklist", tuple((one.id, f"{one.name} ({len(one.items)})") for one in rows), "Choose …")
    return form
