"""What the sample hands to its readers: an incident as the ordered steps that a loader plays against the real verbs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from .scenario import Code

Source = Literal["mail", "form", "agent"]
State = Literal["new", "open", "pending_requester", "pending_other", "resolved", "closed"]
StepKind = Literal[
    "message",
    "reply",
    "note",
    "assign",
    "wait_for_requester",
    "wait_for_other",
    "resolve",
    "confirm",
    "reopen",
    "close",
]

# The requester's own message or a confirmation moves the incident as well; what is missing here never happens.
NEXT_STATE: dict[tuple[State | None, StepKind], State] = {
    (None, "message"): "new",
    ("new", "message"): "new",
    ("new", "assign"): "open",
    ("new", "reply"): "open",
    ("open", "message"): "open",
    ("open", "reply"): "open",
    ("open", "note"): "open",
    ("open", "assign"): "open",
    ("open", "wait_for_requester"): "pending_requester",
    ("open", "wait_for_other"): "pending_other",
    ("open", "resolve"): "resolved",
    ("pending_requester", "message"): "open",
    ("pending_other", "resolve"): "resolved",
    ("resolved", "message"): "open",
    ("resolved", "reopen"): "open",
    ("resolved", "confirm"): "closed",
    ("resolved", "close"): "closed",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened, done by an address of `company`.

    `text` is the message, reply, note, reason of a wait or what fixed it. `assignee` and `team` belong to assign,
    `code` and `cause` to resolve, `until` (aware, UTC) to wait_for_other.
    """

    at: datetime
    kind: StepKind
    by: str
    text: str = ""
    assignee: str | None = None
    team: str | None = None
    code: Code | None = None
    cause: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class SampleIncident:
    """One incident: how it was filed, and its story in time order. Times are aware and in UTC."""

    scenario: str
    requester: str
    requester_name: str
    source: Source
    subject: str
    opened_at: datetime
    service: str
    category: str
    team: str
    assignee: str | None
    impact: int
    urgency: int
    steps: tuple[Step, ...]

    @property
    def state(self) -> State:
        """The state its steps lead to. Raises KeyError when they are no legal story."""
        return state_after(self.steps)


def state_after(steps: Iterable[Step]) -> State:
    """Follows the steps through `NEXT_STATE`; raises KeyError at an illegal one and ValueError without any."""
    state: State | None = None
    for step in steps:
        state = NEXT_STATE[state, step.kind]
    if state is None:
        raise ValueError("an incident needs at least the message that opened it")
    return state
