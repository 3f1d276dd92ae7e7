"""Tasks: what is to be done in an incident, by whom and by when; ticked off as it is done.

Doors call the verbs. `undone_before` says which tasks hold up a move to another state; `due_for_reminder` which were
not done in time, for the worker. Ticking a task twice changes nothing the second time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, func, or_, select
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, Session, contains_eager, joinedload, mapped_column, object_session, relationship

from helpdesk.base import Base
from helpdesk.errors import Conflict, Invalid
from helpdesk.incidents.incident import Incident, must_work
from helpdesk.incidents.queries import visible
from helpdesk.incidents.watching import those_who_see
from helpdesk.journal import Actor, EventKind
from helpdesk.people.agent import Agent, Team, Viewer

TITLE_LENGTH_MAX = 300
TASKS_MAX = 200
LISTED_MAX = 300
_OPEN = "done_at IS NULL AND removed_at IS NULL"
_UNTOLD = f"{_OPEN} AND due_at IS NOT NULL AND overdue_at IS NULL"


class Task(Base):
    """`checklist` names the list it came with. It holds up the move into the state `required_for`, in incidents of
    the priority `required_up_to` or a higher one. `overdue_at`: when the reminder that it is late was written."""

    __tablename__ = "tasks"
    __table_args__ = (
        Index("ix_tasks_incident", "incident_id", "position"),
        Index("ix_tasks_assignee", "assignee_id", sqlite_where=sql(_OPEN), postgresql_where=sql(_OPEN)),
        Index("ix_tasks_team", "team_id", sqlite_where=sql(_OPEN), postgresql_where=sql(_OPEN)),
        Index("ix_tasks_late", "due_at", sqlite_where=sql(_UNTOLD), postgresql_where=sql(_UNTOLD)),
    )

    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    title: Mapped[str]
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"))
    due_at: Mapped[datetime | None]
    position: Mapped[int] = mapped_column(default=0)
    checklist_id: Mapped[int | None] = mapped_column(ForeignKey("checklists.id"))
    checklist: Mapped[str] = mapped_column(default="")
    required_for: Mapped[str] = mapped_column(default="")
    required_up_to: Mapped[int] = mapped_column(default=5)
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str] = mapped_column(default="")
    removed_at: Mapped[datetime | None]
    overdue_at: Mapped[datetime | None]

    incident: Mapped[Incident] = relationship()
    assignee: Mapped[Agent | None] = relationship()
    team: Mapped[Team | None] = relationship()

    @property
    def is_open(self) -> bool:
        return self.done_at is None and self.removed_at is None

    @property
    def whose(self) -> str:
        """“Kim Novak, Network”; "" for nobody's."""
        return ", ".join(one.name for one in (self.assignee, self.team) if one is not None)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a task is to be: its words, whose it is, by when."""

    title: str
    assignee: Agent | None = None
    team: Team | None = None
    due_at: datetime | None = None

    def checked(self) -> "Plan":
        title = " ".join("".join(one if one.isprintable() else " " for one in self.title).split())
        if not title:
            raise Invalid("Say what is to be done.", field="title")
        if len(title) > TITLE_LENGTH_MAX:
            raise Invalid(f"Shorten this to {TITLE_LENGTH_MAX} characters.", field="title")
        if self.assignee and not self.assignee.active:
            raise Invalid(f"{self.assignee.name} has left the desk. Choose somebody else.", field="assignee")
        return Plan(title, self.assignee, self.team, self.due_at)


def add_task(incident: Incident, plan: Plan, *, by: Actor, at: datetime) -> Task:
    """Raises Invalid for no words, and for somebody who may not see the incident."""
    return add_tasks(incident, [Task(title=plan.title, due_at=plan.due_at)], [plan], by=by, at=at)[0]


def add_tasks(incident: Incident, tasks: list[Task], plans: Iterable[Plan], *, by: Actor, at: datetime) -> list[Task]:
    """Several at once, each as its plan says, behind those there are."""
    incident._worker(by)
    session = _session_of(incident)
    count, last = session.execute(
        select(func.count(Task.id), func.coalesce(func.max(Task.position), 0)).where(
            Task.incident_id == incident.id, Task.removed_at.is_(None)
        )
    ).one()
    if count + len(tasks) > TASKS_MAX:
        raise Invalid(f"An incident has at most {TASKS_MAX} tasks. Remove some, or split the incident.", field="title")
    for number, (task, plan) in enumerate(zip(tasks, plans, strict=True), start=1):
        _give(incident, task, plan.checked())
        task.incident, task.position, task.created_at = incident, last + number, at
        session.add(task)
    session.flush()
    incident.updated_at = max(at, incident.updated_at)
    for task in tasks:
        incident._record(EventKind.TASK_ADDED, by=by, at=at, **_said(task))
    return tasks


def change_task(task: Task, plan: Plan, *, by: Actor, at: datetime) -> None:
    """Words it anew, gives it to somebody, puts it off. A new time brings a new reminder."""
    _must_be_there(task, by)
    before = _plan_of(task)
    due_before = task.due_at
    _give(task.incident, task, plan.checked())
    after = _plan_of(task)
    if before == after:
        return
    if task.due_at != due_before:
        task.overdue_at = None
    _touch(task, at)
    task.incident._record(EventKind.TASK_CHANGED, by=by, at=at, **_said(task), before=before, after=after)


def move_task(task: Task, up: bool, *, by: Actor, at: datetime) -> None:
    """Changes places with its neighbour; the first and the last stay."""
    _must_be_there(task, by)
    session = _session_of(task)
    beyond = Task.position < task.position if up else Task.position > task.position
    order = Task.position.desc() if up else Task.position
    query = select(Task).where(Task.incident_id == task.incident_id, Task.removed_at.is_(None), beyond)
    other = session.scalars(query.order_by(order).limit(1)).first()
    if other is None:
        return
    before = task.position
    task.position, other.position = other.position, task.position
    _touch(task, at)
    moved = {"before": {"position": before}, "after": {"position": task.position}}
    task.incident._record(EventKind.TASK_CHANGED, by=by, at=at, **_said(task), other_id=other.id, **moved)


def finish_task(task: Task, *, by: Actor, at: datetime) -> bool:
    """It is done; whether it was not before."""
    _must_be_there(task, by)
    if task.done_at is not None:
        return False
    task.done_at, task.done_by = at, by.name
    _touch(task, at)
    task.incident._record(EventKind.TASK_DONE, by=by, at=at, **_said(task))
    return True


def reopen_task(task: Task, *, by: Actor, at: datetime) -> bool:
    """It is not done after all; whether it was."""
    _must_be_there(task, by)
    if task.done_at is None:
        return False
    task.done_at, task.done_by = None, ""
    _touch(task, at)
    task.incident._record(EventKind.TASK_REOPENED, by=by, at=at, **_said(task))
    return True


def remove_task(task: Task, *, by: Actor, at: datetime) -> bool:
    """Nobody needs to do it. It is kept, so that `restore_task` can bring it back; whether it was there."""
    must_work(by)
    if task.removed_at is not None:
        return False
    task.removed_at = at
    _touch(task, at)
    task.incident._record(EventKind.TASK_REMOVED, by=by, at=at, **_said(task))
    return True


def restore_task(task: Task, *, by: Actor, at: datetime) -> bool:
    """Brings a removed one back, as it was; whether it was gone."""
    must_work(by)
    if task.removed_at is None:
        return False
    task.removed_at = None
    _touch(task, at)
    task.incident._record(EventKind.TASK_ADDED, by=by, at=at, **_said(task), restored=True)
    return True


def remind(task: Task, *, by: Actor, at: datetime) -> None:
    """Writes down, once, that it was not done in time; who is to do it is told of the event."""
    if task.is_open and task.due_at is not None and task.due_at <= at and task.overdue_at is None:
        task.overdue_at = at
        task.incident._record(EventKind.TASK_OVERDUE, by=by, at=at, **_said(task))


def undone_before(session: Session, incident: Incident, state: str) -> list[str]:
    """The titles of the tasks that must be done before the incident may enter this state."""
    query = select(Task.title).where(
        Task.incident_id == incident.id,
        Task.required_for == str(state),
        Task.required_up_to >= incident.priority,
        Task.done_at.is_(None),
        Task.removed_at.is_(None),
    )
    return list(session.scalars(query.order_by(Task.position)))


def tasks_of(session: Session, incident: Incident) -> list[Task]:
    """Those that are not removed, in their order."""
    query = select(Task).where(Task.incident_id == incident.id, Task.removed_at.is_(None))
    return list(session.scalars(query.options(*_WHOSE).order_by(Task.position, Task.id)))


def tasks_for(session: Session, viewer: Viewer) -> list[Task]:
    """What is open for an agent and their teams, in incidents that they may see: what is due first comes first."""
    mine = or_(Task.assignee_id == viewer.agent_id, (Task.assignee_id.is_(None)) & Task.team_id.in_(viewer.team_ids))
    query = (
        select(Task)
        .join(Task.incident)
        .where(mine, Task.done_at.is_(None), Task.removed_at.is_(None), Incident.is_open.is_(True), visible(viewer))
        .options(*_WHOSE, contains_eager(Task.incident))
        .order_by(Task.due_at.is_(None), Task.due_at, Task.id)
    )
    return list(session.scalars(query.limit(LISTED_MAX)))


def due_for_reminder(session: Session, *, now: datetime, limit: int = 200) -> list[int]:
    """The numbers of tasks that are late and of which nobody was told yet."""
    query = (
        select(Task.id)
        .join(Task.incident)
        .where(
            Task.due_at <= now,
            Task.overdue_at.is_(None),
            Task.done_at.is_(None),
            Task.removed_at.is_(None),
            Incident.is_open.is_(True),
        )
    )
    return list(session.scalars(query.order_by(Task.due_at).limit(limit)))


_WHOSE = (joinedload(Task.assignee), joinedload(Task.team))


def _give(incident: Incident, task: Task, plan: Plan) -> None:
    session = _session_of(incident)
    for one, people in ((plan.assignee, [plan.assignee]), (plan.team, plan.team.members if plan.team else [])):
        is_new = one is not None and one not in (task.assignee, task.team)
        if one is not None and is_new and not those_who_see(session, [who for who in people if who], incident):
            field = "assignee" if one is plan.assignee else "team"
            raise Invalid(f"{one.name} may not see {incident.number}, so they can't do anything in it.", field=field)
    task.title, task.assignee, task.team, task.due_at = plan.title, plan.assignee, plan.team, plan.due_at


def _must_be_there(task: Task, by: Actor) -> None:
    # Not `Incident._worker`: what is left to do in a merged incident is still to be done.
    must_work(by)
    if task.removed_at is not None:
        raise Conflict(f"Somebody removed “{task.title}”. Put it back first, if it is still to be done.")


def _touch(task: Task, at: datetime) -> None:
    task.incident.updated_at = max(at, task.incident.updated_at)


def _plan_of(task: Task) -> dict[str, Any]:
    return {
        "title": task.title,
        "assignee": task.assignee and task.assignee.name,
        "team": task.team and task.team.name,
        "due_at": task.due_at and task.due_at.isoformat(),
    }


def _said(task: Task) -> dict[str, Any]:
    who = {"assignee_id": task.assignee and task.assignee.id, "team_id": task.team and task.team.id}
    due = {"due_at": task.due_at.isoformat()} if task.due_at else {}
    return {"task_id": task.id, "title": task.title, "checklist": task.checklist, **who, **due}


def _session_of(row: Incident | Task) -> Session:
    session = object_session(row)
    if session is None:
        raise RuntimeError("an incident must be in a session before something is to be done in it")
    return session
