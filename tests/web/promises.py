"""What a desk promises in the tests of the pages: office hours in Oslo, and one policy for everything."""

from datetime import datetime

from sqlalchemy.orm import Session

from helpdesk.service_levels.calendar import BEGINNING, Calendar
from helpdesk.service_levels.due import rebuild
from helpdesk.service_levels.policy import ServiceLevelPolicy
from helpdesk.service_levels.versions import add_calendar, add_policy
from tests.world import World

HOUR = 3600
WEEK = {str(day): [["09:00", "12:00"], ["13:00", "17:00"]] for day in range(5)}


def calendar(session: Session, name: str = "Office hours", **more: object) -> Calendar:
    made = Calendar(name=name, time_zone="Europe/Oslo", weekly=WEEK, country="NO", **more)
    return add_calendar(session, made, at=BEGINNING)


def policy(session: Session, name: str = "Standard", *, hours: float = 4, **more: object) -> ServiceLevelPolicy:
    """Everything is promised within so many hours, at every priority, unless told otherwise."""
    times = {str(priority): int(hours * HOUR) for priority in range(1, 6)}
    values: dict[str, object] = {
        "targets": {"first_response": times, "resolution": times},
        "pauses": ["pending_requester"],
        "warns_at": [50],
    }
    return add_policy(session, ServiceLevelPolicy(name=name, **(values | more)), at=BEGINNING)


def promised(world: World, *, now: datetime | None = None, **more: object) -> ServiceLevelPolicy:
    """Calendar and policy, and the rows of what is due for all that is open."""
    calendar(world.session)
    made = policy(world.session, **more)  # type: ignore[arg-type]
    world.session.flush()
    rebuild(world.session, now=now or world.at)
    return made
