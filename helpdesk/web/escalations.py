"""Escalating an incident to another team or up the chain, and acknowledging that."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import abort, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from helpdesk.db import session
from helpdesk.errors import Invalid
from helpdesk.incidents.choices import choices
from helpdesk.incidents.escalation import (
    Escalation,
    EscalationKind,
    acknowledge,
    escalate_to_manager,
    escalate_to_team,
    managers_above,
)
from helpdesk.incidents.incident import Incident
from helpdesk.journal import Event, EventKind
from helpdesk.people.agent import Team
from helpdesk.people.permissions import Permission
from helpdesk.web import web
from helpdesk.web.access import actor, agents_only, house, needs, the_incident, the_viewer
from helpdesk.web.changing import Change, incident_to_change
from helpdesk.web.forms.escalation import EscalationForm
from helpdesk.web.forms.incident import ConfirmationForm
from helpdesk.web.panels import Panel
from helpdesk.web.submissions import once

ESCALATE = Change("Escalate", "Escalate", "arrow-up-right", frozenset({EventKind.ESCALATED, EventKind.ASSIGNED}))
ACKNOWLEDGE = Change("Acknowledge", "I look after it", "check")


@web.get("/incidents/<int:number>/escalation")
@agents_only
def escalation(number: int) -> ResponseReturnValue:
    return ESCALATE.page(the_incident(number), _form(the_incident(number)))


@web.post("/incidents/<int:number>/escalation")
@needs(Permission.WORK_INCIDENTS)
@once
def escalate(number: int) -> ResponseReturnValue:
    found = incident_to_change(number)
    form = _form(found, request.form)

    def verb() -> None:
        at, note = house().clock.now(), form.note.data or ""
        if form.kind.data == EscalationKind.HIERARCHICAL.value:
            escalate_to_manager(session(), found, note, by=actor(), at=at)
            return
        team = session().get(Team, form.team.data) if form.team.data else None
        if team is None:
            raise Invalid("Choose the team that takes it over.", field="team")
        escalate_to_team(session(), found, team, note, by=actor(), at=at)

    return ESCALATE.carry_out(found, form, verb)


@web.post("/incidents/<int:number>/escalations/<int:escalation_id>/acknowledgement")
@needs(Permission.WORK_INCIDENTS)
@once
def acknowledge_escalation(number: int, escalation_id: int) -> ResponseReturnValue:
    found = incident_to_change(number)
    made = session().get(Escalation, escalation_id)
    if made is None or made.incident_id != found.id:
        abort(404)
    form = ConfirmationForm(request.form)
    return ACKNOWLEDGE.carry_out(found, form, lambda: acknowledge(made, by=actor(), at=house().clock.now()))


def _form(found: Incident, given: MultiDict[str, str] | None = None) -> EscalationForm:
    next_tier = found.team.escalates_to_id if found.team else None
    form = EscalationForm(given, team=next_tier)
    others = tuple(one for one in choices(session(), the_viewer()).teams if one[0] != found.team_id)
    form.offer("team", others, "Choose …")
    chain = managers_above(session(), found, at=house().clock.now())
    above = ", then ".join(one.name for one in chain) or "nobody is known above this incident"
    form.kind.description = f"Up the chain: {above}."
    return form


@dataclass(slots=True)
class EscalationShown:
    """One escalation as the panel tells it, put together from its events."""

    id: int
    kind: str
    level: int
    at: datetime
    why: str
    told: list[str]
    acknowledged_by: str = ""
    acknowledged_at: datetime | None = None

    @property
    def is_hierarchical(self) -> bool:
        return self.kind == EscalationKind.HIERARCHICAL.value


def escalations_panel(_: Incident, events: Sequence[Event]) -> Panel | None:
    """What was escalated, newest first; read from the history, so it costs no statement."""
    shown: dict[int, EscalationShown] = {}
    for event in events:
        number = int(event.data.get("escalation_id", 0))
        if event.kind == EventKind.ESCALATED.value and number not in shown:
            shown[number] = EscalationShown(
                number, event.data["escalation"], event.data["level"], event.at, event.data.get("why", ""), []
            )
        if event.kind == EventKind.ESCALATED.value and event.data.get("agent"):
            shown[number].told.append(event.data["agent"])
        if event.kind == EventKind.ESCALATION_ACKNOWLEDGED.value and number in shown:
            shown[number].acknowledged_by, shown[number].acknowledged_at = event.actor_name, event.at
    if not shown:
        return None
    return Panel("incidents/panels/escalations.html", {"escalations": list(reversed(shown.values()))})
