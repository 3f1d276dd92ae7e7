"""Whom a reply goes to, as the composer sends it, and who reads along, as the side panel changes it."""

import re
from datetime import datetime

from flask import request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from helpdesk.db import session
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.participants import NAME_LENGTH_MAX, add_participant, remove_participant
from helpdesk.incidents.recipients import Recipient, chosen, recipients_of
from helpdesk.incidents.thread import Participant
from helpdesk.journal import EventKind
from helpdesk.people.permissions import Permission
from helpdesk.people.requester import ADDRESS_LENGTH_MAX
from helpdesk.web import web
from helpdesk.web.access import actor, agents_only, house, needs, the_incident
from helpdesk.web.changing import Change, incident_to_change
from helpdesk.web.forms.incident import ChangeForm, ConfirmationForm
from helpdesk.web.submissions import once

ADD = Change(
    "Let somebody read along",
    "Add",
    "user-plus",
    frozenset({EventKind.PARTICIPANT_ADDED, EventKind.PARTICIPANT_REMOVED}),
    "They are offered as a copy of each reply from now on, and what they write joins the thread.",
)
REMOVE = Change("Take off", "Take off", "user-x")


class ParticipantForm(ChangeForm):
    address = StringField(
        "Mail address", [InputRequired("Give a mail address."), Length(max=ADDRESS_LENGTH_MAX)],
        render_kw={"type": "email", "placeholder": "name@example.org"},
    )  # fmt: skip
    name = StringField("Name", [Length(max=NAME_LENGTH_MAX)])


def chosen_in(incident: Incident, form: MultiDict[str, str]) -> list[Recipient]:
    """The recipients as they were left in the composer. A form without its list answers the people of the mail.
    Raises Invalid."""
    if "recipients" not in form:
        return recipients_of(session(), incident)
    return chosen(session(), incident, form.getlist("to"), [*form.getlist("cc"), *addresses_in(form.get("more", ""))])


def addresses_in(text: str) -> list[str]:
    """Several addresses as people type them: with commas, semicolons, line ends, or names before <>."""
    parts = (part.strip() for part in re.split(r"[,;\n]", text[:10_000]))
    return [found[1] if (found := re.search(r"<([^<>]*)>", part)) else part for part in parts if part]


@web.get("/incidents/<int:number>/participants")
@agents_only
def participants(number: int) -> ResponseReturnValue:
    return ADD.page(the_incident(number), ParticipantForm())


@web.post("/incidents/<int:number>/participants")
@needs(Permission.WORK_INCIDENTS)
@once
def add(number: int) -> ResponseReturnValue:
    found, form = incident_to_change(number), ParticipantForm(request.form)
    return ADD.carry_out(
        found, form, lambda: add_participant(found, form.address.data, form.name.data or "", by=actor(), at=_now())
    )


@web.post("/incidents/<int:number>/participants/<int:participant_id>/removal")
@needs(Permission.WORK_INCIDENTS)
@once
def take_off(number: int, participant_id: int) -> ResponseReturnValue:
    found = incident_to_change(number)

    def verb() -> None:
        leaving = session().get(Participant, participant_id)
        if leaving is not None and leaving.incident_id == found.id:
            remove_participant(found, leaving, by=actor(), at=_now())

    return REMOVE.carry_out(found, ConfirmationForm(request.form), verb)


def _now() -> datetime:
    return house().clock.now()
