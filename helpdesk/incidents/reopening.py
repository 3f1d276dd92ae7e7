"""For how long an answer opens an ended incident again; after that it is a new one, tied to it.

Mail and the portal ask `is_too_late`; an agent who reopens late is told so and may insist: `check_reopening`."""

from datetime import datetime, timedelta

from helpdesk.errors import Conflict
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.lifecycle import UNRESOLVED


def is_too_late(incident: Incident, days: int, *, now: datetime) -> bool:
    """Whether it ended more than so many days ago."""
    ended = incident.closed_at or incident.resolved_at
    return incident.current not in UNRESOLVED and ended is not None and now - ended > timedelta(days=days)


def check_reopening(incident: Incident, days: int, *, insists: bool, now: datetime) -> None:
    """Raises Conflict when it ended longer ago than so many days and whoever reopens it does not insist."""
    if not insists and is_too_late(incident, days, now=now):
        raise Conflict(
            f"{incident.number} ended more than {days} days ago. Log a new incident and tie it to this one, or say "
            "that you want to reopen it all the same."
        )
