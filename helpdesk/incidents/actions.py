"""Everything that can be done to an incident in bulk, by a macro or by a rule: one table, through the same verbs and
with the same rights as by hand. Applied by `helpdesk.incidents.operations`; forms are drawn from `KINDS`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from helpdesk.errors import Invalid
from helpdesk.incidents import acting_by_writing, acting_on_facts, acting_on_states, acting_on_ties, acting_on_triage
from helpdesk.incidents.action_choices import check_rows
from helpdesk.incidents.action_kind import ActionKind, Doing
from helpdesk.incidents.incident import Incident
from helpdesk.journal import Actor

ACTIONS_MAX = 20

# In the order in which forms offer them, and in which a bulk change carries them out.
KINDS: dict[str, ActionKind] = {
    one.kind: one
    for one in (
        *acting_on_triage.KINDS,
        *acting_on_facts.KINDS,
        *acting_by_writing.KINDS,
        *acting_on_states.KINDS,
        *acting_on_ties.KINDS,
    )
}


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do: a key of `KINDS`, and values for its fields. Stored as `as_json()`."""

    kind: str
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def of_kind(self) -> ActionKind:
        """Raises Invalid for a kind that does not exist (any more)."""
        found = KINDS.get(self.kind)
        if found is None:
            raise Invalid(f"There is no action “{self.kind[:40]}”. Take it out.", field="actions")
        return found

    def as_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "values": dict(self.values)}

    def perform(self, session: Session, incident: Incident, *, by: Actor, at: datetime) -> str:
        """Does it and says what it did; see `action_kind.Perform`."""
        return self.of_kind.perform(Doing(session, incident, by, at), self.values)


def checked(session: Session, actions: Iterable[Action], *, by_rule: bool = False) -> list[Action]:
    """These actions with their values as they are stored.

    Raises Invalid for none or too many, for values that can't be, and for rows that are gone meanwhile: a team that
    was deleted, an agent who left."""
    found = []
    for action in actions:
        kind = action.of_kind
        if by_rule and not kind.by_rule:
            raise Invalid(f"{kind.label}: this is done by people, not by rules. Take it out.", field="actions")
        values = kind.checked(action.values)
        check_rows(session, kind, values)
        found.append(Action(action.kind, values))
    if not found:
        raise Invalid("Choose at least one thing to do.", field="actions")
    if len(found) > ACTIONS_MAX:
        raise Invalid(f"Choose {ACTIONS_MAX} things to do at most.", field="actions")
    return found


def from_json(stored: Iterable[Mapping[str, Any]]) -> list[Action]:
    """What `as_json` made. Not checked: see `checked`."""
    return [Action(str(one.get("kind", "")), dict(one.get("values") or {})) for one in stored]


def touched(actions: Iterable[Action]) -> frozenset[str]:
    """The parts of a record that these may change."""
    return frozenset().union(*(action.of_kind.touches for action in actions))
