"""For how long an answer opens an ended incident again; after that it is a new one, tied to it."""

from datetime import datetime, timedelta

from helpdesk.incidents.incident import Incident
from helpdesk.incidents.lifecycle import UNRESOLVED


def is_too_late(incident: Incident, days: int, *, now: datetime) -> bool:
    """Whether it ended more than so many days ago."""
    ended = incident.closed_at or incident.resolved_at
    return incident.current not in UNRESOLVED and ended is not None and now - ended > timedelta(days=days)
