"""The statuses that a page offers for a move, and the one that came back with its form."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session
from wtforms import SelectField

from helpdesk.db import session
from helpdesk.errors import Invalid
from helpdesk.incidents.entering import may_enter
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.lifecycle import State, Verb, transition
from helpdesk.incidents.statuses import Status, status_of, statuses, statuses_of
from helpdesk.web.access import actor
from helpdesk.web.forms import Form, options
from helpdesk.web.forms.incident import NEXT_STATES

PREFIX = "status:"
AFTER_REPLY = (State.OPEN, State.PENDING_REQUESTER)
# Moves that need nothing but a status, the one that stays in its state first.
PLAIN_VERBS = (Verb.SET_STATUS, Verb.START, Verb.RESUME, Verb.CLOSE)


def offered(incident: Incident, state: State, *, again: bool = False) -> list[Status]:
    """The statuses of a state that this agent may move the incident to, the default first. `again`: with the one it is
    in, for what waits may be put off once more."""
    here, by = None if again else status_of(incident), actor()
    found = statuses_of(session(), state)
    return [one for one in found if one is not here and may_enter(session(), incident, one, by)]


def value_of(status: Status) -> str:
    return f"{PREFIX}{status.id}"


def chosen(value: str | None) -> Status | None:
    """The status of a form's value; None for nothing, which means the default. Raises Invalid for one not there."""
    if not value:
        return None
    text = value.removeprefix(PREFIX)
    found = session().get(Status, int(text)) if text.isascii() and text.isdecimal() and len(text) < 16 else None
    if found is None:
        raise Invalid("There is no such status. Load the page again.", field="status")
    return found


def offer(form: Form, field: SelectField, incident: Incident, state: State) -> None:
    """Fills the select of a move into this state; takes it out of the form where there is nothing to choose."""
    rows = offered(incident, state)
    field.choices = options((value_of(one), one.name) for one in rows)
    nothing_to_choose = len(rows) < 2 and all(one.is_default for one in rows)
    if nothing_to_choose and not field.data:
        del form[field.short_name]


def plain_moves(incident: Incident, verbs: Iterable[Verb]) -> list[tuple[Status, Verb]]:
    """Every status that can be entered without further words, and by which verb."""
    found: list[tuple[Status, Verb]] = []
    for verb in (one for one in PLAIN_VERBS if one in verbs):
        state = transition(incident.current, verb, actor()).next_state
        found += [(one, verb) for one in offered(incident, state)]
    return found


def has_statuses(known: Session) -> bool:
    """Whether the site has names of its own; most pages have nothing to ask where it has none."""
    return bool(statuses(known))


def next_states(incident: Incident) -> list[tuple[str, str]]:
    """What may become of the incident with a reply: the built-in choices, then the site's own statuses."""
    found = list(NEXT_STATES)
    if has_statuses(session()):
        own = [one for state in AFTER_REPLY for one in offered(incident, state) if not one.is_default]
        found[-1:-1] = [(value_of(one), f"and set it to “{one.name}”") for one in own]
    return found


def chosen_after_reply(value: str | None) -> Status | None:
    return chosen(value) if value and value.startswith(PREFIX) else None


def move_after_reply(incident: Incident, status: Status, at: datetime) -> None:
    """The reply has opened a new incident already, so one that is to be open only changes its name."""
    if status.state == State.PENDING_REQUESTER.value:
        incident.wait_for_requester(by=actor(), at=at, status=status)
    else:
        move_to(incident, status, at, None)


def move_to(incident: Incident, status: Status, at: datetime, logged_at: datetime | None) -> None:
    """Moves it there. Raises Conflict where nothing leads from here into the state of this status, and what the verb
    raises."""
    by, state = actor(), State(status.state)
    if state is incident.current:
        incident.set_status(status, by=by, at=at, logged_at=logged_at)
    elif state is State.OPEN and incident.current is State.NEW:
        incident.start(by=by, at=at, status=status, logged_at=logged_at)
    elif state is State.CLOSED:
        incident.close(by=by, at=at, status=status)
    else:
        incident.resume(by=by, at=at, status=status, logged_at=logged_at)
