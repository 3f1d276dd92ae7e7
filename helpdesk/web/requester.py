"""Whose incident it is: a change of requester, and taking back what an agent's forwarded mail assumed."""

from flask import request
from flask.typing import ResponseReturnValue
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from helpdesk.db import session
from helpdesk.errors import Conflict
from helpdesk.incidents.incident import Incident
from helpdesk.journal import EventKind
from helpdesk.people.permissions import Permission
from helpdesk.people.requester import ADDRESS_LENGTH_MAX, known_requester
from helpdesk.web import web
from helpdesk.web.access import actor, agents_only, house, needs, the_incident
from helpdesk.web.changing import Change, incident_to_change
from helpdesk.web.forms.incident import ChangeForm, ConfirmationForm
from helpdesk.web.submissions import once

REQUESTER = Change(
    "Change the requester",
    "Change",
    "user-edit",
    frozenset({EventKind.REQUESTER_CHANGED}),
    "Letters go to the new requester from now on; links sent to the one before open nothing any more.",
)


class RequesterForm(ChangeForm):
    address = StringField(
        "Mail address", [InputRequired("Give the mail address letters go to."), Length(max=ADDRESS_LENGTH_MAX)]
    )
    name = StringField("Name", [Length(max=200)], description="Only needed for somebody who is new here.")


@web.get("/incidents/<int:number>/requester")
@agents_only
def requester(number: int) -> ResponseReturnValue:
    return REQUESTER.page(the_incident(number), RequesterForm())


@web.post("/incidents/<int:number>/requester")
@needs(Permission.WORK_INCIDENTS)
@once
def change_requester(number: int) -> ResponseReturnValue:
    found, form = incident_to_change(number), RequesterForm(request.form)
    return REQUESTER.carry_out(found, form, lambda: _change(found, form.address.data, form.name.data or ""))


@web.post("/incidents/<int:number>/forward/undo")
@needs(Permission.WORK_INCIDENTS)
@once
def undo_forward(number: int) -> ResponseReturnValue:
    """The mail was not passed on for somebody: the incident is the agent's who forwarded it."""
    found = incident_to_change(number)
    said = f"{found.number} is the incident of whoever forwarded it."
    return REQUESTER.carry_out(found, ConfirmationForm(request.form), lambda: _give_back(found), said=said)


def _change(found: Incident, address: str, name: str, reason: str = "") -> None:
    at = house().clock.now()
    whose = known_requester(session(), address, name, at=at)
    found.change_requester(whose, by=actor(), at=at, reason=reason)


def _give_back(found: Incident) -> None:
    by = next((str(entry.features["forwarded_by"]) for entry in found.entries if "forwarded_by" in entry.features), "")
    name, _, address = by.rpartition(" <")
    if not address:
        raise Conflict(f"{found.number} was not opened by a forwarded mail.")
    _change(found, address.rstrip(">"), name, reason="forwarded by mistake")
