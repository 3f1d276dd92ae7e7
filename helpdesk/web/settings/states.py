"""The states of an incident under the site's own names, and when one is done with."""

from collections.abc import Callable

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.db import commit, db, session
from helpdesk.errors import Conflict, Invalid
from helpdesk.incidents.custom_fields import all_fields
from helpdesk.incidents.lifecycle import REQUESTER_WORDING, State
from helpdesk.incidents.status_table import (
    add_status,
    bring_back,
    dead_ends,
    laid,
    limit,
    make_default,
    put_before,
    retire,
    reword,
)
from helpdesk.incidents.statuses import REQUIRED, Status, statuses
from helpdesk.people.permissions import Permission
from helpdesk.policies import LifecyclePolicy, MailPolicy, decide_on, policy
from helpdesk.service_levels.calendar import default_calendar
from helpdesk.web import web
from helpdesk.web.access import house, needs
from helpdesk.web.forms import options
from helpdesk.web.forms.policy import chosen, policy_form
from helpdesk.web.forms.status import PAUSES, NamingForm, NewStatusForm, StatusSettingsForm

LifecycleForm = policy_form(LifecyclePolicy, {})


@web.get("/settings/states")
@needs(Permission.ADMINISTER)
def settings_states() -> ResponseReturnValue:
    return _page(NewStatusForm(), LifecycleForm(obj=policy(session(), LifecyclePolicy)))


@web.post("/settings/states")
@needs(Permission.ADMINISTER)
def settings_add_status() -> ResponseReturnValue:
    form = NewStatusForm(request.form)
    if not _carried_out(form, lambda: add_status(session(), State(form.state.data), *_names(form))):
        return _page(form, LifecycleForm(obj=policy(session(), LifecyclePolicy))), 422
    commit()
    flash(f"“{form.name.data}” can be chosen from now on.", "success")
    return redirect(url_for("web.settings_states"), 303)


@web.post("/settings/states/policy")
@needs(Permission.ADMINISTER)
def settings_change_lifecycle() -> ResponseReturnValue:
    form = LifecycleForm(request.form)
    if not form.validate():
        return _page(NewStatusForm(), form), 422
    decide_on(session(), chosen(form, LifecyclePolicy))
    commit()
    flash("Saved.", "success")
    return redirect(url_for("web.settings_states"), 303)


@web.post("/settings/states/names")
@needs(Permission.ADMINISTER)
def settings_lay_statuses() -> ResponseReturnValue:
    """Makes rows of the built-in names, so that they can be changed."""
    laid(session())
    commit()
    return redirect(url_for("web.settings_states"), 303)


@web.get("/settings/states/<int:number>")
@needs(Permission.ADMINISTER)
def settings_status(number: int) -> ResponseReturnValue:
    status = _status(number)
    return _status_page(status, _form(status))


@web.post("/settings/states/<int:number>")
@needs(Permission.ADMINISTER)
def settings_change_status(number: int) -> ResponseReturnValue:
    status = _status(number)
    form = _form(status, given=True)

    def verb() -> None:
        reword(session(), status, *_names(form))
        limit(status, required=form.required.data, roles=form.roles.data, pauses=PAUSES[form.pauses.data or ""])

    if not _carried_out(form, verb):
        return _status_page(_status(number), form), 422
    commit()
    flash(f"Saved “{status.name}”.", "success")
    return redirect(url_for("web.settings_states"), 303)


@web.post("/settings/states/<int:number>/<any(up, down, default, retirement, return):what>")
@needs(Permission.ADMINISTER)
def settings_place_status(number: int, what: str) -> ResponseReturnValue:
    status = _status(number)
    try:
        match what:
            case "default":
                make_default(session(), status)
            case "retirement":
                retire(session(), status, at=house().clock.now())
            case "return":
                bring_back(session(), status)
            case _:
                put_before(session(), status, earlier=what == "up")
    except Conflict as error:
        db.session.rollback()
        flash(str(error), "warning")
    else:
        commit()
    return redirect(url_for("web.settings_states", _anchor=f"state-{status.state}"), 303)


def _status(number: int) -> Status:
    return session().get(Status, number) or abort(404)


def _form(status: Status, *, given: bool = False) -> StatusSettingsForm:
    form = StatusSettingsForm(request.form) if given else StatusSettingsForm(obj=status)
    own = [(one.key, one.label) for one in all_fields(session()) if one.retired_at is None]
    form.required.choices = options([*_demands(), *own])
    if not given:
        form.pauses.data = next(text for text, kept in PAUSES.items() if kept is status.pauses)
    return form


def _demands() -> list[tuple[str, str]]:
    return [(key, words.removeprefix("an ").removeprefix("a ").capitalize()) for key, words in REQUIRED.items()]


def _names(form: NamingForm) -> tuple[str, str]:
    return form.name.data or "", form.requester_wording.data or ""


def _carried_out(form: NamingForm, verb: Callable[[], object]) -> bool:
    """Whether the form is right and the verb took it; else it says what is wrong, and nothing was changed."""
    if not form.validate():
        return False
    try:
        verb()
    except Invalid as error:
        db.session.rollback()
        form.refuse(error)
        return False
    return True


def _page(form: NewStatusForm, policy_form: LifecycleForm) -> str:  # type: ignore[valid-type]
    known = statuses(session())
    return render_template(
        "settings/states.html",
        form=form,
        policy_form=policy_form,
        states=[(state, [one for one in known if one.state == state.value]) for state in State],
        wordings=REQUESTER_WORDING,
        is_laid=bool(known),
        dead_ends=dead_ends(session()),
        reopen_days=policy(session(), MailPolicy).reopen_days,
        calendar=default_calendar(session()),
    )


def _status_page(status: Status, form: StatusSettingsForm) -> str:
    return render_template("settings/status.html", status=status, form=form, state=State(status.state))
