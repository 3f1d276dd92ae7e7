"""Mailboxes: their accounts and behaviour. Passwords go in sealed and never come out."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from helpdesk.db import commit, session
from helpdesk.errors import Conflict, Invalid
from helpdesk.mailboxes.mailbox import Mailbox, MailboxFolder
from helpdesk.mailboxes.oauth import SignIn, grant_of
from helpdesk.mailboxes.oauth_providers import ending_of
from helpdesk.mailboxes.sealed import seal
from helpdesk.people.agent import all_teams
from helpdesk.people.permissions import Permission
from helpdesk.web import web
from helpdesk.web.access import house, needs
from helpdesk.web.forms import options
from helpdesk.web.forms.catalogue import NOTHING
from helpdesk.web.forms.mailbox import MailboxForm
from intake.accounts import account_of

PLAIN_FIELDS = (
    "name", "address", "display_name", "active", "sign_in", "imap_host", "imap_port", "imap_security", "imap_username",
    "disposition", "move_to", "poll_seconds", "smtp_host", "smtp_port", "smtp_security", "smtp_username",
    "acknowledges", "plus_addressing", "authserv_id", "checks_signatures", "ca_file",
)  # fmt: skip


# What is known of the large providers, so that nobody need look it up.
SERVERS: dict[str, dict[str, str | int]] = {
    SignIn.GOOGLE.value: {
        "sign_in": SignIn.GOOGLE.value,
        "imap_host": "imap.gmail.com",
        "smtp_host": "smtp.gmail.com",
    },
    SignIn.MICROSOFT.value: {
        "sign_in": SignIn.MICROSOFT.value,
        "imap_host": "outlook.office365.com",
        "smtp_host": "smtp.office365.com",
    },
}


@web.get("/settings/mailboxes")
@needs(Permission.ADMINISTER)
def settings_mailboxes() -> ResponseReturnValue:
    query = select(Mailbox).options(joinedload(Mailbox.health), joinedload(Mailbox.team))
    query = query.order_by(Mailbox.active.desc(), Mailbox.name)
    return render_template("settings/mailboxes.html", mailboxes=list(session().scalars(query).unique()))


@web.get("/settings/mailboxes/new")
@needs(Permission.ADMINISTER)
def settings_new_mailbox() -> ResponseReturnValue:
    form = mailbox_form()
    for name, value in SERVERS.get(request.args.get("provider", ""), {}).items():
        form[name].data = value
    return mailbox_page(form, None)


@web.post("/settings/mailboxes")
@needs(Permission.ADMINISTER)
def settings_add_mailbox() -> ResponseReturnValue:
    form = mailbox_form(given=True)
    mailbox = Mailbox(created_at=house().clock.now(), awaits_preview=True)
    if not form.validate() or not _save(form, mailbox):
        return mailbox_page(form, None), 422
    return redirect(next_page(mailbox), 303)


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
    mailbox = the_mailbox(number)
    return redirect(next_page(mailbox) if _is_unfinished(mailbox) else url_for("web.settings_mailboxes"), 303)


def _needs_consent(mailbox: Mailbox) -> bool:
    if mailbox.sign_in == SignIn.PASSWORD:
        return False
    grant = grant_of(session(), mailbox.id)
    return grant is None or not grant.is_usable


def _is_unfinished(mailbox: Mailbox) -> bool:
    return _needs_consent(mailbox) or (mailbox.awaits_preview and bool(mailbox.imap_host))


def next_page(mailbox: Mailbox) -> str:
    """What is to be done next before mail comes in."""
    if _needs_consent(mailbox):
        return url_for("web.settings_sign_in", number=mailbox.id)
    if mailbox.imap_host:
        return url_for("web.settings_beginning", number=mailbox.id)
    return url_for("web.settings_mailboxes")


def the_mailbox(number: int) -> Mailbox:
    return session().get(Mailbox, number) or abort(404)


def mailbox_form(mailbox: Mailbox | None = None, *, given: bool = False) -> MailboxForm:
    form = MailboxForm(request.form) if given else MailboxForm(obj=mailbox)
    teams = [(one.id, one.name) for one in all_teams(session())]
    form.team_id.choices = options([(NOTHING, "Nobody in particular"), *teams])
    if not given:
        form.team_id.data = (mailbox.team_id if mailbox else None) or NOTHING
        form.folders.data = "\n".join(mailbox.folders) if mailbox else "INBOX"
    return form


def mailbox_page(form: MailboxForm, mailbox: Mailbox | None, results: object = None) -> str:
    grant = grant_of(session(), mailbox.id) if mailbox and mailbox.sign_in != SignIn.PASSWORD else None
    return render_template(
        "settings/mailbox.html",
        form=form,
        mailbox=mailbox,
        results=results,
        grant=grant,
        ending=ending_of(mailbox, grant, house().clock.now()) if mailbox and grant else None,
        folders=list(session().scalars(select(MailboxFolder).filter_by(mailbox_id=mailbox.id))) if mailbox else [],
    )


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
        account_of(mailbox, house(), with_tokens=False)
    except ValueError as error:
        raise Invalid(f"This can't work: {error}.", field="imap_host") from error
    except Conflict as error:
        raise Invalid(f"{error}", field="imap_password") from error


def _save(form: MailboxForm, mailbox: Mailbox) -> bool:
    with session().no_autoflush:
        before = mailbox.sign_in
        try:
            _is_free(form, mailbox)
            filled(form, mailbox)
        except Invalid as error:
            session().rollback()
            form.refuse(error)
            return False
    grant = grant_of(session(), mailbox.id) if mailbox.id and before != mailbox.sign_in else None
    if grant is not None:
        grant.forget_tokens()  # another provider's
    session().add(mailbox)
    commit()
    return True


def _is_free(form: MailboxForm, mailbox: Mailbox) -> None:
    for name in ("name", "address"):
        other = session().scalars(select(Mailbox).where(getattr(Mailbox, name) == form[name].data)).first()
        if other is not None and other is not mailbox:
            raise Invalid(f"There is a mailbox of this {name} already.", field=name)
