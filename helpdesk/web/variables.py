"""What the variables of a text say on the pages: for the incident it is written in, or for an example."""

from helpdesk.incidents.incident import Incident
from helpdesk.incidents.operations import Wording
from helpdesk.incidents.variables import values_of, wording_of
from helpdesk.letters.links import tracking_url
from helpdesk.letters.markdown import render
from helpdesk.web.access import house, the_agent

EXAMPLE = {
    "requester": "Mia Tanaka",
    "requester_first_name": "Mia",
    "organization": "Harbour & Pine",
    "number": "INC-42",
    "subject": "The label printer prints blank labels",
    "service": "Printing",
    "category": "Hardware / Printers",
    "team": "Service desk",
}


def variables_of(incident: Incident) -> dict[str, str]:
    """What each variable says when the agent signed in here writes in this incident."""
    return values_of(incident, agent=the_agent().name, link=page_of_requester(incident))


def page_of_requester(incident: Incident) -> str:
    desk = house()
    return tracking_url(desk.settings.base_url, desk.signing_key, incident.id, incident.requester_id)


def wording() -> Wording:
    """Fills the texts of bulk changes and macros that the agent signed in here runs."""
    return wording_of(the_agent().name, page_of_requester, as_letter)


def as_letter(markdown: str) -> str:
    return render(markdown, keep_line_breaks=True)


def example() -> dict[str, str]:
    """Values for showing what a text looks like, without an incident."""
    name, base = the_agent().name, house().settings.base_url
    return EXAMPLE | {"agent": name, "agent_first_name": name.split()[0], "link": f"{base}/track/…"}
