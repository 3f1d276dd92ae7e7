"""The rules: their list and order, one rule with its conditions and actions, and what it would have touched."""

from datetime import timedelta
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from helpdesk.db import commit, session
from helpdesk.errors import Invalid
from helpdesk.incidents.actions import KINDS as ACTION_KINDS
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.queries import visible
from helpdesk.people.permissions import Permission
from helpdesk.rules.choosing import names, rows
from helpdesk.rules.conditions import QUESTIONS, in_words
from helpdesk.rules.dry_run import DryRun, dry_run
from helpdesk.rules.rule import KINDS, Rule, RuleRun, Trigger, checked_rule, current_rules
from helpdesk.web import web
from helpdesk.web.access import house, needs, the_viewer
from helpdesk.web.forms.rule import Draft, RuleForm, operators_of

RUNS_SHOWN = 50
COUNTED_DAYS = 30


@web.get("/settings/rules")
@needs(Permission.ADMINISTER)
def settings_rules() -> ResponseReturnValue:
    since = house().clock.now() - timedelta(days=COUNTED_DAYS)
    counts = select(RuleRun.rule_id, func.count(RuleRun.id)).where(RuleRun.at > since).group_by(RuleRun.rule_id)
    return render_template(
        "settings/rules.html",
        rules=current_rules(session()),
        counts={row[0]: row[1] for row in session().execute(counts)},
        words=words_of,
        days=COUNTED_DAYS,
    )


@web.get("/settings/rules/new")
@needs(Permission.ADMINISTER)
def settings_new_rule() -> ResponseReturnValue:
    return _page(RuleForm(), Draft(), None)


@web.post("/settings/rules")
@needs(Permission.ADMINISTER)
def settings_add_rule() -> ResponseReturnValue:
    last = session().scalar(select(func.max(Rule.position))) or 0
    return _saved(Rule(made_at=house().clock.now(), position=last + 1, active=False))


@web.get("/settings/rules/<int:number>")
@needs(Permission.ADMINISTER)
def settings_rule(number: int) -> ResponseReturnValue:
    rule = _rule(number)
    return _page(RuleForm(obj=rule), Draft.of(rule), rule)


@web.post("/settings/rules/<int:number>")
@needs(Permission.ADMINISTER)
def settings_change_rule(number: int) -> ResponseReturnValue:
    return _saved(_rule(number))


@web.post("/settings/rules/draft")
@web.post("/settings/rules/<int:number>/draft")
@needs(Permission.ADMINISTER)
def settings_draft_rule(number: int | None = None) -> ResponseReturnValue:
    """The form again with a row more or less, and with the trial when that was asked for. Saves nothing."""
    rule = _rule(number) if number is not None else None
    form, draft = RuleForm(request.form), Draft.given(request.form)
    trial = None
    if "trial" in request.form and form.validate():
        trial = _tried(form, draft)
    return _page(form, draft, rule, 422 if form.form_errors or form.errors else 200, trial)


@web.post("/settings/rules/<int:number>/position")
@needs(Permission.ADMINISTER)
def settings_move_rule(number: int) -> ResponseReturnValue:
    """One place up or down."""
    found = current_rules(session())
    at = next((place for place, rule in enumerate(found) if rule.id == number), None)
    if at is None:
        abort(404)
    to = max(0, min(len(found) - 1, at + (-1 if request.form.get("to") == "up" else 1)))
    found.insert(to, found.pop(at))
    for place, rule in enumerate(found, start=1):
        rule.position = place
    commit()
    return redirect(url_for("web.settings_rules"), 303)


@web.post("/settings/rules/<int:number>/retirement")
@needs(Permission.ADMINISTER)
def settings_retire_rule(number: int) -> ResponseReturnValue:
    rule = _rule(number)
    name, rule.retired_at, rule.active = rule.name, house().clock.now(), False
    # The name is free again; what the rule did keeps the name it had.
    rule.name = f"{rule.name} (until {rule.retired_at.isoformat()})"
    commit()
    flash(f"The rule {name} acts no more. What it did stays, and can be undone.", "success")
    return redirect(url_for("web.settings_rules"), 303)


def words_of(rule: Rule) -> dict[str, Any]:
    """A rule in words: when, if, then."""
    known = names(_rows())
    every, some = rule.conditions
    when = [KINDS[kind] for kind in rule.kinds if kind in KINDS]
    if rule.trigger == Trigger.SCHEDULE.value:
        when = [f"Every {rule.every_minutes} minutes"]
    return {
        "when": when,
        "every": [in_words(one, known) for one in every],
        "some": [in_words(one, known) for one in some],
        "then": [ACTION_KINDS[one.kind].label if one.kind in ACTION_KINDS else one.kind for one in rule.todo],
    }


def _rows() -> Any:
    return rows(session(), the_viewer())


def _rule(number: int) -> Rule:
    rule = session().get(Rule, number)
    return rule if rule is not None and rule.retired_at is None else abort(404)


def _saved(rule: Rule) -> ResponseReturnValue:
    form, draft = RuleForm(request.form), Draft.given(request.form)
    if not form.validate() or not _save(form, draft, rule):
        return _page(form, draft, rule if rule.id else None, 422)
    flash(f"Saved. {rule.name} is at work." if rule.active else f"Saved. {rule.name} is switched off.", "success")
    return redirect(url_for("web.settings_rules"), 303)


def _save(form: RuleForm, draft: Draft, rule: Rule) -> bool:
    with session().no_autoflush:
        try:
            _unlike_others(form, rule)
            checked_rule(session(), rule, _given(form, draft))
        except Invalid as error:
            session().rollback()
            form.refuse(error)
            return False
    rule.active = form.active.data
    session().add(rule)
    commit()
    return True


def _unlike_others(form: RuleForm, rule: Rule) -> None:
    other = session().scalars(select(Rule).where(Rule.name == form.name.data)).first()
    if other is not None and other is not rule:
        raise Invalid("There is a rule of this name already.", field="name")


def _given(form: RuleForm, draft: Draft) -> dict[str, Any]:
    fixed = {name: form[name].data for name in ("name", "trigger", "every_minutes", "again_hours", "stops")}
    return fixed | {"kinds": form.kinds.data or (), "every": draft.every, "some": draft.some, "todo": draft.todo}


def _tried(form: RuleForm, draft: Draft) -> DryRun | None:
    """What it would have touched; None, with the reason in the form, when it can't be tried."""
    try:
        rule = checked_rule(session(), Rule(made_at=house().clock.now()), _given(form, draft))
    except Invalid as error:
        form.refuse(error)
        return None
    return dry_run(session(), rule, the_viewer(), now=house().clock.now())


def _page(
    form: RuleForm, draft: Draft, rule: Rule | None, status: int = 200, trial: DryRun | None = None
) -> ResponseReturnValue:
    query = select(RuleRun, Incident.subject).join(Incident, RuleRun.incident_id == Incident.id)
    query = query.where(visible(the_viewer())).order_by(RuleRun.id.desc()).limit(RUNS_SHOWN)
    return render_template(
        "settings/rule.html",
        form=form,
        draft=draft,
        rule=rule,
        trial=trial,
        rows=_rows(),
        questions=QUESTIONS,
        operators_of=operators_of,
        action_kinds={kind: one for kind, one in ACTION_KINDS.items() if one.by_rule},
        runs=session().execute(query.where(RuleRun.rule_id == rule.id)).all() if rule else [],
    ), status
