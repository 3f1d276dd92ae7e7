"""Checklists: the steps that a kind of incident always needs, kept once and put on an incident as its tasks.

An administrator keeps them. A list can be put on by hand, or comes by itself when its category is chosen; what is on
an incident stays as it was put there, whatever becomes of the list."""

from datetime import datetime

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column, object_session, relationship

from helpdesk.base import Base
from helpdesk.errors import Conflict, Invalid
from helpdesk.incidents.custom_fields import lineage
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.tasks import TITLE_LENGTH_MAX, Plan, Task, add_tasks
from helpdesk.journal import Actor
from helpdesk.people.agent import Team
from helpdesk.services import Category

ITEMS_MAX = 100
SYSTEM = Actor(kind="system", name="Helpdesk")


class Checklist(Base):
    """`category_id`: where it belongs, with what is below; None: everywhere. `adds_itself`: when that category is
    chosen. Its tasks are for `team`, and must be done before `required_for` up to the priority `required_up_to`."""

    __tablename__ = "checklists"

    name: Mapped[str] = mapped_column(unique=True)
    items: Mapped[list[str]] = mapped_column(default=list)
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"), index=True)
    adds_itself: Mapped[bool] = mapped_column(default=False)
    required_for: Mapped[str] = mapped_column(default="")
    required_up_to: Mapped[int] = mapped_column(default=5)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"))
    retired_at: Mapped[datetime | None]

    category: Mapped[Category | None] = relationship()
    team: Mapped[Team | None] = relationship()


def items_in(text: str) -> list[str]:
    """One item a line. Raises Invalid for none, too many, or one that is too long."""
    lines = [" ".join(line.replace("\0", "").split()) for line in text.splitlines()]
    items = [line.removeprefix("- ").strip() for line in lines if line.strip("- ")]
    if not items:
        raise Invalid("Write what is to be done, one thing a line.", field="items")
    if len(items) > ITEMS_MAX:
        raise Invalid(f"A list has at most {ITEMS_MAX} items. Make two of it.", field="items")
    if any(len(item) > TITLE_LENGTH_MAX for item in items):
        raise Invalid(f"Shorten each line to {TITLE_LENGTH_MAX} characters.", field="items")
    return items


def offered(session: Session, incident: Incident) -> list[Checklist]:
    """Those that may be put on: its category's first, then those for everything."""
    near = lineage(incident.category)
    query = select(Checklist).where(Checklist.retired_at.is_(None)).order_by(Checklist.name)
    fitting = [one for one in session.scalars(query) if one.category_id is None or one.category_id in near]
    return sorted(fitting, key=lambda one: one.category_id is None)


def put_on(incident: Incident, checklist: Checklist, *, by: Actor, at: datetime) -> list[Task]:
    """Its items as tasks, behind those there are. Raises Conflict when the list is on the incident already."""
    session = _session_of(incident)
    if checklist.id in _lists_on(session, incident):
        raise Conflict(f"The list “{checklist.name}” is on {incident.number} already.")
    tasks = [
        Task(
            checklist_id=checklist.id,
            checklist=checklist.name,
            required_for=checklist.required_for,
            required_up_to=checklist.required_up_to,
        )
        for _ in checklist.items
    ]
    plans = [Plan(item, team=checklist.team) for item in checklist.items]
    return add_tasks(incident, tasks, plans, by=by, at=at)


def follow_category(incident: Incident, *, at: datetime) -> None:
    """Puts on what comes by itself with the incident's category, once; what came with an earlier one stays."""
    session = object_session(incident)
    if session is None or incident.category is None:
        return
    query = select(Checklist).where(
        Checklist.adds_itself, Checklist.retired_at.is_(None), Checklist.category_id.in_(lineage(incident.category))
    )
    found = list(session.scalars(query.order_by(Checklist.id)))
    there = _lists_on(session, incident) if found else set()
    for checklist in found:
        if checklist.id not in there:
            put_on(incident, checklist, by=SYSTEM, at=at)


def _lists_on(session: Session, incident: Incident) -> set[int]:
    query = select(Task.checklist_id).where(Task.incident_id == incident.id, Task.checklist_id.is_not(None))
    return {number for number in session.scalars(query.distinct()) if number is not None}


def _session_of(incident: Incident) -> Session:
    session = object_session(incident)
    if session is None:
        raise RuntimeError("an incident must be in a session before a list is put on it")
    return session
