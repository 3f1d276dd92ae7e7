"""How a call that changed an incident ends: the body is read in its transaction, then that is committed."""

from helpdesk.api.v1.incident_answers import IncidentShown
from helpdesk.db import commit, session
from helpdesk.incidents.incident import Incident

Answer = tuple[IncidentShown, int, dict[str, str]]


def etag(incident: Incident) -> dict[str, str]:
    return {"ETag": f'"{incident.version}"'}


def changed(incident: Incident) -> Answer:
    """Commits and answers with the incident as it is now. Raises Stale."""
    session().flush()
    answer = IncidentShown.of(incident), 200, etag(incident)
    commit()
    return answer
