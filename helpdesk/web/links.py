"""Ties between incidents."""

from typing import Any

from flask import abort, flash, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.db import session
from helpdesk.errors import Invalid
from helpdesk.incidents.links import BY_HAND, IncidentLink, LinkKind, link, unlink
from helpdesk.incidents.queries import incident_for
from helpdesk.people.permissions import Permission
from helpdesk.web import web
from helpdesk.web.access import actor, agents_only, house, needs, the_incident, the_viewer
from helpdesk.web.changing import Change, incident_to_change
from helpdesk.web.forms.incident import ConfirmationForm, LinkForm
from helpdesk.web.submissions import done, once

TIE = Change("Tie to another incident", "Tie", "link")
UNTIE = Change("Untie", "Untie", "unlink")


@web.get("/incidents/<int:number>/links")
@agents_only
def links(number: int) -> ResponseReturnValue:
    return TIE.page(the_incident(number), LinkForm())


@web.post("/incidents/<int:number>/links")
@needs(Permission.WORK_INCIDENTS)
@once
def tie(number: int) -> ResponseReturnValue:
    found, form = incident_to_change(number), LinkForm(request.form)

    def verb() -> None:
        other_number = form.other_number()
        other = incident_for(session(), the_viewer(), other_number) if other_number else None
        if other is None:
            raise Invalid(f"There is no incident “{(form.other.data or '')[:40]}”. Look at its number.", field="other")
        kind, _, backwards = (form.kind.data or "").partition(":")
        first, second = (other, found) if backwards else (found, other)
        tied = link(session(), first, second, LinkKind(kind), by=actor(), at=house().clock.now())
        session().flush()
        _tell(f"{found.number} and {other.number} are tied.", "web.untie", number=number, link_id=tied.id)

    return TIE.carry_out(found, form, verb)


@web.post("/incidents/<int:number>/links/<int:link_id>/removal")
@needs(Permission.WORK_INCIDENTS)
@once
def untie(number: int, link_id: int) -> ResponseReturnValue:
    found = incident_to_change(number)
    made = session().get(IncidentLink, link_id)
    if made is None or found.id not in (made.first_id, made.second_id):
        abort(404)
    the_incident(made.second_id if made.first_id == found.id else made.first_id)
    form, kind = ConfirmationForm(request.form), made.kind

    def verb() -> None:
        unlink(session(), made, by=actor(), at=house().clock.now())
        ends = {"number": made.first_id, "other": made.second_id}
        _tell(f"{made.first.number} and {made.second.number} are untied.", "web.tie_again", **ends, kind=kind)

    return UNTIE.carry_out(found, form, verb, goes_to=url_for("web.incident", number=number))


@web.post("/incidents/<int:number>/links/restoration")
@needs(Permission.WORK_INCIDENTS)
@once
def tie_again(number: int) -> ResponseReturnValue:
    """Undoes an untying: `other` and `kind` as they were, read from here to there."""
    found, other = incident_to_change(number), the_incident(request.args.get("other", 0, type=int))
    kind = request.args.get("kind", "")
    if kind not in BY_HAND:
        abort(404)
    link(session(), found, other, LinkKind(kind), by=actor(), at=house().clock.now())
    flash(f"{found.number} and {other.number} are tied again.", "success")
    return done(url_for("web.incident", number=number))


def _tell(text: str, endpoint: str, **where: Any) -> None:
    said: Any = {"text": text, "action": "Undo", "action_url": url_for(endpoint, **where)}
    flash(said, "success")
