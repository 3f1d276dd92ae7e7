"""The tags of an incident: put on and taken off in one form."""

from flask import request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from helpdesk.db import session
from helpdesk.errors import Invalid
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.tags import change_tags, current_tags, parted, tags_of
from helpdesk.journal import EventKind
from helpdesk.people.permissions import Permission
from helpdesk.web import web
from helpdesk.web.access import actor, agents_only, house, needs, the_incident
from helpdesk.web.changing import Change, incident_to_change
from helpdesk.web.forms.working import TagsForm
from helpdesk.web.submissions import once

TAG = Change("Tags of", "Save", "tags", frozenset({EventKind.TAGGED}))


@web.get("/incidents/<int:number>/tags")
@agents_only
def tags(number: int) -> ResponseReturnValue:
    found = the_incident(number)
    return TAG.page(found, _form(found)[0])


@web.post("/incidents/<int:number>/tags")
@needs(Permission.WORK_INCIDENTS)
@once
def tag(number: int) -> ResponseReturnValue:
    found = incident_to_change(number)
    form, on = _form(found, request.form)

    def verb() -> None:
        off = [name for name in on if name not in (form.kept.data or [])]
        try:
            change_tags(found, add=parted(form.more.data or ""), remove=off, by=actor(), at=house().clock.now())
        except Invalid as error:
            raise Invalid(str(error), field="more") from error

    return TAG.carry_out(found, form, verb)


def _form(found: Incident, given: MultiDict[str, str] | None = None) -> tuple[TagsForm, tuple[str, ...]]:
    on = tags_of(session(), [found.id]).get(found.id, ())
    form = TagsForm(given, kept=list(on))
    form.offer(on, [one.name for one in current_tags(session())])
    return form, on
