"""Macros: the list of one's own and the shared ones, and the form. `macro_runs` puts them to use."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.db import commit, db, session
from helpdesk.errors import Invalid, NotAllowed
from helpdesk.incidents.action_choices import offered
from helpdesk.incidents.macros import Macro, macros, save
from helpdesk.incidents.sharing import Audience, copy_name, may_change
from helpdesk.incidents.variables import VARIABLES
from helpdesk.people.permissions import Permission
from helpdesk.web import web
from helpdesk.web.access import house, needs, the_agent, the_viewer
from helpdesk.web.forms.actions import ActionsForm, actions_form
from helpdesk.web.forms.macro import MacroForm
from helpdesk.web.macro_words import steps
from helpdesk.web.shared import found, found_to_change, offer_audiences, share_as_chosen


@web.get("/macros")
@needs(Permission.WORK_INCIDENTS)
def macro_list() -> ResponseReturnValue:
    rows, known = macros(session(), the_viewer()), offered(session(), the_viewer())
    return render_template("macros/list.html", rows=rows, steps={one.id: steps(one.todo, known) for one in rows})


@web.get("/macros/new")
@needs(Permission.WORK_INCIDENTS)
def new_macro() -> ResponseReturnValue:
    form = MacroForm()
    offer_audiences(form, None, given=False)
    return _page(form, _doing(None), None)


@web.post("/macros")
@needs(Permission.WORK_INCIDENTS)
def add_macro() -> ResponseReturnValue:
    return _saved(Macro(owner=the_agent(), audience=Audience.ME.value), None)


@web.get("/macros/<int:number>")
@needs(Permission.WORK_INCIDENTS)
def macro(number: int) -> ResponseReturnValue:
    one = found(Macro, number)
    form = MacroForm(obj=one)
    offer_audiences(form, one, given=False)
    return _page(form, _doing(one), one)


@web.post("/macros/<int:number>")
@needs(Permission.WORK_INCIDENTS)
def change_macro(number: int) -> ResponseReturnValue:
    return _saved(found_to_change(Macro, number), number)


@web.post("/macros/<int:number>/copy")
@needs(Permission.WORK_INCIDENTS)
def copy_macro(number: int) -> ResponseReturnValue:
    one = found(Macro, number)
    made = Macro(
        owner=the_agent(),
        audience=Audience.ME.value,
        name=copy_name(one.name),
        description=one.description,
        # As it is, also where something in it is gone: the copy says so and can be mended.
        actions=list(one.actions),
        made_at=house().clock.now(),
    )
    session().add(made)
    commit()
    flash("Copied: this one is yours.", "success")
    return redirect(url_for("web.macro", number=made.id), 303)


@web.post("/macros/<int:number>/removal")
@needs(Permission.WORK_INCIDENTS)
def remove_macro(number: int) -> ResponseReturnValue:
    one = found_to_change(Macro, number)
    name = one.name
    session().delete(one)
    commit()
    flash(f"“{name}” is deleted. What it did stays, and can still be undone.", "success")
    return redirect(url_for("web.macro_list"), 303)


def _doing(one: Macro | None, *, given: bool = False) -> ActionsForm:
    made = actions_form(offered(session(), the_viewer()))
    form = made(request.form if given else None)
    if one is not None and not given:
        form.fill(one.todo)
    return form


def _page(form: MacroForm, doing: ActionsForm, one: Macro | None, status: int = 200) -> ResponseReturnValue:
    return render_template(
        "macros/edit.html",
        form=form,
        doing=doing,
        one=one,
        may_change=one is None or may_change(one, the_agent()),
        steps=steps(one.todo, offered(session(), the_viewer())) if one else [],
        variables=VARIABLES,
    ), status


def _saved(one: Macro, number: int | None) -> ResponseReturnValue:
    form, doing = MacroForm(request.form), _doing(None, given=True)
    offer_audiences(form, one if number else None, given=True)
    if form.validate() and doing.validate():
        try:
            with session().no_autoflush:
                share_as_chosen(form, one)
                now, description = house().clock.now(), form.description.data or ""
                save(session(), one, name=form.name.data, description=description, actions=doing.actions(), at=now)
        except (Invalid, NotAllowed) as error:
            _refuse(form, doing, error)
        else:
            commit()
            flash(f"Saved “{one.name}”.", "success")
            return redirect(url_for("web.macro_list"), 303)
    db.session.rollback()
    return _page(form, doing, found(Macro, number) if number else None, 422)


def _refuse(form: MacroForm, doing: ActionsForm, error: Invalid | NotAllowed) -> None:
    """Beside the field it is about, in whichever of the two forms that is."""
    if isinstance(error, NotAllowed):
        form.refuse(Invalid(str(error), field="audience"))
    elif error.field in doing:
        doing.refuse(error)
        form.refuse(Invalid(str(error)))
    else:
        form.refuse(error)
