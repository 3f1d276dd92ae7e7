"""Saved views: the list of them, the form, and the tabs of the queue with how much each holds."""

from typing import Any
from urllib.parse import urlencode

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.db import commit, db, session
from helpdesk.errors import Invalid, NotAllowed
from helpdesk.incidents.choices import choices
from helpdesk.incidents.custom_fields import all_fields
from helpdesk.incidents.queries import COUNT_MAX, counts_of
from helpdesk.incidents.saved_views import SavedView, narrow, open_with, remove, save, saved_views
from helpdesk.incidents.sharing import Audience, copy_name, may_change
from helpdesk.incidents.tags import current_tags
from helpdesk.web import web
from helpdesk.web.access import agents_only, house, the_agent, the_viewer
from helpdesk.web.forms.queue import FilterForm
from helpdesk.web.forms.saved_view import SavedViewForm, arguments_of, filters_of
from helpdesk.web.shared import found, found_to_change, offer_audiences, share_as_chosen
from helpdesk.web.view_tabs import TABS_MAX, view_tabs
from helpdesk.web.view_words import in_words


@web.get("/views")
@agents_only
def view_list() -> ResponseReturnValue:
    agent, shown = the_agent(), saved_views(session(), the_viewer())
    known = (choices(session(), the_viewer()), current_tags(session()), all_fields(session()))
    words = {one.view.id: in_words(filters_of(one.view.arguments).offering(*known)) for one in shown}
    changeable = {one.view.id for one in shown if may_change(one.view, agent)}
    return render_template("saved_views/list.html", shown=shown, words=words, changeable=changeable)


@web.get("/views/counts")
@agents_only
def view_counts_of_tabs() -> ResponseReturnValue:
    """The tabs again, with how much each view holds: asked by the queue's page after it is there."""
    shown = saved_views(session(), the_viewer())
    asked = [filters_of(one.view.arguments).asked() for one in shown[:TABS_MAX]]
    counts = counts_of(session(), the_viewer(), asked)
    texts = [f"{COUNT_MAX}+" if number > COUNT_MAX else str(number) for number in counts]
    return render_template("queue/_views.html", views=view_tabs(shown, FilterForm(request.args), texts))


@web.get("/views/new")
@agents_only
def new_view() -> ResponseReturnValue:
    """The address has the filters of the queue as they are."""
    form = SavedViewForm()
    form.query.data = urlencode(arguments_of(FilterForm(request.args)))
    offer_audiences(form, None, given=False)
    return _page(form, None)


@web.post("/views")
@agents_only
def add_view() -> ResponseReturnValue:
    return _saved(SavedView(owner=the_agent(), audience=Audience.ME.value), None)


@web.get("/views/<int:number>")
@agents_only
def saved_view(number: int) -> ResponseReturnValue:
    view = found(SavedView, number)
    form = SavedViewForm(obj=view)
    form.query.data, form.is_first.data = urlencode(view.arguments), _is_first(number)
    offer_audiences(form, view, given=False)
    return _page(form, view)


@web.post("/views/<int:number>")
@agents_only
def change_view(number: int) -> ResponseReturnValue:
    return _saved(found_to_change(SavedView, number), number)


@web.post("/views/<int:number>/filters")
@agents_only
def narrow_view(number: int) -> ResponseReturnValue:
    """“Save changes” in the queue: the view shows from now on what the queue shows."""
    view, form = found_to_change(SavedView, number), SavedViewForm(request.form)
    try:
        narrow(view, arguments_of(form.filters()))
    except Invalid as error:
        flash(str(error), "error")
    else:
        commit()
        flash(f"“{view.name}” shows this from now on.", "success")
    return redirect(_address(view), 303)


@web.post("/views/<int:number>/copy")
@agents_only
def copy_view(number: int) -> ResponseReturnValue:
    view = found(SavedView, number)
    made = SavedView(owner=the_agent(), audience=Audience.ME.value, arguments=dict(view.arguments))
    save(session(), made, name=copy_name(view.name), place=view.place, at=house().clock.now())
    commit()
    flash("Copied: this one is yours.", "success")
    return redirect(url_for("web.saved_view", number=made.id), 303)


@web.post("/views/<int:number>/first")
@agents_only
def open_with_view(number: int) -> ResponseReturnValue:
    """The queue opens with it, or no longer does. Everybody chooses for themselves."""
    view, on = found(SavedView, number), request.form.get("on") == "1"
    open_with(session(), view if on else None, the_agent().id)
    commit()
    flash(f"The queue opens with “{view.name}” for you." if on else "The queue opens with all that is open.", "success")
    return redirect(url_for("web.view_list"), 303)


@web.post("/views/<int:number>/removal")
@agents_only
def remove_view(number: int) -> ResponseReturnValue:
    view = found_to_change(SavedView, number)
    name = view.name
    remove(session(), view)
    commit()
    flash(f"The view “{name}” is deleted. No incident was.", "success")
    return redirect(url_for("web.view_list"), 303)


def _address(view: SavedView) -> str:
    return _queue_of(view.arguments, view.id)


def _queue_of(arguments: dict[str, Any], number: int | None) -> str:
    return url_for("web.queue", **arguments, saved=number)


def _is_first(number: int) -> bool:
    return any(one.is_first for one in saved_views(session(), the_viewer()) if one.view.id == number)


def _page(form: SavedViewForm, view: SavedView | None, status: int = 200) -> ResponseReturnValue:
    known = (choices(session(), the_viewer()), current_tags(session()), all_fields(session()))
    return render_template(
        "saved_views/edit.html",
        form=form,
        view=view,
        may_change=view is None or may_change(view, the_agent()),
        words=in_words(form.filters().offering(*known)),
        opens=_queue_of(arguments_of(form.filters()), view.id if view else None),
    ), status


def _saved(view: SavedView, number: int | None) -> ResponseReturnValue:
    form = SavedViewForm(request.form)
    offer_audiences(form, view if number else None, given=True)
    if form.validate():
        try:
            with session().no_autoflush:
                share_as_chosen(form, view)
                narrow(view, arguments_of(form.filters()))
                save(session(), view, name=form.name.data, place=form.place.data or 0, at=house().clock.now())
            _choose_first(form, view, number)
        except (Invalid, NotAllowed) as error:
            form.refuse(error if isinstance(error, Invalid) else Invalid(str(error), field="audience"))
        else:
            commit()
            flash(f"Saved the view “{view.name}”.", "success")
            return redirect(_address(view), 303)
    db.session.rollback()
    return _page(form, found(SavedView, number) if number else None, 422)


def _choose_first(form: SavedViewForm, view: SavedView, number: int | None) -> None:
    if form.is_first.data:
        open_with(session(), view, the_agent().id)
    elif number is not None and _is_first(number):
        open_with(session(), None, the_agent().id)
