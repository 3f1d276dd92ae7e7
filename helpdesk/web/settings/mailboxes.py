"""Mailboxes: their accounts and behaviour. Passwords go in sealed and never come out."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from helpdesk.db import commit, session
from helpdesk.errors import Conflict, Invalid
from helpdesk.mailboxes.mailbox import Mailbox
from helpdesk.mailboxes.sealed import seal
from helpdesk.people.agent import all_teams
from helpdesk.people.permissions import Permission
from helpdesk.web import web
from helpdesk.web.access import house, needs
from helpdesk.web.forms import options
from helpdesk.web.forms.catalogue import NOTHING
from helpdesk.web.forms.mailbox import MailboxForm
from intake.mailbox_ledger import account_of

PLAIN_FIELDS = (
    "name", "address", "display_name", "active", "imap_host", "imap_port", "imap_security", "imap_username",
    "disposition", "move_to", "poll_seconds", "smtp_host", "smtp_port", "smtp_security", "smtp_username",
    "acknowledges", "plus_addressing", "ca_file",
)  # fmt: skip


@web.get("/settings/mailboxes")
@needs(Permission.ADMINISTER)
def settings_mailboxes() -> ResponseReturnValue:
    query = select(Mailbox).options(joinedload(Mailbox.health), joinedload(Mailbox.team))
    query = query.order_by(Mailbox.active.desc(), Mailbox.name)
    return render_template("settings/mailboxes.html", mailboxes=list(session().scalars(query).unique()))


@web.get("/settings/mailboxes/new")
@needs(Permission.ADMINISTER)
def settings_new_mailbox() -> ResponseReturnValue:
    return mailbox_page(mailbox_form(), None)


@web.post("/settings/mailboxes")
@needs(Permission.ADMINISTER)
def settings_add_mailbox() -> ResponseReturnValue:
    form = mailbox_form(given=True)
    if not form.validate() or not _save(form, Mailbox(created_at=house().clock.now())):
        return mailbox_page(form, None), 422
    flash(f"{form.name.data} is set up. Its mail is fetched within a minute.", "success")
    return redirect(url_for("web.settings_mailboxes"), 303)


@web.get("/settings/mailboxes/<int:number>")
@needs(Permission.ADMINISTER)
def settings_mailbox(number: int) -> ResponseReturnValue:
    mailbox = the_mailbox(number)
    return mailbox_page(mailbox_form(mailbox), mailbox)


@web.post("/settings/mailboxes/<int:number>")
@needs(Permission.ADMINISTER)
def settings_change_mailbox(number: int) -> ResponseReturnValue:
    mailbox, form = the_mailbox(number), mailbox_form(given=True)
    if not form.validate() or not _save(form, mailbox):
        return mailbox_page(form, the_mailbox(number)), 422
    flash(f"Saved {form.name.data}.", "success")
    return redirect(url_for("web.settings_mailboxes"), 303)


def the_mailbox(number: int) -> Mailbox:
    return session().get(Mailbox, number) or abort(404)


def mailbox_form(mailbox: Mailbox | None = None, *, given: bool = False) -> MailboxForm:
    form = MailboxForm(request.form) if given else MailboxForm(obj=mailbox)
    teams = [(one.id, one.name) for one in all_teams(session())]
    form.team_id.choices = options([(NOTHING, "Nobody in particular"), *teams])
    if not given:
        form.team_id.data = (mailbox.team_id if mailbox else None) or NOTHING
        form.folders.data = ", ".join(mailbox.folders) if mailbox else "INBOX"
    return form


def mailbox_page(form: MailboxForm, mailbox: Mailbox | None, results: object = None) -> str:
    return render_template("settings/mailbox.html", form=form, mailbox=mailbox, results=results)


def filled(form: MailboxForm, mailbox: Mailbox) -> Mailbox:
    """Puts the form into a mailbox. Raises Invalid for what can't work together."""
    for name in PLAIN_FIELDS:
        value = form[name].data
        setattr(mailbox, name, "" if value is None else value)
    mailbox.folders = form.folder_names
    mailbox.team_id = form.team_id.data or None
    key = house().signing_key
    if form.imap_password.data:
        mailbox.imap_password_sealed = seal(key, form.imap_password.data)
    if form.smtp_password.data:
        mailbox.smtp_password_sealed = seal(key, form.smtp_password.data)
    _check(mailbox)
    return mailbox


def _check(mailbox: Mailbox) -> None:
    if not mailbox.imap_host:
        return
    try:
        account_of(mailbox, house())
    except ValueError as error:
        raise Invalid(f"This can't work: {error}.", field="imap_host") from error
    except Conflict as error:
        raise Invalid(f"{error}", field="imap_password") from error


def _save(form: MailboxForm, mailbox: Mailbox) -> bool:
    with session().no_autoflush:
        try:
            _is_free(form, mailbox)
            filled(form, mailbox)
        except Invalid as error:
            session().rollback()
            form.refuse(error)
            return False
    session().add(mailbox)
    commit()
    return True


def _is_free(form: MailboxForm, mailbox: Mailbox) -> None:
    for name in ("name", "address"):
        other = session().scalars(select(Mailbox).where(getattr(Mailbox, name) == form[name].data)).first()
        if other is not None and other is not mailbox:
            raise Invalid(f"There is a mailbox of this {name} already.", field=name)
