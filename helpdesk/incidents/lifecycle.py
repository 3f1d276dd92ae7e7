"""The states of an incident and the moves between them, as a table of data.

The aggregate asks `transition`; the handbook renders `TABLE`; a test walks every cell of it."""

from dataclasses import dataclass
from enum import StrEnum

from helpdesk.errors import Conflict, NotAllowed
from helpdesk.journal import Actor
from helpdesk.people.permissions import Permission


class State(StrEnum):
    NEW = "new"
    OPEN = "open"
    PENDING_REQUESTER = "pending_requester"
    PENDING_OTHER = "pending_other"
    RESOLVED = "resolved"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    State.NEW: "New",
    State.OPEN: "Open",
    State.PENDING_REQUESTER: "Waiting for requester",
    State.PENDING_OTHER: "Waiting for others",
    State.RESOLVED: "Resolved",
    State.CLOSED: "Closed",
}

# What a requester reads instead.
REQUESTER_WORDING = {
    State.NEW: "Received",
    State.OPEN: "Being worked on",
    State.PENDING_REQUESTER: "Waiting for your answer",
    State.PENDING_OTHER: "Being worked on",
    State.RESOLVED: "Solved, please confirm",
    State.CLOSED: "Closed",
}

UNRESOLVED = (State.NEW, State.OPEN, State.PENDING_REQUESTER, State.PENDING_OTHER)
PENDING = (State.PENDING_REQUESTER, State.PENDING_OTHER)


class Verb(StrEnum):
    START = "start"
    WAIT_FOR_REQUESTER = "wait_for_requester"
    WAIT_FOR_OTHER = "wait_for_other"
    RESUME = "resume"
    WAKE = "wake"
    RESOLVE = "resolve"
    CONFIRM = "confirm"
    REOPEN = "reopen"
    CLOSE = "close"
    SET_STATUS = "set_status"
    RESTORE = "restore"
    WITHDRAW_RESTORATION = "withdraw_restoration"

    @property
    def label(self) -> str:
        return self.value.replace("_", " ")


class ResolutionCode(StrEnum):
    """How an incident ended."""

    FIXED = "fixed"
    WORKAROUND = "workaround"
    USER_EDUCATION = "user_education"
    NO_FAULT_FOUND = "no_fault_found"
    EXTERNAL = "external"
    DUPLICATE = "duplicate"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return self.value.replace("_", " ").capitalize()


@dataclass(frozen=True, slots=True)
class Transition:
    """One cell: in `state`, `verb` leads to `next_state` for these kinds of actor, if `guard` holds."""

    state: State
    verb: Verb
    next_state: State
    actors: frozenset[str]
    guard: str = ""


def _stays(states: tuple[State, ...], verb: Verb, *actors: str, guard: str) -> tuple[Transition, ...]:
    return tuple(Transition(state, verb, state, frozenset(actors), guard) for state in states)


def _moves(
    states: tuple[State, ...], verb: Verb, next_state: State, *actors: str, guard: str = ""
) -> tuple[Transition, ...]:
    return tuple(Transition(state, verb, next_state, frozenset(actors), guard) for state in states)


TABLE: tuple[Transition, ...] = (
    *_moves((State.NEW,), Verb.START, State.OPEN, "agent", "system"),
    *_moves(UNRESOLVED, Verb.WAIT_FOR_REQUESTER, State.PENDING_REQUESTER, "agent", "system"),
    *_moves(
        UNRESOLVED,
        Verb.WAIT_FOR_OTHER,
        State.PENDING_OTHER,
        "agent",
        "system",
        guard="the wake-up time is to come",
    ),
    *_moves(PENDING, Verb.RESUME, State.OPEN, "agent", "requester", "system"),
    *_moves(PENDING, Verb.WAKE, State.OPEN, "system", guard="the wake-up time has come"),
    *_moves(UNRESOLVED, Verb.RESOLVE, State.RESOLVED, "agent", "system", guard="code, cause and fix are given"),
    *_moves((State.RESOLVED,), Verb.CONFIRM, State.CLOSED, "requester"),
    *_moves((State.RESOLVED, State.CLOSED), Verb.REOPEN, State.OPEN, "agent", "requester", "system"),
    *_moves((State.RESOLVED,), Verb.CLOSE, State.CLOSED, "agent", "system"),
    *_stays(tuple(State), Verb.SET_STATUS, "agent", "system", guard="it is another status of the same state"),
    *_stays(
        (*UNRESOLVED, State.RESOLVED),
        Verb.RESTORE,
        "agent",
        "system",
        guard="that was neither before the incident was opened nor is still to come",
    ),
    *_stays(UNRESOLVED, Verb.WITHDRAW_RESTORATION, "agent", "system", guard="it was said to work again"),
)

_CELLS = {(move.state, move.verb): move for move in TABLE}


def transition(state: State, verb: Verb, by: Actor) -> Transition:
    """The move that `verb` makes from `state`.

    Raises Conflict when there is none from here, NotAllowed when it is not this actor's to make."""
    move = _CELLS.get((state, verb))
    if move is None:
        raise Conflict(f"This can't be done while the incident is “{state.label}” ({verb.label}).")
    if by.kind not in move.actors or (by.kind == "agent" and not by.may(Permission.WORK_INCIDENTS)):
        raise NotAllowed(f"{by.name} may not do this ({verb.label}).")
    return move


def verbs_from(state: State, by: Actor) -> frozenset[Verb]:
    """What this actor can do from here: the buttons of a page."""
    may_work = by.kind != "agent" or by.may(Permission.WORK_INCIDENTS)
    return frozenset(move.verb for move in TABLE if move.state is state and by.kind in move.actors and may_work)
