"""The site's own fields of an incident: filled in in one form."""

from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from helpdesk.db import session
from helpdesk.errors import Invalid
from helpdesk.incidents.custom_fields import CustomField, all_fields, lineage, set_fields
from helpdesk.incidents.incident import Incident
from helpdesk.journal import EventKind
from helpdesk.people.permissions import Permission
from helpdesk.services import current_categories
from helpdesk.web import web
from helpdesk.web.access import actor, agents_only, house, needs, the_incident
from helpdesk.web.changing import Change, incident_to_change
from helpdesk.web.forms.custom import PREFIX, CustomForm, custom_form
from helpdesk.web.forms.incident import ChangeForm
from helpdesk.web.submissions import once

FILL_IN = Change("Fields of", "Save", "forms", frozenset({EventKind.FIELDS_CHANGED, EventKind.CATEGORIZED}))


@web.get("/incidents/<int:number>/fields")
@agents_only
def fields(number: int) -> ResponseReturnValue:
    found = the_incident(number)
    return FILL_IN.page(found, _form(found))


@web.post("/incidents/<int:number>/fields")
@needs(Permission.WORK_INCIDENTS)
@once
def fill_in(number: int) -> ResponseReturnValue:
    found = incident_to_change(number)
    form = _form(found, request.form)

    def verb() -> None:
        given = form.asked(found.record_type, lineage(found.category), found.custom)
        try:
            set_fields(found, given, by=actor(), at=house().clock.now())
        except Invalid as error:
            raise Invalid(str(error), field=f"{PREFIX}{error.field}") from error

    return FILL_IN.carry_out(found, form, verb)


def beginning_form(given: Any = None, *, public: bool = False) -> CustomForm:
    """What is asked when an incident is logged: by an agent for somebody, or on the public form."""
    if public:
        # Requesters choose no category, so they are asked what is asked everywhere.
        asked = [one for one in all_fields(session()) if one.on_public_form and not one.category_ids]
    else:
        asked = [one for one in all_fields(session()) if one.on_new_form]
    tree = current_categories(session()) if any(one.category_ids for one in asked) else []
    form: CustomForm = custom_form(_current(asked), {}, given, categories=tree)
    return form


def _form(found: Incident, given: MultiDict[str, str] | None = None) -> Any:
    """With the fields that may come to be asked by what is chosen in the form itself."""
    near = lineage(found.category)
    concerned = [
        one
        for one in _current(all_fields(session()))
        if one.record_type in ("", found.record_type)
        and (not one.category_ids or not set(one.category_ids).isdisjoint(near))
    ]
    return custom_form(concerned, found.custom, given, base=ChangeForm)


def _current(fields: list[CustomField]) -> list[CustomField]:
    return [one for one in fields if one.retired_at is None]
