"""Checklists: the steps that a kind of incident always needs."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from helpdesk.db import commit, session
from helpdesk.errors import Invalid
from helpdesk.incidents.checklists import Checklist, items_in
from helpdesk.people.agent import all_teams
from helpdesk.people.permissions import Permission
from helpdesk.services import current_categories
from helpdesk.web import web
from helpdesk.web.access import house, needs
from helpdesk.web.forms import options
from helpdesk.web.forms.working_settings import ChecklistForm

NOTHING = 0


@web.get("/settings/checklists")
@needs(Permission.SHARE)
def settings_checklists() -> ResponseReturnValue:
    query = select(Checklist).options(joinedload(Checklist.category))
    rows = session().scalars(query.order_by(Checklist.retired_at.is_not(None), Checklist.name))
    return render_template("settings/checklists.html", checklists=list(rows))


@web.get("/settings/checklists/new")
@needs(Permission.SHARE)
def settings_new_checklist() -> ResponseReturnValue:
    return render_template("settings/checklist.html", form=_form(), checklist=None)


@web.post("/settings/checklists")
@needs(Permission.SHARE)
def settings_add_checklist() -> ResponseReturnValue:
    form = _form(given=True)
    if not form.validate() or not _save(form, Checklist()):
        return render_template("settings/checklist.html", form=form, checklist=None), 422
    flash(f"The list {form.name.data} is there now.", "success")
    return redirect(url_for("web.settings_checklists"), 303)


@web.get("/settings/checklists/<int:number>")
@needs(Permission.SHARE)
def settings_checklist(number: int) -> ResponseReturnValue:
    checklist = _checklist(number)
    return render_template("settings/checklist.html", form=_form(checklist), checklist=checklist)


@web.post("/settings/checklists/<int:number>")
@needs(Permission.SHARE)
def settings_change_checklist(number: int) -> ResponseReturnValue:
    checklist, form = _checklist(number), _form(given=True)
    if not form.validate() or not _save(form, checklist):
        return render_template("settings/checklist.html", form=form, checklist=_checklist(number)), 422
    flash(f"Saved {form.name.data}.", "success")
    return redirect(url_for("web.settings_checklists"), 303)


def _checklist(number: int) -> Checklist:
    return session().get(Checklist, number) or abort(404)


def _form(checklist: Checklist | None = None, *, given: bool = False) -> ChecklistForm:
    form = ChecklistForm(request.form) if given else ChecklistForm(obj=checklist)
    categories = [(one.id, one.path) for one in current_categories(session())]
    form.category_id.choices = options([(NOTHING, "Every category"), *categories])
    form.team_id.choices = options([(NOTHING, "Whoever works on it"), *((t.id, t.name) for t in all_teams(session()))])
    if not given:
        form.items.data = "\n".join(checklist.items) if checklist else ""
        form.category_id.data = (checklist.category_id if checklist else None) or NOTHING
        form.team_id.data = (checklist.team_id if checklist else None) or NOTHING
        form.in_use.data = checklist is None or checklist.retired_at is None
    return form


def _save(form: ChecklistForm, checklist: Checklist) -> bool:
    with session().no_autoflush:
        other = session().scalars(select(Checklist).where(Checklist.name == form.name.data)).first()
        if other is not None and other is not checklist:
            form.refuse(Invalid("There is a list of this name already.", field="name"))
            session().rollback()
            return False
        checklist.name, checklist.items = form.name.data, items_in(form.items.data)
        checklist.category_id, checklist.team_id = form.category_id.data or None, form.team_id.data or None
        checklist.adds_itself = form.adds_itself.data
        checklist.required_for, checklist.required_up_to = form.required_for.data, form.required_up_to.data
        checklist.retired_at = None if form.in_use.data else checklist.retired_at or house().clock.now()
    session().add(checklist)
    commit()
    return True
