"""The category tree. A category that moves or is renamed takes what is below it along."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from helpdesk.db import commit, session
from helpdesk.errors import Invalid
from helpdesk.people.permissions import Permission
from helpdesk.services import Category
from helpdesk.web import web
from helpdesk.web.access import house, needs
from helpdesk.web.forms import options
from helpdesk.web.forms.catalogue import NOTHING, CategoryForm

BETWEEN = " › "


@web.get("/settings/categories")
@needs(Permission.ADMINISTER)
def settings_categories() -> ResponseReturnValue:
    return render_template("settings/categories.html", categories=_all(), form=_form())


@web.post("/settings/categories")
@needs(Permission.ADMINISTER)
def settings_add_category() -> ResponseReturnValue:
    form = _form(given=True)
    if not form.validate() or not _save(form, Category()):
        return render_template("settings/categories.html", categories=_all(), form=form), 422
    flash(f"{form.name.data} is in the tree now.", "success")
    return redirect(url_for("web.settings_categories"), 303)


@web.get("/settings/categories/<int:number>")
@needs(Permission.ADMINISTER)
def settings_category(number: int) -> ResponseReturnValue:
    category = _category(number)
    return render_template("settings/category.html", form=_form(category), category=category)


@web.post("/settings/categories/<int:number>")
@needs(Permission.ADMINISTER)
def settings_change_category(number: int) -> ResponseReturnValue:
    category = _category(number)
    form = _form(category, given=True)
    if not form.validate() or not _save(form, category):
        return render_template("settings/category.html", form=form, category=_category(number)), 422
    flash(f"Saved {form.name.data}.", "success")
    return redirect(url_for("web.settings_categories"), 303)


def _category(number: int) -> Category:
    return session().get(Category, number) or abort(404)


def _all() -> list[Category]:
    return list(session().scalars(select(Category).order_by(Category.path)))


def _below(category: Category) -> list[Category]:
    # Compared here: a name may hold what LIKE takes for a wildcard.
    return [one for one in _all() if one.path.startswith(category.path + BETWEEN)]


def _form(category: Category | None = None, *, given: bool = False) -> CategoryForm:
    form = CategoryForm(request.form) if given else CategoryForm(obj=category)
    own = {category.id, *(one.id for one in _below(category))} if category else set()
    others = [(one.id, one.path) for one in _all() if one.id not in own]
    form.parent_id.choices = options([(NOTHING, "The top"), *others])
    if not given:
        form.parent_id.data = (category.parent_id if category else None) or NOTHING
        form.in_use.data = category is None or category.retired_at is None
    return form


def _save(form: CategoryForm, category: Category) -> bool:
    with session().no_autoflush:
        parent = session().get(Category, form.parent_id.data) if form.parent_id.data else None
        path = f"{parent.path}{BETWEEN}{form.name.data}" if parent else form.name.data
        other = session().scalars(select(Category).where(Category.path == path)).first()
        if other is not None and other is not category:
            form.refuse(Invalid(f"“{path}” is there already.", field="name"))
            session().rollback()
            return False
        below = _below(category) if category.id else []
        for one in below:
            one.path = path + one.path.removeprefix(category.path)
        category.name, category.parent, category.path = form.name.data, parent, path
        category.retired_at = None if form.in_use.data else category.retired_at or house().clock.now()
    session().add(category)
    commit()
    return True
