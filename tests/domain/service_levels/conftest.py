"""The named world with the usual promises, in memory, and what the worker does for its clocks."""

from dataclasses import dataclass
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.incidents.incident import Incident
from helpdesk.journal import Event
from helpdesk.letters import delivery  # noqa: F401 - the tables of letters
from helpdesk.reactions.clocks import keep_clocks
from helpdesk.service_levels.calendar import BEGINNING
from helpdesk.service_levels.defaults import lay_down
from helpdesk.service_levels.due import ServiceLevelDue, due_of
from helpdesk.service_levels.warning import warn_all
from tests.domain.service_levels.telling_stories import moment
from tests.world import World, build_world


@dataclass
class Desk:
    """`at` moves the world's clock; "Mon 09:00" is UTC here, as is the usual calendar, nine to five."""

    world: World
    kept: int = 0

    @property
    def session(self) -> Session:
        return self.world.session

    def at(self, text: str) -> datetime:
        self.world.at = moment(text, "UTC")
        return self.world.at

    def keep(self) -> None:
        """The reaction, for every event that it has not seen."""
        self.session.flush()
        events = list(self.session.scalars(select(Event).where(Event.id > self.kept).order_by(Event.id)))
        if events:
            keep_clocks(self.session, events, now=self.world.at)
            self.kept = events[-1].id
        self.session.flush()

    def look(self, text: str) -> list[str]:
        """What the worker's look at this moment puts on record."""
        self.keep()
        now, before = self.at(text), self.newest()
        self.session.commit()
        warn_all(self.session, now=now)
        fresh = self.session.scalars(select(Event).where(Event.id > before).order_by(Event.id))
        return [
            f"{one.kind.removeprefix('service_level_')} {one.data['target']} {one.data['percent']}" for one in fresh
        ]

    def newest(self) -> int:
        return max(self.session.scalars(select(Event.id)), default=0)

    def due(self, incident: Incident) -> ServiceLevelDue | None:
        self.keep()
        return due_of(self.session, [incident.id]).get(incident.id)


@pytest.fixture
def desk(session: Session) -> Desk:
    world = build_world(session)
    lay_down(session, at=BEGINNING)
    session.commit()
    return Desk(world)
