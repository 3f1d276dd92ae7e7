"""Incidents that open themselves every so often."""

from datetime import time, timedelta
from itertools import islice

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from helpdesk.db import commit, session
from helpdesk.errors import Invalid
from helpdesk.incidents.choices import choices
from helpdesk.incidents.recurring import RecurringIncident, RecurringOpening, checked, plan, planned_after
from helpdesk.people.agent import Agent, Team
from helpdesk.people.permissions import Permission
from helpdesk.people.requester import Requester, known_requester
from helpdesk.policies import LetterPolicy, policy
from helpdesk.services import Category, Service
from helpdesk.web import web
from helpdesk.web.access import house, needs, the_agent, the_viewer
from helpdesk.web.forms.recurring import RecurringForm, in_words

SHOWN_AHEAD = 5
_PLAIN = (
    "subject", "text", "record_type", "impact", "urgency", "time_zone", "starts_on", "ends_on", "on_days_off",
)  # fmt: skip


@web.get("/settings/recurring")
@needs(Permission.ADMINISTER)
def settings_recurring() -> ResponseReturnValue:
    query = select(RecurringIncident).where(RecurringIncident.retired_at.is_(None))
    query = query.options(joinedload(RecurringIncident.team), joinedload(RecurringIncident.assignee))
    rows = list(session().scalars(query.order_by(RecurringIncident.next_at.is_(None), RecurringIncident.next_at)))
    return render_template("settings/recurring.html", rows=rows, in_words=in_words)


@web.get("/settings/recurring/new")
@needs(Permission.ADMINISTER)
def settings_new_recurring() -> ResponseReturnValue:
    form = _form()
    form.time_zone.data = policy(session(), LetterPolicy).time_zone
    form.starts_on.data = house().clock.now().date() + timedelta(days=1)
    form.at.data = time(9)
    return _page(form, None)


@web.post("/settings/recurring")
@needs(Permission.ADMINISTER)
def settings_add_recurring() -> ResponseReturnValue:
    form = _form(given=True)
    row = RecurringIncident(made_at=house().clock.now(), made_by=the_agent().name)
    if not form.validate() or not _save(form, row):
        return _page(form, None), 422
    flash("It opens itself from now on.", "success")
    return redirect(url_for("web.settings_recurring"), 303)


@web.get("/settings/recurring/<int:number>")
@needs(Permission.ADMINISTER)
def settings_recurring_incident(number: int) -> ResponseReturnValue:
    row = _row(number)
    return _page(_form(row), row)


@web.post("/settings/recurring/<int:number>")
@needs(Permission.ADMINISTER)
def settings_change_recurring(number: int) -> ResponseReturnValue:
    row, form = _row(number), _form(given=True)
    if not form.validate() or not _save(form, row):
        return _page(form, _row(number)), 422
    flash("Saved.", "success")
    return redirect(url_for("web.settings_recurring"), 303)


@web.post("/settings/recurring/<int:number>/retirement")
@needs(Permission.ADMINISTER)
def settings_retire_recurring(number: int) -> ResponseReturnValue:
    row = _row(number)
    row.retired_at, row.next_at = house().clock.now(), None
    commit()
    flash(f"“{row.subject}” opens itself no more.", "success")
    return redirect(url_for("web.settings_recurring"), 303)


def _row(number: int) -> RecurringIncident:
    row = session().get(RecurringIncident, number)
    return row if row is not None and row.retired_at is None else abort(404)


def _form(row: RecurringIncident | None = None, *, given: bool = False) -> RecurringForm:
    form = RecurringForm(request.form) if given else RecurringForm()
    form.offer(choices(session(), the_viewer()))
    if row is not None and not given:
        _show(form, row)
    return form


def _show(form: RecurringForm, row: RecurringIncident) -> None:
    for name in _PLAIN:
        form[name].data = getattr(row, name)
    for name in ("service", "category", "team", "assignee"):
        form[name].data = getattr(row, f"{name}_id")
    form.requester_address.data, form.at.data = row.requester.address, time.fromisoformat(row.at)
    form.show(row.recurrence)


def _page(form: RecurringForm, row: RecurringIncident | None) -> str:
    coming = list(islice(planned_after(session(), row, house().clock.now()), SHOWN_AHEAD)) if row else []
    opened = select(RecurringOpening).order_by(RecurringOpening.id.desc()).limit(SHOWN_AHEAD)
    earlier = list(session().scalars(opened.where(RecurringOpening.recurring_id == row.id))) if row else []
    return render_template("settings/recurring_incident.html", form=form, row=row, coming=coming, earlier=earlier)


def _save(form: RecurringForm, row: RecurringIncident) -> bool:
    now = house().clock.now()
    try:
        with session().no_autoflush:
            requester = known_requester(session(), form.requester_address.data, "", at=now)
            _apply(form, row, requester)
            checked(row)
    except Invalid as error:
        session().rollback()
        error.field = "requester_address" if error.field == "address" else error.field
        form.refuse(error)
        return False
    session().add(row)
    plan(session(), row, after=now)
    commit()
    return True


def _apply(form: RecurringForm, row: RecurringIncident, requester: Requester) -> None:
    for name in _PLAIN:
        setattr(row, name, form[name].data)
    row.requester, row.at = requester, form.at.data.strftime("%H:%M")
    row.recurrence = form.recurrence(form.starts_on.data)
    row.service = session().get(Service, form.service.data) if form.service.data else None
    row.category = session().get(Category, form.category.data) if form.category.data else None
    row.team = session().get(Team, form.team.data) if form.team.data else None
    row.assignee = session().get(Agent, form.assignee.data) if form.assignee.data else None
