"""Service calendars: when the time of a promise runs. A change is a further version, shown before it is saved.

The number in an address is that of a version, so that a form knows which one it was made from."""

from typing import Any
from zoneinfo import available_timezones

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.db import commit, session
from helpdesk.errors import Conflict, Invalid
from helpdesk.people.permissions import Permission
from helpdesk.service_levels.calendar import NINE_TO_FIVE, Calendar, calendars, checked, default_calendar
from helpdesk.service_levels.policy import ServiceLevelPolicy, current_policies
from helpdesk.service_levels.public_holidays import places
from helpdesk.service_levels.versions import (
    add_calendar,
    change_calendar,
    changed_calendar,
    make_default,
    retire_calendar,
)
from helpdesk.web import web
from helpdesk.web.access import house, needs
from helpdesk.web.calendar_days import coming, countries, week_in_words
from helpdesk.web.forms import options
from helpdesk.web.forms.calendar import CalendarForm
from helpdesk.web.what_if import shown_what_if


@web.get("/settings/calendars")
@needs(Permission.ADMINISTER)
def settings_calendars() -> ResponseReturnValue:
    known, policies = calendars(session()), current_policies(session())
    rows = [(one, week_in_words(one), coming(one, house().clock.now()), _users(one, policies)) for one in known]
    standing_in = None if known else default_calendar(session())
    return render_template("settings/calendars.html", rows=rows, standing_in=standing_in, week_in_words=week_in_words)


@web.get("/settings/calendars/new")
@needs(Permission.ADMINISTER)
def settings_new_calendar() -> ResponseReturnValue:
    form = _form(CalendarForm(time_zone=default_calendar(session()).time_zone))
    for number, field in enumerate(form.days):
        field.data = NINE_TO_FIVE.get(str(number), [])
    return _page(form, None)


@web.post("/settings/calendars")
@needs(Permission.ADMINISTER)
def settings_add_calendar() -> ResponseReturnValue:
    form = _given()
    if not form.validate():
        return _page(form, None), 422
    try:
        add_calendar(session(), _typed(form, None), at=house().clock.now())
        commit()
    except Invalid as error:
        return _refused(form, error, None), 422
    flash(f"{form.name.data} can be chosen now.", "success")
    return redirect(url_for("web.settings_calendars"), 303)


@web.get("/settings/calendars/<int:number>")
@needs(Permission.ADMINISTER)
def settings_calendar(number: int) -> ResponseReturnValue:
    newest = _newest(number)
    if newest.id != number:
        return redirect(url_for("web.settings_calendar", number=newest.id))
    form = _form(CalendarForm(obj=newest))
    form.show(newest)
    return _page(form, newest)


@web.post("/settings/calendars/<int:number>")
@needs(Permission.ADMINISTER)
def settings_change_calendar(number: int) -> ResponseReturnValue:
    form, seen = _given(), session().get(Calendar, number) or abort(404)
    if not form.validate():
        return _page(form, _newest(number)), 422
    now, running, reason = house().clock.now(), form.applies_to_running, form.reason.data or ""
    try:
        change_calendar(session(), seen, form.values(), at=now, applies_to_running=running, reason=reason)
        commit()
    except Invalid as error:
        return _refused(form, error, number), 422
    except Conflict as error:
        return _refused(
            form, Invalid(f"{error} Your version stands below; saving it again replaces theirs."), number
        ), 409
    flash(f"Saved {form.name.data}. Open incidents are looked at anew within a minute.", "success")
    return redirect(url_for("web.settings_calendars"), 303)


@web.post("/settings/calendars/preview")
@needs(Permission.ADMINISTER)
def settings_preview_new_calendar() -> ResponseReturnValue:
    return _preview(None)


@web.post("/settings/calendars/<int:number>/preview")
@needs(Permission.ADMINISTER)
def settings_preview_calendar(number: int) -> ResponseReturnValue:
    return _preview(_newest(number))


@web.post("/settings/calendars/<int:number>/default")
@needs(Permission.ADMINISTER)
def settings_default_calendar(number: int) -> ResponseReturnValue:
    calendar = _newest(number)
    make_default(session(), calendar, at=house().clock.now())
    commit()
    flash(f"{calendar.name} is the default now.", "success")
    return redirect(url_for("web.settings_calendars"), 303)


@web.post("/settings/calendars/<int:number>/retirement")
@needs(Permission.ADMINISTER)
def settings_retire_calendar(number: int) -> ResponseReturnValue:
    calendar = _newest(number)
    try:
        retire_calendar(session(), calendar, at=house().clock.now())
    except Conflict as error:
        session().rollback()
        flash(str(error), "error")
        return redirect(url_for("web.settings_calendars"), 303)
    commit()
    flash(f"{calendar.name} can’t be chosen any more.", "success")
    return redirect(url_for("web.settings_calendars"), 303)


def _newest(number: int) -> Calendar:
    found = session().get(Calendar, number) or abort(404)
    return next((one for one in calendars(session()) if one.series == found.series), None) or abort(404)


def _given() -> CalendarForm:
    return _form(CalendarForm(request.form))


def _form(form: CalendarForm) -> CalendarForm:
    form.country.choices = options([("", "None"), *((code, f"{name} ({code})") for code, name in countries())])
    return form


def _typed(form: CalendarForm, calendar: Calendar | None) -> Calendar:
    """What the form describes, not saved. Raises Invalid."""
    if calendar is None:
        return checked(Calendar(series="", version=1, valid_from=house().clock.now(), **form.values()))
    return checked(changed_calendar(calendar, form.values()))


def _preview(calendar: Calendar | None) -> ResponseReturnValue:
    form = _given()
    if not form.validate():
        return _page(form, calendar), 422
    try:
        typed = _typed(form, calendar)
    except Invalid as error:
        return _refused(form, error, calendar.id if calendar else None), 422
    with session().no_autoflush:
        # What no policy counts by yet changes nothing.
        return _page(form, calendar, typed=typed, what_if=shown_what_if(typed) if calendar else None)


def _refused(form: CalendarForm, error: Invalid, number: int | None) -> str:
    session().rollback()
    form.refuse(error)
    return _page(form, _newest(number) if number else None)


def _page(form: CalendarForm, calendar: Calendar | None, *, typed: Calendar | None = None, **more: Any) -> str:
    shown = typed or calendar
    facts: dict[str, Any] = {
        "form": form,
        "calendar": calendar,
        "days": coming(shown, house().clock.now()) if shown else None,
        "typed": typed,
        "users": _users(calendar, current_policies(session())) if calendar else [],
        "zones": sorted(available_timezones()),
        "parts": places().get(form.country.data or "", ()),
    }
    return render_template("settings/calendar.html", **facts, **more)


def _users(calendar: Calendar, policies: list[ServiceLevelPolicy]) -> list[ServiceLevelPolicy]:
    """The policies that count by this calendar, because they name it or because it is the default."""
    return [one for one in policies if (one.calendar == calendar.series if one.calendar else calendar.is_default)]
