"""The table of states, walked cell by cell: each move leads where it says, and every other cell refuses."""

from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy.orm import Session

from helpdesk.clock import SetClock
from helpdesk.errors import Conflict, Invalid, NotAllowed
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.lifecycle import (
    PENDING,
    REQUESTER_WORDING,
    TABLE,
    UNRESOLVED,
    ResolutionCode,
    State,
    Verb,
    transition,
    verbs_from,
)
from helpdesk.incidents.thread import Words
from helpdesk.journal import Actor, EventKind, history
from helpdesk.people.agent import Agent
from helpdesk.people.permissions import Permission
from tests.domain.conftest import SYSTEM

AGENT = Actor(kind="agent", name="Kim", id=1, permissions=frozenset({Permission.WORK_INCIDENTS}))
POWERLESS = Actor(kind="agent", name="Guest", id=2)
REQUESTER = Actor(kind="requester", name="Ada", id=1)
CELLS = {(move.state, move.verb): move for move in TABLE}


@pytest.mark.parametrize(("state", "verb"), list(product(State, Verb)))
@pytest.mark.parametrize("actor", [AGENT, REQUESTER, SYSTEM], ids=lambda actor: actor.kind)
def test_every_cell(state: State, verb: Verb, actor: Actor) -> None:
    move = CELLS.get((state, verb))
    if move is None:
        with pytest.raises(Conflict):
            transition(state, verb, actor)
    elif actor.kind not in move.actors:
        with pytest.raises(NotAllowed):
            transition(state, verb, actor)
    else:
        assert transition(state, verb, actor) is move
    assert (verb in verbs_from(state, actor)) == (move is not None and actor.kind in move.actors)


@pytest.mark.parametrize("move", TABLE, ids=lambda move: f"{move.state}-{move.verb}")
def test_an_agent_without_the_right_moves_nothing(move: object) -> None:
    with pytest.raises(NotAllowed):
        transition(move.state, move.verb, POWERLESS)  # type: ignore[attr-defined]
    assert not verbs_from(move.state, POWERLESS)  # type: ignore[attr-defined]


def test_no_cell_stands_twice() -> None:
    assert len(CELLS) == len(TABLE)


def test_every_state_can_be_left_and_is_worded_for_requesters() -> None:
    assert {move.state for move in TABLE} == set(State) == set(REQUESTER_WORDING)


def _bring_to(incident: Incident, state: State, kim: Agent, clock: SetClock) -> None:
    by, at = kim.actor(), clock.advance(minutes=1)
    if state is State.NEW:
        return
    incident.start(by=by, at=at)
    if state is State.PENDING_REQUESTER:
        incident.wait_for_requester(by=by, at=at)
    if state is State.PENDING_OTHER:
        incident.wait_for_other(at + timedelta(days=1), "The line is being laid", by=by, at=at)
    if state in (State.RESOLVED, State.CLOSED):
        incident.resolve(ResolutionCode.FIXED, "A switch died", "Replaced the switch", by=by, at=at)
    if state is State.CLOSED:
        incident.close(by=by, at=at)


@pytest.mark.parametrize("state", State)
def test_what_a_requester_writes_wakes_it(
    incident: Incident, kim: Agent, clock: SetClock, ada: Actor, state: State
) -> None:
    _bring_to(incident, state, kim, clock)
    assert incident.current is state
    incident.receive(Words("It is still down."), by=ada, at=clock.advance(minutes=1))
    assert incident.current is (State.NEW if state is State.NEW else State.OPEN)
    assert incident.is_open
    assert incident.wake_at is None


@pytest.mark.parametrize("state", State)
def test_what_a_machine_writes_changes_nothing(
    incident: Incident, kim: Agent, clock: SetClock, ada: Actor, state: State
) -> None:
    _bring_to(incident, state, kim, clock)
    incident.receive(Words("I am away", automatic="Auto-Submitted: auto-replied"), by=ada, at=clock.advance(minutes=1))
    assert incident.current is state
    assert incident.entries[-1].automatic


def test_resolving_asks_for_code_cause_and_fix(
    session: Session, incident: Incident, kim: Agent, clock: SetClock
) -> None:
    for cause, text, field in (("", "Replaced it", "cause"), ("A switch died", "  ", "text")):
        with pytest.raises(Invalid) as refused:
            incident.resolve(ResolutionCode.FIXED, cause, text, by=kim.actor(), at=clock.now())
        assert refused.value.field == field
    assert incident.current is State.NEW
    incident.resolve(ResolutionCode.FIXED, "A switch died", "Replaced it", by=kim.actor(), at=clock.now())
    assert (incident.current, incident.is_open, incident.resolved_at) == (State.RESOLVED, False, clock.now())
    last = history(session, "incident", incident.id)[-1]
    assert (last.kind, last.data["cause"], last.data["code"]) == (EventKind.RESOLVED, "A switch died", "fixed")


def test_a_fix_that_did_not_hold_is_taken_back_but_not_forgotten(
    session: Session, incident: Incident, kim: Agent, clock: SetClock, ada: Actor
) -> None:
    _bring_to(incident, State.RESOLVED, kim, clock)
    incident.reopen("Down again", by=ada, at=clock.advance(hours=1))
    assert (incident.resolution, incident.resolution_code, incident.resolved_at) == ("", None, None)
    kinds = [event.kind for event in history(session, "incident", incident.id)]
    assert kinds[-2:] == [EventKind.RESOLVED, EventKind.REOPENED]


def test_only_the_requester_confirms(incident: Incident, kim: Agent, clock: SetClock, ada: Actor) -> None:
    _bring_to(incident, State.RESOLVED, kim, clock)
    with pytest.raises(NotAllowed):
        incident.confirm(by=kim.actor(), at=clock.now())
    incident.confirm(by=ada, at=clock.now())
    assert (incident.current, incident.closed_at) == (State.CLOSED, clock.now())


def test_a_wait_has_an_end_that_is_to_come(incident: Incident, kim: Agent, clock: SetClock) -> None:
    with pytest.raises(Invalid):
        incident.wait_for_other(clock.now(), by=kim.actor(), at=clock.now())
    until = clock.now() + timedelta(hours=2)
    incident.wait_for_other(until, "A part is on its way", by=kim.actor(), at=clock.now())
    with pytest.raises(Conflict):
        incident.wake(by=SYSTEM, at=clock.advance(hours=1))
    incident.wake(by=SYSTEM, at=clock.advance(hours=1))
    assert (incident.current, incident.wake_at) == (State.OPEN, None)


def test_pending_states_are_unresolved() -> None:
    assert set(PENDING) < set(UNRESOLVED)
