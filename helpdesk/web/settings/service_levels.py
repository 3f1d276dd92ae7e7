"""Service-level policies: what is promised to whom. A change is a further version, and can be tried out before.

The number in an address is that of a version, so that a form knows which one it was made from."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.db import commit, session
from helpdesk.errors import Conflict, Invalid
from helpdesk.people.permissions import Permission
from helpdesk.service_levels.calendar import calendars, default_calendar
from helpdesk.service_levels.choosing import Facts
from helpdesk.service_levels.defaults import usual_targets
from helpdesk.service_levels.intervals import Target
from helpdesk.service_levels.policy import (
    PENDING,
    PRIORITIES,
    ServiceLevelPolicy,
    checked,
    current_policies,
    versions_of,
)
from helpdesk.service_levels.versions import add_policy, change_policy, changed_policy, retire_policy
from helpdesk.web import web
from helpdesk.web.access import house, needs
from helpdesk.web.forms import options
from helpdesk.web.forms.service_level import CheckerForm, PolicyForm
from helpdesk.web.policy_checker import verdict
from helpdesk.web.policy_words import Names, conditions, in_order, known_names, promises, specificity
from helpdesk.web.what_if import shown_what_if


@web.get("/settings/service-levels")
@needs(Permission.ADMINISTER)
def settings_service_levels() -> ResponseReturnValue:
    policies = in_order(current_policies(session()))
    names = known_names(session(), policies)
    return render_template(
        "settings/service_levels.html",
        policies=policies,
        conditions={one.id: conditions(one, names) for one in policies},
        promises={one.id: promises(one) for one in policies},
        movable={one.id: _neighbours(one, policies) for one in policies},
        calendars={one.series: one.name for one in calendars(session())},
        default=default_calendar(session()).name,
        checker=_checker(names),
    )


@web.get("/settings/service-levels/check")
@needs(Permission.ADMINISTER)
def settings_check_service_level() -> ResponseReturnValue:
    """Which policy would an incident like this get, and why?"""
    names = known_names(session())
    form = _checker(names)
    facts = Facts(
        form.priority.data if form.priority.data in PRIORITIES else 3,
        "request" if form.record_type.data == "request" else "incident",
        form.organization.data or None,
        form.service.data or None,
        form.category.data or None,
    )
    found = verdict(session(), facts, names, now=house().clock.now())
    return render_template("settings/service_level_check.html", checker=form, found=found, facts=facts)


@web.get("/settings/service-levels/new")
@needs(Permission.ADMINISTER)
def settings_new_service_level() -> ResponseReturnValue:
    """Begins with what is usual, since a blank grid of twenty fields tells nobody what is sensible."""
    form = PolicyForm()
    form.show(ServiceLevelPolicy(targets=usual_targets(), pauses=list(PENDING), warns_at=[50, 75, 90]))
    return _page(form, None)


@web.post("/settings/service-levels")
@needs(Permission.ADMINISTER)
def settings_add_service_level() -> ResponseReturnValue:
    form = _offering(PolicyForm(request.form), None)
    if not form.validate():
        return _page(form, None), 422
    try:
        with session().no_autoflush:
            last = max((one.position for one in current_policies(session())), default=0)
            made = ServiceLevelPolicy(**form.values(), position=last + 1)
        running, reason = form.applies_to_running, form.reason.data or ""
        add_policy(session(), made, at=house().clock.now(), applies_to_running=running, reason=reason)
        commit()
    except Invalid as error:
        return _refused(form, error, None), 422
    flash(f"{form.name.data} holds from now on.", "success")
    return redirect(url_for("web.settings_service_levels"), 303)


@web.get("/settings/service-levels/<int:number>")
@needs(Permission.ADMINISTER)
def settings_service_level(number: int) -> ResponseReturnValue:
    newest = _newest(number)
    if newest.id != number:
        return redirect(url_for("web.settings_service_level", number=newest.id))
    form = PolicyForm(obj=newest)
    form.show(newest)
    return _page(form, newest)


@web.post("/settings/service-levels/<int:number>")
@needs(Permission.ADMINISTER)
def settings_change_service_level(number: int) -> ResponseReturnValue:
    seen = session().get(ServiceLevelPolicy, number) or abort(404)
    form = _offering(PolicyForm(request.form), seen)
    if not form.validate():
        return _page(form, _newest(number)), 422
    now, running, reason = house().clock.now(), form.applies_to_running, form.reason.data or ""
    try:
        change_policy(session(), seen, form.values(), at=now, applies_to_running=running, reason=reason)
        commit()
    except Invalid as error:
        return _refused(form, error, number), 422
    except Conflict as error:
        told = f"{error} What you typed stands below; saving it again replaces theirs."
        return _refused(form, Invalid(told), number), 409
    flash(f"Saved {form.name.data}.", "success")
    return redirect(url_for("web.settings_service_levels"), 303)


@web.post("/settings/service-levels/preview")
@needs(Permission.ADMINISTER)
def settings_preview_new_service_level() -> ResponseReturnValue:
    return _preview(None)


@web.post("/settings/service-levels/<int:number>/preview")
@needs(Permission.ADMINISTER)
def settings_preview_service_level(number: int) -> ResponseReturnValue:
    return _preview(_newest(number))


@web.post("/settings/service-levels/<int:number>/place")
@needs(Permission.ADMINISTER)
def settings_move_service_level(number: int) -> ResponseReturnValue:
    """Changes places with its neighbour above (`to` is up) or below, among those that are as specific."""
    moved, policies = _newest(number), in_order(current_policies(session()))
    above, below = _neighbours(moved, policies)
    other = above if request.form.get("to") == "up" else below
    if other is None:
        flash(f"{moved.name} stays where it is: what is more specific is looked at first.", "message")
        return redirect(url_for("web.settings_service_levels"), 303)
    now, places = house().clock.now(), {one.id: place for place, one in enumerate(policies, 1)}
    places[moved.id], places[other.id] = places[other.id], places[moved.id]
    for one in policies:
        if one.position != places[one.id]:
            change_policy(session(), one, {"position": places[one.id]}, at=now, reason="The order was changed.")
    commit()
    return redirect(url_for("web.settings_service_levels"), 303)


@web.post("/settings/service-levels/<int:number>/retirement")
@needs(Permission.ADMINISTER)
def settings_retire_service_level(number: int) -> ResponseReturnValue:
    policy = _newest(number)
    retire_policy(session(), policy, at=house().clock.now(), reason="It was retired.")
    commit()
    flash(f"{policy.name} is not chosen any more. What it promised to open incidents stays promised.", "success")
    return redirect(url_for("web.settings_service_levels"), 303)


def _newest(number: int) -> ServiceLevelPolicy:
    found = session().get(ServiceLevelPolicy, number) or abort(404)
    return versions_of(session(), found.series)[0]


def _neighbours(
    policy: ServiceLevelPolicy, policies: list[ServiceLevelPolicy]
) -> tuple[ServiceLevelPolicy | None, ServiceLevelPolicy | None]:
    """Those right above and right below it that are as specific: only between equals the order decides."""
    equals = [one for one in policies if specificity(one) == specificity(policy)]
    place = next((place for place, one in enumerate(equals) if one.series == policy.series), None)
    if place is None:
        return None, None
    return equals[place - 1] if place else None, equals[place + 1] if place + 1 < len(equals) else None


def _offering(form: Any, policy: ServiceLevelPolicy | None) -> Any:
    names = known_names(session(), [policy] if policy else [])
    form.organization_ids.choices = options(names.organizations.items())
    form.service_ids.choices = options(names.services.items())
    form.category_ids.choices = options(names.categories.items())
    known = [(one.series, one.name) for one in calendars(session())]
    form.calendar.choices = options([("", f"The default: {default_calendar(session()).name}"), *known])
    return form


def _checker(names: Names) -> CheckerForm:
    form = CheckerForm(request.args)
    for field, known in (
        (form.organization, names.organizations),
        (form.service, names.services),
        (form.category, names.categories),
    ):
        field.choices = options([(0, "None"), *known.items()])
    return form


def _preview(policy: ServiceLevelPolicy | None) -> ResponseReturnValue:
    form = _offering(PolicyForm(request.form), policy)
    if not form.validate():
        return _page(form, policy), 422
    with session().no_autoflush:
        try:
            typed = checked(_typed(form, policy))
        except Invalid as error:
            return _refused(form, error, policy.id if policy else None), 422
        return _page(form, policy, what_if=shown_what_if(typed))


def _typed(form: Any, policy: ServiceLevelPolicy | None) -> ServiceLevelPolicy:
    """What the form describes, not saved."""
    if policy is not None:
        return changed_policy(policy, form.values())
    place = 1 + max((one.position for one in current_policies(session())), default=0)
    now = house().clock.now()
    return ServiceLevelPolicy(series="", version=1, valid_from=now, position=place, **form.values())


def _refused(form: Any, error: Invalid, number: int | None) -> str:
    session().rollback()
    form.refuse(error)
    return _page(form, _newest(number) if number else None)


def _page(form: Any, policy: ServiceLevelPolicy | None, **more: Any) -> str:
    return render_template(
        "settings/service_level.html",
        form=_offering(form, policy),
        policy=policy,
        versions=versions_of(session(), policy.series) if policy else [],
        promises=promises,
        targets=list(Target),
        priorities=PRIORITIES,
        **more,
    )
