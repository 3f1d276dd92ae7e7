"""Where agents chose another impact or urgency than the desk proposed: counted, with their reasons."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.incidents.incident import NUMBER_PREFIX, Incident
from helpdesk.incidents.queries import visible
from helpdesk.journal import Event, EventKind
from helpdesk.people.agent import Viewer

READ_MAX = 5000


@dataclass(frozen=True, slots=True)
class Override:
    """One of them: `proposed` and `chosen` are priorities, 1 is the most urgent."""

    incident_id: int
    agent: str
    at: datetime
    proposed: int
    chosen: int
    reason: str

    @property
    def number(self) -> str:
        return f"{NUMBER_PREFIX}{self.incident_id}"

    @property
    def direction(self) -> str:
        if self.chosen == self.proposed:
            return "same"
        return "raised" if self.chosen < self.proposed else "lowered"


@dataclass(slots=True)
class Tally:
    """How often one agent did so, and which way the priority went."""

    agent: str
    raised: int = 0
    lowered: int = 0
    same: int = 0

    @property
    def total(self) -> int:
        return self.raised + self.lowered + self.same


def overrides(session: Session, viewer: Viewer, *, since: datetime) -> list[Override]:
    """Those since then in incidents that this viewer may see, the latest first; at most READ_MAX."""
    query = (
        select(Event)
        .join(Incident, Event.record_id == Incident.id)
        .where(
            Event.record_kind == Incident.record_kind,
            Event.kind == EventKind.PRIORITIZED.value,
            Event.at >= since,
            Event.data["overridden"].as_boolean(),
            visible(viewer),
        )
        .order_by(Event.at.desc(), Event.id.desc())
        .limit(READ_MAX)
    )
    return [_read(event) for event in session.scalars(query)]


def _read(event: Event) -> Override:
    data = event.data
    proposed, chosen = data["proposed"]["priority"], data["after"]["priority"]
    return Override(event.record_id, event.actor_name, event.at, proposed, chosen, data.get("reason", ""))


def by_agent(found: Iterable[Override]) -> list[Tally]:
    """Who did so how often, the most often first."""
    tallies: dict[str, Tally] = {}
    for one in found:
        tally = tallies.setdefault(one.agent, Tally(one.agent))
        setattr(tally, one.direction, getattr(tally, one.direction) + 1)
    return sorted(tallies.values(), key=lambda tally: (-tally.total, tally.agent))
