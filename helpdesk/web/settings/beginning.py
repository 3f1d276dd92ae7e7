"""Where a new mailbox begins: what lies there is counted and shown, and an administrator decides what to take in."""

from datetime import UTC, datetime, time

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk import heartbeats
from helpdesk.db import commit, session
from helpdesk.errors import Conflict
from helpdesk.mailboxes.mailbox import Mailbox
from helpdesk.mailboxes.preview import begin, previews
from helpdesk.people.permissions import Permission
from helpdesk.web import web
from helpdesk.web.access import house, needs
from helpdesk.web.forms.beginning import BeginningForm
from helpdesk.web.settings.mailboxes import the_mailbox


@web.get("/settings/mailboxes/<int:number>/beginning")
@needs(Permission.ADMINISTER)
def settings_beginning(number: int) -> ResponseReturnValue:
    mailbox = the_mailbox(number)
    if not mailbox.awaits_preview:
        flash(f"{mailbox.name} is read already.", "info")
        return redirect(url_for("web.settings_mailbox", number=number), 303)
    if request.headers.get("HX-Request"):
        return render_template("settings/_preview.html", **_found(mailbox))
    return _page(mailbox, BeginningForm())


@web.post("/settings/mailboxes/<int:number>/beginning")
@needs(Permission.ADMINISTER)
def settings_begin(number: int) -> ResponseReturnValue:
    mailbox, form = the_mailbox(number), BeginningForm(request.form)
    if not form.validate():
        return _page(mailbox, form), 422
    now = house().clock.now()
    start_from = {"everything": None, "new": now, "date": _midnight(form)}[form.begin.data]
    try:
        begin(session(), mailbox, start_from=start_from, at=now)
    except Conflict as error:
        flash(str(error), "warning")
        return redirect(url_for("web.settings_mailboxes"), 303)
    commit()
    flash(f"{mailbox.name} is read from now on. Mail that was there before today is not acknowledged.", "success")
    return redirect(url_for("web.settings_mailboxes"), 303)


def _midnight(form: BeginningForm) -> datetime | None:
    return datetime.combine(form.start_from.data, time(), UTC) if form.start_from.data else None


def _found(mailbox: Mailbox) -> dict[str, object]:
    beat = heartbeats.latest(session()).get("mail")
    alive = beat is not None and (house().clock.now() - beat).total_seconds() <= heartbeats.FRESH_SECONDS
    return {"mailbox": mailbox, "folders": previews(session(), mailbox.id), "mail_process_runs": alive}


def _page(mailbox: Mailbox, form: BeginningForm) -> str:
    return render_template("settings/mailbox_beginning.html", form=form, **_found(mailbox))
