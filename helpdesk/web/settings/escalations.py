"""The rules by which the desk escalates by itself."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from helpdesk.db import commit, session
from helpdesk.errors import Invalid
from helpdesk.incidents.escalation import Escalation
from helpdesk.incidents.escalation_rule import EscalationRule, Reason
from helpdesk.incidents.escalation_rules import current_rules, in_words
from helpdesk.people.agent import all_teams
from helpdesk.people.permissions import Permission
from helpdesk.web import web
from helpdesk.web.access import house, needs
from helpdesk.web.forms import options
from helpdesk.web.forms.escalation import GOALS, PRIORITIES, UNITS, EscalationRuleForm

EVERY_TEAM = 0


@web.get("/settings/escalations")
@needs(Permission.ADMINISTER)
def settings_escalations() -> ResponseReturnValue:
    counts = select(Escalation.rule_id, func.count(Escalation.id)).group_by(Escalation.rule_id)
    return render_template(
        "settings/escalations.html",
        rules=current_rules(session()),
        counts={row[0]: row[1] for row in session().execute(counts)},
        in_words=in_words,
        goals={goal.value: text for goal, text in GOALS.items()},
        priorities=dict(PRIORITIES),
    )


@web.get("/settings/escalations/new")
@needs(Permission.ADMINISTER)
def settings_new_escalation() -> ResponseReturnValue:
    return render_template("settings/escalation.html", form=_form(), rule=None)


@web.post("/settings/escalations")
@needs(Permission.ADMINISTER)
def settings_add_escalation() -> ResponseReturnValue:
    form = _form(given=True)
    if not form.validate() or not _save(form, EscalationRule(made_at=house().clock.now())):
        return render_template("settings/escalation.html", form=form, rule=None), 422
    flash(f"The rule {form.name.data} holds for what is opened from now on.", "success")
    return redirect(url_for("web.settings_escalations"), 303)


@web.get("/settings/escalations/<int:number>")
@needs(Permission.ADMINISTER)
def settings_escalation(number: int) -> ResponseReturnValue:
    rule = _rule(number)
    return render_template("settings/escalation.html", form=_form(rule), rule=rule)


@web.post("/settings/escalations/<int:number>")
@needs(Permission.ADMINISTER)
def settings_change_escalation(number: int) -> ResponseReturnValue:
    rule, form = _rule(number), _form(given=True)
    if not form.validate() or not _save(form, rule):
        return render_template("settings/escalation.html", form=form, rule=_rule(number)), 422
    flash(f"Saved the rule {form.name.data}.", "success")
    return redirect(url_for("web.settings_escalations"), 303)


@web.post("/settings/escalations/<int:number>/retirement")
@needs(Permission.ADMINISTER)
def settings_retire_escalation(number: int) -> ResponseReturnValue:
    rule = _rule(number)
    name, rule.retired_at = rule.name, house().clock.now()
    # The name is free again; what the rule did keeps the name it had.
    rule.name = f"{rule.name} (until {rule.retired_at.isoformat()})"
    commit()
    flash(f"The rule {name} acts no more.", "success")
    return redirect(url_for("web.settings_escalations"), 303)


def _rule(number: int) -> EscalationRule:
    rule = session().get(EscalationRule, number)
    return rule if rule is not None and rule.retired_at is None else abort(404)


def _form(rule: EscalationRule | None = None, *, given: bool = False) -> EscalationRuleForm:
    form = EscalationRuleForm(request.form) if given else EscalationRuleForm(obj=rule)
    teams = [(one.id, one.name) for one in all_teams(session())]
    form.team_id.choices = options([(EVERY_TEAM, "Every team"), *teams])
    if not given:
        form.team_id.data = (rule.team_id if rule else None) or EVERY_TEAM
    if rule is not None and rule.minutes and not given:
        size = next(size for size, _ in reversed(UNITS) if rule.minutes % size == 0)
        form.number.data, form.unit.data = rule.minutes // size, size
    return form


def _save(form: EscalationRuleForm, rule: EscalationRule) -> bool:
    with session().no_autoflush:
        other = session().scalars(select(EscalationRule).where(EscalationRule.name == form.name.data)).first()
        try:
            _apply(form, rule, other)
        except Invalid as error:
            session().rollback()
            form.refuse(error)
            return False
    session().add(rule)
    commit()
    return True


def _apply(form: EscalationRuleForm, rule: EscalationRule, of_this_name: EscalationRule | None) -> None:
    if of_this_name is not None and of_this_name is not rule:
        raise Invalid("There is a rule of this name already.", field="name")
    reason = Reason(form.reason.data)
    by_share, by_time = reason is Reason.SHARE, reason in (Reason.AGE, Reason.UNTAKEN)
    if by_share and not form.percent.data:
        raise Invalid("Give the percentage of the target.", field="percent")
    if by_time and not form.number.data:
        raise Invalid("Say after how long.", field="number")
    rule.name, rule.reason, rule.goal = form.name.data, reason.value, form.goal.data
    rule.target, rule.percent = (form.target.data, form.percent.data) if by_share else ("", 0)
    rule.minutes = form.number.data * form.unit.data if by_time else 0
    rule.priority_max, rule.team_id = form.priority_max.data, form.team_id.data or None
