"""The pages of a tree that incidents are sorted by. `categories` and `causes` say which one, and have the addresses."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import InstrumentedAttribute

from helpdesk.db import commit, db, session
from helpdesk.errors import Invalid
from helpdesk.incidents.tallies import since
from helpdesk.services import BETWEEN
from helpdesk.services.tree import Node, below, nodes, place, retire
from helpdesk.web.access import house, the_viewer
from helpdesk.web.forms import options
from helpdesk.web.forms.catalogue import NOTHING, NodeForm, NodeMergeForm

COUNTED_DAYS = 90


@dataclass(frozen=True, slots=True)
class Branch(Generic[Node]):
    """One line of the tree. `count` are the incidents of the last days that chose this node itself."""

    node: Node
    depth: int
    count: int


@dataclass(frozen=True, slots=True)
class Tree(Generic[Node]):
    """`endpoint` is the address of the tree; those of one node begin with `one`. `merge` gives a node's records to
    another one."""

    kind: type[Node]
    title: str
    subtitle: str
    singular: str
    glyph: str
    empty: str
    endpoint: str
    one: str
    column: InstrumentedAttribute[int | None]
    merge: Callable[[Node, Node, datetime], None]

    def page(self, form: NodeForm | None = None) -> ResponseReturnValue:
        """The tree, with the form for a new node."""
        start = house().clock.now() - timedelta(days=COUNTED_DAYS)
        counts = since(session(), the_viewer(), self.column, start)
        found = nodes(session(), self.kind)
        branches = [Branch(one, one.path.count(BETWEEN), counts.get(one.id, 0)) for one in found]
        status = 422 if form else 200
        form = form or self._form(None)
        return render_template("settings/tree.html", tree=self, branches=branches, form=form, days=COUNTED_DAYS), status

    def add(self) -> ResponseReturnValue:
        form = self._form(None, given=True)
        if not form.validate() or not self._save(form, self.kind()):
            return self.page(form)
        flash(f"{form.name.data} is in the tree now.", "success")
        return redirect(url_for(self.endpoint), 303)

    def show(self, number: int) -> ResponseReturnValue:
        return self._node_page(self._node(number))

    def change(self, number: int) -> ResponseReturnValue:
        node = self._node(number)
        form = self._form(node, given=True)
        if not form.validate() or not self._save(form, node):
            return self._node_page(self._node(number), form), 422
        flash(f"Saved {form.name.data}.", "success")
        return redirect(url_for(self.endpoint), 303)

    def merge_into(self, number: int) -> ResponseReturnValue:
        node = self._node(number)
        form = self._merge_form(node)
        if not form.validate():
            return self._node_page(node, merge_form=form), 422
        into = self._node(form.into.data)
        said = f"{node.path} is {into.path} from now on."
        try:
            self.merge(node, into, house().clock.now())
        except Invalid as error:
            db.session.rollback()
            form.refuse(error)
            return self._node_page(self._node(number), merge_form=form), 422
        commit()
        flash(said, "success")
        return redirect(url_for(self.endpoint), 303)

    def _node(self, number: int) -> Node:
        return session().get(self.kind, number) or abort(404)

    def _node_page(self, node: Node, form: NodeForm | None = None, merge_form: NodeMergeForm | None = None) -> str:
        forms = {"form": form or self._form(node), "merge_form": merge_form or self._merge_form(node)}
        into: Any = session().get(self.kind, node.merged_into_id) if node.merged_into_id else None
        return render_template("settings/node.html", tree=self, node=node, into=into, **forms)

    def _form(self, node: Node | None, *, given: bool = False) -> NodeForm:
        form = NodeForm(request.form) if given else NodeForm(obj=node)
        here = node.parent if node else None
        kept: list[tuple[int, str]] = [(here.id, here.path)] if here is not None and here.retired_at else []
        form.parent_id.choices = options([(NOTHING, "The top"), *kept, *self._others(node)])
        if not given:
            form.parent_id.data = (node.parent_id if node else None) or NOTHING
            form.in_use.data = node is None or node.retired_at is None
        return form

    def _merge_form(self, node: Node) -> NodeMergeForm:
        form = NodeMergeForm(request.form)
        form.into.choices = options(self._others(node))
        return form

    def _others(self, node: Node | None) -> list[tuple[int, str]]:
        """Those in use that are neither it nor below it."""
        own = {node.id} | {one.id for one in below(session(), node)} if node else set()
        return [(one.id, one.path) for one in nodes(session(), self.kind) if one.id not in own and not one.retired_at]

    def _save(self, form: NodeForm, node: Node) -> bool:
        parent = session().get(self.kind, form.parent_id.data) if form.parent_id.data else None
        try:
            place(session(), node, form.name.data, parent)
        except Invalid as error:
            db.session.rollback()
            form.refuse(error)
            return False
        if form.in_use.data:
            node.retired_at = node.merged_into_id = None
        else:
            session().flush()
            retire(session(), node, house().clock.now())
        commit()
        return True
