"""The site's own fields: what they hold, where they are asked, and before which state they must be filled in."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.db import commit, session
from helpdesk.errors import Invalid
from helpdesk.incidents.custom_fields import FIELDS_MAX, CustomField, FieldType, all_fields
from helpdesk.people.permissions import Permission
from helpdesk.services import current_categories
from helpdesk.web import web
from helpdesk.web.access import house, needs
from helpdesk.web.forms import options
from helpdesk.web.forms.working_settings import FieldForm, key_of, options_in, options_text


@web.get("/settings/fields")
@needs(Permission.ADMINISTER)
def settings_fields() -> ResponseReturnValue:
    return render_template("settings/fields.html", fields=all_fields(session()))


@web.get("/settings/fields/new")
@needs(Permission.ADMINISTER)
def settings_new_field() -> ResponseReturnValue:
    return render_template("settings/field.html", form=_form(), field=None)


@web.post("/settings/fields")
@needs(Permission.ADMINISTER)
def settings_add_field() -> ResponseReturnValue:
    form = _form(given=True)
    if not form.validate() or not _save(form, CustomField(options=[]), is_new=True):
        return render_template("settings/field.html", form=form, field=None), 422
    flash(f"The field {form.label.data} is there now.", "success")
    return redirect(url_for("web.settings_fields"), 303)


@web.get("/settings/fields/<int:number>")
@needs(Permission.ADMINISTER)
def settings_field(number: int) -> ResponseReturnValue:
    field = _field(number)
    return render_template("settings/field.html", form=_form(field), field=field)


@web.post("/settings/fields/<int:number>")
@needs(Permission.ADMINISTER)
def settings_change_field(number: int) -> ResponseReturnValue:
    field = _field(number)
    form = _form(field, given=True)
    if not form.validate() or not _save(form, field):
        return render_template("settings/field.html", form=form, field=_field(number)), 422
    flash(f"Saved {form.label.data}.", "success")
    return redirect(url_for("web.settings_fields"), 303)


def _field(number: int) -> CustomField:
    return session().get(CustomField, number) or abort(404)


def _form(field: CustomField | None = None, *, given: bool = False) -> FieldForm:
    form = FieldForm(request.form) if given else FieldForm(obj=field)
    others = [one for one in all_fields(session()) if field is None or one.id != field.id]
    form.category_ids.choices = options((one.id, one.path) for one in current_categories(session()))
    form.shown_when_key.choices = options([("", "Always"), *((one.key, one.label) for one in others)])
    if field is not None:
        # Values of another type would make no sense any more.
        form.type.render_kw = form.key.render_kw = {"disabled": True}
        form.type.data, form.key.data = field.type, field.key
    if not given:
        form.lines.data = options_text(field.options) if field else ""
        form.in_use.data = field is None or field.retired_at is None
        form.position.data = field.position if field else len(others) * 10
    return form


def _save(form: FieldForm, field: CustomField, *, is_new: bool = False) -> bool:
    try:
        with session().no_autoflush:
            _put(form, field, is_new=is_new)
    except Invalid as error:
        form.refuse(error)
        session().rollback()
        return False
    session().add(field)
    commit()
    return True


def _put(form: FieldForm, field: CustomField, *, is_new: bool) -> None:
    known = all_fields(session())
    if is_new:
        field.key, field.type = form.key.data or key_of(form.label.data), form.type.data
        if field.key in {one.key for one in known}:
            raise Invalid(f"There is a field with the key “{field.key}” already. Give another key.", field="key")
        if len(known) >= FIELDS_MAX:
            raise Invalid(f"There can be at most {FIELDS_MAX} fields.", field="label")
    if hangs_on_itself(field.key, form.shown_when_key.data or "", known):
        raise Invalid("It would hang on itself. Choose another field.", field="shown_when_key")
    if field.kind in (FieldType.CHOICE, FieldType.CHOICES):
        field.options = options_in(form.lines.data or "", list(field.options or []))
    field.label, field.help, field.unit = form.label.data, form.help.data or "", form.unit.data or ""
    field.category_ids, field.record_type = sorted(form.category_ids.data or []), form.record_type.data
    field.required_in, field.position = form.required_in.data or [], form.position.data
    field.shown_when_key = form.shown_when_key.data or ""
    field.shown_when_value = (form.shown_when_value.data or "") if field.shown_when_key else ""
    field.on_new_form, field.on_public_form = form.on_new_form.data, form.on_public_form.data
    field.in_queue_filter = form.in_queue_filter.data
    field.retired_at = None if form.in_use.data else field.retired_at or house().clock.now()


def hangs_on_itself(key: str, other: str, known: list[CustomField]) -> bool:
    """Whether asking for `key` only where `other` has a value would go round in a circle."""
    hangs_on = {one.key: one.shown_when_key for one in known} | {key: other}
    passed: set[str] = set()
    while key:
        if key in passed:
            return True
        passed.add(key)
        key = hangs_on.get(key, "")
    return False
