"""The sample company's own names for the states, and a few incidents that are in them.

For `helpdesk.cli.demo`: the names before the incidents are played, their use afterwards."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.incidents.incident import Incident
from helpdesk.incidents.lifecycle import State
from helpdesk.incidents.status_table import add_status, limit, tie
from helpdesk.incidents.statuses import Status, default_status
from helpdesk.incidents.thread import Words
from helpdesk.journal import Actor
from helpdesk.people.agent import Agent
from helpdesk.people.permissions import Role

SUPPLIER, WORKSHOP, ON_SITE = "Waiting for supplier", "Handed to workshop", "On site"
SYSTEM = Actor(kind="system", name="Helpdesk")


def name_statuses(session: Session) -> None:
    """Two further kinds of waiting, work on site, and a closure that only leads may choose."""
    add_status(session, State.OPEN, ON_SITE, "Somebody is on the way to you")
    supplier = add_status(session, State.PENDING_OTHER, SUPPLIER, "Our supplier works on it")
    limit(supplier, required=["service"], roles=[], pauses=True)
    add_status(session, State.PENDING_OTHER, WORKSHOP, "In our workshop")
    dropped = add_status(session, State.CLOSED, "Closed without a fix", "Closed")
    limit(dropped, required=["category"], roles=[Role.LEAD.value, Role.ADMINISTRATOR.value], pauses=None)
    resolved = default_status(session, State.RESOLVED)
    if resolved is not None:
        tie(session, dropped, [resolved.id])


def use_statuses(session: Session, *, now: datetime) -> None:
    """Puts the latest waiting and open incidents into them; one service works again by a workaround, and one call
    was written down an hour later."""
    waiting, being_worked_on = _latest(session, State.PENDING_OTHER, 6), _latest(session, State.OPEN, 4)
    for number, incident in enumerate(waiting):
        incident.set_status(_status(session, WORKSHOP if number % 2 else SUPPLIER), by=SYSTEM, at=now)
    if len(being_worked_on) < 3:
        return
    on_site, restored, called = being_worked_on[:3]
    on_site.set_status(_status(session, ON_SITE), by=_worker(session, on_site), at=now)
    # Not before it was reported, however young it is.
    restored.restore(
        "Everybody uses the second line until the first is mended.",
        by=_worker(session, restored),
        at=max(now - timedelta(hours=2), restored.opened_at),
        logged_at=now,
    )
    said = Words("Rang back: it is slower than yesterday, but it can wait until this afternoon.")
    called.tell(said, by=_worker(session, called), at=max(now - timedelta(hours=1), called.opened_at), logged_at=now)


def _latest(session: Session, state: State, limit: int) -> list[Incident]:
    query = select(Incident).where(Incident.state == state.value, Incident.service_id.is_not(None))
    return list(session.scalars(query.order_by(Incident.id.desc()).limit(limit)))


def _status(session: Session, name: str) -> Status:
    return session.scalars(select(Status).where(Status.name == name)).one()


def _worker(session: Session, incident: Incident) -> Actor:
    """Who has it, else the first who works here."""
    agent = incident.assignee or session.scalars(select(Agent).where(Agent.active).order_by(Agent.id)).first()
    return agent.actor() if agent else SYSTEM
