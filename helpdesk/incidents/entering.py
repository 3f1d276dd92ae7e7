"""Which status an incident enters with a move, and whether who moves it may choose that one.

The limits of a status bind agents. Mail, the clock and a requester's answer are never held up by them."""

from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from helpdesk.errors import Conflict, Invalid, NotAllowed
from helpdesk.incidents.lifecycle import State
from helpdesk.incidents.statuses import Status, default_status, required_missing, status_of
from helpdesk.journal import Actor
from helpdesk.people.agent import Agent

if TYPE_CHECKING:
    from helpdesk.incidents.incident import Incident


def status_entered(
    session: Session, incident: "Incident", state: State, chosen: Status | None, by: Actor, *, asked: bool
) -> Status | None:
    """The status in which the incident arrives: the chosen one, else the default of the state (None: it has none).

    `asked`: somebody wants this very move, it does not just follow from another. Raises Invalid for a status that
    is gone, of another state, or demands what is missing; Conflict when it is not entered from here; NotAllowed when
    others may enter it."""
    status = chosen or default_status(session, state)
    if chosen is not None:
        _still_there(chosen, state)
    if not asked or by.kind != "agent":
        return status
    if status is not None:
        _check_way(incident, status)
        _check_role(session, status, by)
    if missing := required_missing(session, incident, status or state):
        raise Invalid(f"“{status.name if status else state.label}” needs {_listed(missing)} first.", field="status")
    return status


def may_enter(session: Session, incident: "Incident", status: Status, by: Actor) -> bool:
    """Whether a page offers this status; what has to be filled in for it is said when it is chosen."""
    try:
        _check_way(incident, status)
        _check_role(session, status, by)
    except (Conflict, NotAllowed):
        return False
    return True


def _still_there(status: Status, state: State) -> None:
    if status.retired_at is not None:
        raise Invalid(f"“{status.name}” has been retired meanwhile. Choose another status.", field="status")
    if status.state != state.value:
        raise Invalid(f"“{status.name}” is no status of “{state.label}”. Choose another one.", field="status")


def _check_way(incident: "Incident", status: Status) -> None:
    here = status_of(incident)
    if here is status:
        return  # it stays
    if status.entered_from and (here is None or here.id not in status.entered_from):
        name = here.name if here else incident.current.label
        raise Conflict(f"“{status.name}” can't be entered from “{name}”. Choose another status.")


def _check_role(session: Session, status: Status, by: Actor) -> None:
    if not status.roles or by.kind != "agent":
        return
    agent = session.get(Agent, by.id) if by.id is not None else None
    if agent is None or agent.role not in status.roles:
        raise NotAllowed(f"“{status.name}” is entered by {_listed(status.roles, 'or')} only.")


def _listed(words: list[str], joined_by: str = "and") -> str:
    *first, last = words
    return f"{', '.join(first)} {joined_by} {last}" if first else last
