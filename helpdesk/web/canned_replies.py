"""Canned replies: the list of one's own and the shared ones, and the form. `canned_in_composer` puts them to use."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.db import commit, db, session
from helpdesk.errors import Invalid, NotAllowed
from helpdesk.incidents.canned_replies import COUNTED_DAYS, CannedReply, canned_replies, remove, save, used
from helpdesk.incidents.choices import choices
from helpdesk.incidents.sharing import Audience, copy_name, may_change
from helpdesk.incidents.variables import VARIABLES, fill
from helpdesk.people.permissions import Permission
from helpdesk.services import Category
from helpdesk.web import web
from helpdesk.web.access import house, needs, the_agent, the_viewer
from helpdesk.web.forms import options
from helpdesk.web.forms.canned_reply import CannedReplyForm
from helpdesk.web.shared import found, found_to_change, offer_audiences, share_as_chosen
from helpdesk.web.variables import as_letter, example


@web.get("/canned-replies")
@needs(Permission.WORK_INCIDENTS)
def canned_list() -> ResponseReturnValue:
    agent, viewer = the_agent(), the_viewer()
    rows = canned_replies(session(), viewer)
    return render_template(
        "canned_replies/list.html",
        rows=rows,
        changeable={one.id for one in rows if may_change(one, agent)},
        used=used(session(), viewer, now=house().clock.now()),
        days=COUNTED_DAYS,
    )


@web.get("/canned-replies/new")
@needs(Permission.WORK_INCIDENTS)
def new_canned_reply() -> ResponseReturnValue:
    return _page(_form(None), None)


@web.post("/canned-replies")
@needs(Permission.WORK_INCIDENTS)
def add_canned_reply() -> ResponseReturnValue:
    return _saved(CannedReply(owner=the_agent(), audience=Audience.ME.value), None)


@web.get("/canned-replies/<int:number>")
@needs(Permission.WORK_INCIDENTS)
def canned_reply(number: int) -> ResponseReturnValue:
    one = found(CannedReply, number)
    return _page(_form(one), one)


@web.post("/canned-replies/<int:number>")
@needs(Permission.WORK_INCIDENTS)
def change_canned_reply(number: int) -> ResponseReturnValue:
    return _saved(found_to_change(CannedReply, number), number)


@web.post("/canned-replies/<int:number>/copy")
@needs(Permission.WORK_INCIDENTS)
def copy_canned_reply(number: int) -> ResponseReturnValue:
    one, now = found(CannedReply, number), house().clock.now()
    made = CannedReply(owner=the_agent(), audience=Audience.ME.value)
    save(
        session(), made, name=copy_name(one.name), shortcut="", text=one.text, variants=one.variants,
        category=one.category, at=now,
    )  # fmt: skip
    commit()
    flash("Copied: this one is yours.", "success")
    return redirect(url_for("web.canned_reply", number=made.id), 303)


@web.post("/canned-replies/<int:number>/removal")
@needs(Permission.WORK_INCIDENTS)
def remove_canned_reply(number: int) -> ResponseReturnValue:
    one = found_to_change(CannedReply, number)
    name = one.name
    remove(session(), one)
    commit()
    flash(f"“{name}” is deleted.", "success")
    return redirect(url_for("web.canned_list"), 303)


def _form(one: CannedReply | None, *, given: bool = False) -> CannedReplyForm:
    form = CannedReplyForm(request.form) if given else CannedReplyForm(obj=one)
    offer_audiences(form, one, given=given)
    rows = list(choices(session(), the_viewer()).categories)
    if one is not None and one.category is not None and (one.category.id, one.category.path) not in rows:
        rows.insert(0, (one.category.id, one.category.path))
    form.category.choices = options([("", "Any category"), *rows])
    if one is not None and not given:
        form.category.data = one.category_id
        form.show_variants(one.variants)
    return form


def _page(form: CannedReplyForm, one: CannedReply | None, status: int = 200) -> ResponseReturnValue:
    shown, problem = "", ""
    if one is not None:
        try:
            shown = fill(one.text, example(), as_letter)[1]
        except Invalid as error:
            problem = str(error)
    return render_template(
        "canned_replies/edit.html",
        form=form,
        one=one,
        may_change=one is None or may_change(one, the_agent()),
        shown=shown,
        problem=problem,
        variables=VARIABLES,
    ), status


def _saved(one: CannedReply, number: int | None) -> ResponseReturnValue:
    form = _form(one if number else None, given=True)
    if form.validate():
        try:
            _save(form, one)
        except (Invalid, NotAllowed) as error:
            form.refuse(error if isinstance(error, Invalid) else Invalid(str(error), field="audience"))
        else:
            commit()
            flash(f"Saved “{one.name}”.", "success")
            return redirect(url_for("web.canned_list"), 303)
    db.session.rollback()
    return _page(form, found(CannedReply, number) if number else None, 422)


def _save(form: CannedReplyForm, one: CannedReply) -> None:
    with session().no_autoflush:
        share_as_chosen(form, one)
        save(
            session(),
            one,
            name=form.name.data,
            shortcut=form.shortcut.data or "",
            text=form.text.data,
            variants=form.variants(),
            category=session().get(Category, form.category.data) if form.category.data else None,
            at=house().clock.now(),
        )
