"""Senders who were allowed or blocked for good, on a page of their own. Agents with held mail may, not only
administrators: they meet the senders."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.db import commit, db, session
from helpdesk.errors import Invalid
from helpdesk.people.permissions import Permission
from helpdesk.web import web
from helpdesk.web.access import actor, house, needs
from helpdesk.web.forms.held import SenderRuleForm
from intake.senders import SenderRule, SenderVerdict, all_sender_rules, decide_on_sender, forget_sender


@web.get("/settings/senders")
@needs(Permission.HANDLE_HELD_MAIL)
def settings_senders() -> ResponseReturnValue:
    return _page(SenderRuleForm())


@web.post("/settings/senders")
@needs(Permission.HANDLE_HELD_MAIL)
def settings_add_sender() -> ResponseReturnValue:
    form = SenderRuleForm(request.form)
    verdict = SenderVerdict.BLOCK if request.form.get("verdict") == "block" else SenderVerdict.ALLOW
    if not form.validate():
        return _page(form), 422
    try:
        rule = decide_on_sender(
            session(), form.address.data, verdict, by=actor(), at=house().clock.now(), note=form.note.data or ""
        )
    except Invalid as error:
        db.session.rollback()
        form.refuse(error)
        return _page(form), 422
    commit()
    flash(f"{rule.address} is {'blocked' if verdict is SenderVerdict.BLOCK else 'allowed'}.", "success")
    return redirect(url_for("web.settings_senders"), 303)


@web.post("/settings/senders/<int:number>/removal")
@needs(Permission.HANDLE_HELD_MAIL)
def settings_forget_sender(number: int) -> ResponseReturnValue:
    rule = session().get(SenderRule, number) or abort(404)
    address = rule.address
    forget_sender(session(), rule, by=actor())
    commit()
    flash(f"Mail from {address} is dealt with like anybody's again.", "success")
    return redirect(url_for("web.settings_senders"), 303)


def _page(form: SenderRuleForm) -> str:
    return render_template("settings/senders.html", form=form, rules=all_sender_rules(session()))
