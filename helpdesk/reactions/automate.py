"""The reaction that does by itself what the site decided: rules first, then who gets new work, then escalation.

Running it twice does nothing twice. It commits nothing; the worker does."""

from datetime import datetime

from sqlalchemy.orm import Session

from helpdesk.incidents.incident import Incident
from helpdesk.incidents.operations import Wording
from helpdesk.incidents.variables import wording_of
from helpdesk.journal import Event, EventKind
from helpdesk.letters.contents import Stationery
from helpdesk.letters.links import tracking_url
from helpdesk.letters.markdown import render
from helpdesk.reactions.allocate import allocate
from helpdesk.reactions.escalate import escalate
from helpdesk.rules.running import act, due_rules, run_on_event, run_on_schedule

_NEW_WORK = frozenset({EventKind.OPENED, EventKind.ASSIGNED})
_CLOCKS = frozenset({EventKind.SERVICE_LEVEL_WARNED, EventKind.SERVICE_LEVEL_BREACHED})


def automate(session: Session, event: Event, *, stationery: Stationery, now: datetime) -> None:
    """What follows this event by itself."""
    run_on_event(session, event, now=now, wording=_wording(stationery))
    if event.kind in _NEW_WORK:
        allocate(session, event, now=now)
    if event.kind in _CLOCKS:
        escalate(session, event, now=now)


def automate_by_time(session: Session, *, stationery: Stationery, now: datetime) -> int:
    """Runs the rules that are due on their schedule, one transaction for each incident; returns how often one acted."""
    count = 0
    for rule in due_rules(session):
        numbers = run_on_schedule(session, rule, now=now)
        session.commit()
        for number in numbers:
            incident = session.get(Incident, number)
            if incident is not None and incident.is_open and incident.merged_into_id is None:
                act(session, rule, incident, None, now=now, wording=_wording(stationery))
                count += 1
            session.commit()
    return count


def _wording(stationery: Stationery) -> Wording:
    """What rules write is signed by the desk."""
    base, key = stationery.settings.base_url, stationery.signing_key

    def link(incident: Incident) -> str:
        return tracking_url(base, key, incident.id, incident.requester_id)

    return wording_of(stationery.settings.site_name, link, lambda text: render(text, keep_line_breaks=True))
