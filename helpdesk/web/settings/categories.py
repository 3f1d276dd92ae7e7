"""The category tree: what reporters and agents say that something is."""

from flask.typing import ResponseReturnValue

from helpdesk.db import session
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.sorting import merge_categories
from helpdesk.people.permissions import Permission
from helpdesk.services import Category
from helpdesk.web import web
from helpdesk.web.access import actor, needs
from helpdesk.web.settings.trees import Tree

TREE = Tree(
    Category,
    title="Categories",
    subtitle="How incidents are sorted when they are reported. What they turn out to be is a cause.",
    singular="category",
    glyph="category",
    empty="A small tree is enough: hardware, software, network, access. It can grow.",
    endpoint="web.settings_categories",
    one="web.settings_category",
    column=Incident.category_id,
    merge=lambda one, into, at: merge_categories(session(), one, into, by=actor(), at=at),
)


@web.get("/settings/categories")
@needs(Permission.ADMINISTER)
def settings_categories() -> ResponseReturnValue:
    return TREE.page()


@web.post("/settings/categories")
@needs(Permission.ADMINISTER)
def settings_add_category() -> ResponseReturnValue:
    return TREE.add()


@web.get("/settings/categories/<int:number>")
@needs(Permission.ADMINISTER)
def settings_category(number: int) -> ResponseReturnValue:
    return TREE.show(number)


@web.post("/settings/categories/<int:number>")
@needs(Permission.ADMINISTER)
def settings_change_category(number: int) -> ResponseReturnValue:
    return TREE.change(number)


@web.post("/settings/categories/<int:number>/merge")
@needs(Permission.ADMINISTER)
def settings_category_merge(number: int) -> ResponseReturnValue:
    return TREE.merge_into(number)
