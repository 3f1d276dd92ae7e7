"""How much an incident matters: the form beside the proposal with its evidence, and taking a proposal over."""

from collections.abc import Sequence
from dataclasses import replace

from flask import request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from helpdesk.db import session
from helpdesk.errors import Invalid
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.prioritization import Prioritization, Proposal, prioritization_of, proposal_for
from helpdesk.incidents.record_types import RecordType
from helpdesk.journal import Event, EventKind
from helpdesk.people.permissions import Permission
from helpdesk.web import web
from helpdesk.web.access import actor, agents_only, house, needs, the_incident
from helpdesk.web.changing import Change, incident_to_change
from helpdesk.web.forms.incident import ConfirmationForm
from helpdesk.web.forms.priority import AS_PROPOSED, PriorityForm
from helpdesk.web.panels import Panel
from helpdesk.web.submissions import once

PRIORITIZE = Change(
    "Impact and urgency", "Save", "flame", frozenset({EventKind.PRIORITIZED, EventKind.AFFECTED, EventKind.CATEGORIZED})
)


@web.get("/incidents/<int:number>/priority")
@agents_only
def priority(number: int) -> ResponseReturnValue:
    found = the_incident(number)
    known = prioritization_of(session(), found)
    return _explained(known).page(found, _form(found, known))


@web.post("/incidents/<int:number>/priority")
@needs(Permission.WORK_INCIDENTS)
@once
def prioritize(number: int) -> ResponseReturnValue:
    found = incident_to_change(number)
    known = prioritization_of(session(), found)
    form = _form(found, known, request.form)
    return _explained(known).carry_out(found, form, lambda: _prioritize(found, known, form))


@web.post("/incidents/<int:number>/priority/proposal")
@needs(Permission.WORK_INCIDENTS)
@once
def take_proposal_over(number: int) -> ResponseReturnValue:
    """What is proposed now holds from now on."""
    found = incident_to_change(number)

    def verb() -> None:
        proposed = proposal_for(session(), found)
        found.prioritize(proposed.impact, proposed.urgency, by=actor(), at=house().clock.now())

    return PRIORITIZE.carry_out(found, ConfirmationForm(request.form), verb)


def _form(found: Incident, known: Prioritization, given: MultiDict[str, str] | None = None) -> PriorityForm:
    chosen = found.impact if found.is_overridden else AS_PROPOSED
    form = PriorityForm(given, people=known.facts.people, impact=chosen, urgency=found.urgency)
    form.offer(known.policy, known.proposal)
    return form


def _explained(known: Prioritization) -> Change:
    proposed, words = known.proposal, known.policy
    levels = f"impact {words.impact_name(proposed.impact)}, urgency {words.urgency_name(proposed.urgency)}"
    said = f"Proposed: {levels}, so P{proposed.priority}."
    return replace(PRIORITIZE, explanation=" ".join((said, *proposed.evidence)))


def _prioritize(found: Incident, known: Prioritization, form: PriorityForm) -> None:
    by, at, people = actor(), house().clock.now(), form.people.data
    if people < known.reporters:
        raise Invalid(f"{known.reporters:,} people reported it themselves. Give at least that many.", field="people")
    if people != known.facts.people:
        found.affects(people, by=by, at=at)
    impact = form.impact.data or proposal_for(session(), found).impact
    found.prioritize(impact, form.urgency.data, by=by, at=at, reason=form.reason.data or "")


def about_panel(incident: Incident, events: Sequence[Event]) -> Panel:
    """What it is about and how much it matters; and what is proposed, where that is news."""
    known = prioritization_of(session(), incident, events)
    chosen = next((event for event in reversed(events) if event.data.get("overridden")), None)
    overriding = chosen if incident.is_overridden else None
    facts = {
        "known": known,
        "proposed": known.proposal if incident.is_open and _is_news(incident, known.proposal, overriding) else None,
        "overriding": overriding,
        "is_request": incident.record_type == RecordType.REQUEST,
    }
    return Panel("incidents/panels/about.html", facts)


def _is_news(incident: Incident, proposed: Proposal, overriding: Event | None) -> bool:
    """Whether the proposal is another one than holds, or than the one that somebody decided against."""
    if overriding is not None:
        return proposed.data != overriding.data.get("proposed")
    return proposed.data != {"impact": incident.impact, "urgency": incident.urgency, "priority": incident.priority}
