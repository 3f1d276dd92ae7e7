"""How mail is dealt with: what the site decided, and what agents may command by mail."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.db import commit, session
from helpdesk.errors import Invalid
from helpdesk.people.permissions import Permission
from helpdesk.people.requester import normalized
from helpdesk.policies import MailPolicy, decide_on, policy
from helpdesk.web import web
from helpdesk.web.access import needs
from helpdesk.web.forms.policy import chosen, policy_form
from intake.agent_mail import COMMANDS

CHOICES = {
    "stranger_replies": {
        "hold": "are held for an agent to decide",
        "new": "become a new incident of their own",
    },
    "agents_by_mail": {
        "reply": "reply to the requester",
        "note": "write a note for colleagues",
        "off": "are held: agents answer on the page",
    },
}
GROUPS = {
    "Coming in": (
        "stranger_replies",
        "reopen_days",
        "incoming_per_address_an_hour",
        "automatic_into_incident_an_hour",
    ),
    "Going out": (
        "undo_send_seconds",
        "letter_megabytes_max",
        "keep_trying_hours",
        "automatic_per_address_an_hour",
        "automatic_per_incident_an_hour",
        "automatic_overall_an_hour",
    ),
    "Agents by mail": ("agents_by_mail",),
    "Alarms": ("alarm_minutes", "silent_hours", "alarm_address"),
}
MailPolicyForm = policy_form(MailPolicy, CHOICES)


@web.get("/settings/mail")
@needs(Permission.ADMINISTER)
def settings_mail() -> ResponseReturnValue:
    return _page(MailPolicyForm(obj=policy(session(), MailPolicy)))


@web.post("/settings/mail")
@needs(Permission.ADMINISTER)
def settings_change_mail() -> ResponseReturnValue:
    form = MailPolicyForm(request.form)
    if not form.validate() or not _address_holds(form):
        return _page(form), 422
    decide_on(session(), chosen(form, MailPolicy))
    commit()
    flash("Saved. It holds from the next mail on.", "success")
    return redirect(url_for("web.settings_mail"), 303)


def _address_holds(form: MailPolicyForm) -> bool:  # type: ignore[valid-type]
    """The further address of alarms is one, or nothing."""
    field = form.alarm_address  # type: ignore[attr-defined]
    if not field.data:
        return True
    try:
        field.data = normalized(field.data)
    except Invalid as error:
        form.refuse(Invalid(str(error), field="alarm_address"))  # type: ignore[attr-defined]
        return False
    return True


def _page(form: MailPolicyForm) -> str:  # type: ignore[valid-type]
    return render_template("settings/mail.html", form=form, groups=GROUPS, commands=COMMANDS)
