"""Tags: renamed, coloured, merged into one another and taken apart again, or no longer offered."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import func, select

from helpdesk.db import commit, session
from helpdesk.errors import Conflict, Invalid
from helpdesk.incidents.tags import (
    TINTS,
    IncidentTag,
    Tag,
    current_tags,
    make_tag,
    merge_tag,
    rename_tag,
    unmerge_tag,
)
from helpdesk.people.permissions import Permission
from helpdesk.web import web
from helpdesk.web.access import house, needs
from helpdesk.web.forms import options
from helpdesk.web.forms.working_settings import TagForm, TagMergeForm

BY_NAME = "name"
LISTED_MAX = 1000


@web.get("/settings/tags")
@needs(Permission.ADMINISTER)
def settings_tags() -> ResponseReturnValue:
    return _list(_form())


@web.post("/settings/tags")
@needs(Permission.ADMINISTER)
def settings_add_tag() -> ResponseReturnValue:
    form = _form(given=True)
    if not form.validate():
        return _list(form, 422)
    tag = make_tag(session(), form.name.data, at=house().clock.now())
    tag.retired_at, tag.tint = None, _tint(form)
    commit()
    flash(f"The tag {tag.name} is there now.", "success")
    return redirect(url_for("web.settings_tags"), 303)


@web.get("/settings/tags/<int:number>")
@needs(Permission.ADMINISTER)
def settings_tag(number: int) -> ResponseReturnValue:
    return _page(_tag(number), _form(_tag(number)))


@web.post("/settings/tags/<int:number>")
@needs(Permission.ADMINISTER)
def settings_change_tag(number: int) -> ResponseReturnValue:
    tag, form = _tag(number), _form(given=True)
    if not form.validate():
        return _page(tag, form, 422)
    try:
        with session().no_autoflush:
            rename_tag(session(), tag, form.name.data)
    except (Conflict, Invalid) as error:
        session().rollback()
        form.refuse(Invalid(str(error), field="name"))
        return _page(_tag(number), form, 422)
    tag.tint = _tint(form)
    tag.retired_at = None if form.in_use.data else tag.retired_at or house().clock.now()
    commit()
    flash(f"Saved {tag.name}.", "success")
    return redirect(url_for("web.settings_tags"), 303)


@web.post("/settings/tags/<int:number>/merge")
@needs(Permission.ADMINISTER)
def settings_merge_tag(number: int) -> ResponseReturnValue:
    tag, into = _tag(number), session().get(Tag, request.form.get("into", 0, int)) or abort(404)
    merge_tag(session(), tag, into)
    commit()
    undo = {"action": "Undo", "action_url": url_for("web.settings_unmerge_tag", number=number)}
    flash({"text": f"“{tag.name}” is read as “{into.name}” from now on.", **undo}, "success")  # type: ignore[arg-type]
    return redirect(url_for("web.settings_tags"), 303)


@web.post("/settings/tags/<int:number>/merge/withdrawal")
@needs(Permission.ADMINISTER)
def settings_unmerge_tag(number: int) -> ResponseReturnValue:
    tag = _tag(number)
    unmerge_tag(tag)
    commit()
    flash(f"“{tag.name}” is a tag of its own again.", "success")
    return redirect(url_for("web.settings_tags"), 303)


def _tag(number: int) -> Tag:
    return session().get(Tag, number) or abort(404)


def _form(tag: Tag | None = None, *, given: bool = False) -> TagForm:
    form = TagForm(request.form) if given else TagForm(obj=tag)
    shown = [
        (str(tint), Markup('<span class="tag tint-{}">Colour {}</span>').format(tint, tint + 1))
        for tint in range(TINTS)
    ]
    form.tint.choices = options([(BY_NAME, "By its name"), *shown])
    if not given:
        form.tint.data = BY_NAME if tag is None or tag.tint is None else str(tag.tint)
        form.in_use.data = tag is None or tag.retired_at is None
    return form


def _tint(form: TagForm) -> int | None:
    return int(form.tint.data) if form.tint.data != BY_NAME else None


def _list(form: TagForm, status: int = 200) -> ResponseReturnValue:
    counts = select(IncidentTag.tag_id, func.count().label("count")).group_by(IncidentTag.tag_id).subquery()
    query = select(Tag, func.coalesce(counts.c.count, 0)).outerjoin(counts, counts.c.tag_id == Tag.id)
    rows = session().execute(query.order_by(Tag.key).limit(LISTED_MAX)).all()
    names = {tag.id: tag.name for tag, _ in rows}
    return render_template("settings/tags.html", rows=rows, names=names, form=form), status


def _page(tag: Tag, form: TagForm, status: int = 200) -> ResponseReturnValue:
    others = [(one.id, one.name) for one in current_tags(session()) if one.id != tag.id]
    merging = TagMergeForm()
    merging.into.choices = options(others)
    into = session().get(Tag, tag.merged_into_id) if tag.merged_into_id else None
    return render_template("settings/tag.html", tag=tag, form=form, merging=merging, into=into), status
