"""The tree of causes: why things failed, as agents say when it is known."""

from flask.typing import ResponseReturnValue

from helpdesk.db import session
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.sorting import merge_causes
from helpdesk.people.permissions import Permission
from helpdesk.services.causes import Cause
from helpdesk.web import web
from helpdesk.web.access import needs
from helpdesk.web.settings.trees import Tree

TREE = Tree(
    Cause,
    title="Causes",
    subtitle="Why things failed, chosen at the resolution, whatever they were reported as.",
    singular="cause",
    glyph="tool",
    empty="A small tree is enough: hardware, software, network, people, suppliers. It can grow.",
    endpoint="web.settings_causes",
    one="web.settings_cause",
    column=Incident.cause_id,
    merge=lambda one, into, at: merge_causes(session(), one, into, at=at),
)


@web.get("/settings/causes")
@needs(Permission.ADMINISTER)
def settings_causes() -> ResponseReturnValue:
    return TREE.page()


@web.post("/settings/causes")
@needs(Permission.ADMINISTER)
def settings_add_cause() -> ResponseReturnValue:
    return TREE.add()


@web.get("/settings/causes/<int:number>")
@needs(Permission.ADMINISTER)
def settings_cause(number: int) -> ResponseReturnValue:
    return TREE.show(number)


@web.post("/settings/causes/<int:number>")
@needs(Permission.ADMINISTER)
def settings_change_cause(number: int) -> ResponseReturnValue:
    return TREE.change(number)


@web.post("/settings/causes/<int:number>/merge")
@needs(Permission.ADMINISTER)
def settings_cause_merge(number: int) -> ResponseReturnValue:
    return TREE.merge_into(number)
