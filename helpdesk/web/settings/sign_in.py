"""How a mailbox signs in by OAuth 2.0: the application, the consent, and how its tokens are doing.

The consent is bound to the browser that asked for it: state and PKCE verifier wait in its signed session."""

from datetime import datetime, timedelta
from secrets import compare_digest, token_urlsafe

from flask import flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue

from helpdesk import db
from helpdesk.db import commit, session
from helpdesk.errors import Conflict, Invalid, Refused
from helpdesk.mailboxes.access_tokens import NoToken, application_of, take_consent, tokens_of
from helpdesk.mailboxes.mailbox import Mailbox
from helpdesk.mailboxes.oauth import OAuthGrant, SignIn, grant_of
from helpdesk.mailboxes.oauth_client import OAuthFailed, consent_url, exchange
from helpdesk.mailboxes.oauth_providers import TITLES, ending_of, provider_of
from helpdesk.mailboxes.sealed import seal
from helpdesk.people.permissions import Permission
from helpdesk.web import web
from helpdesk.web.access import house, needs, the_agent
from helpdesk.web.forms.sign_in import OAuthForm
from helpdesk.web.settings.mailboxes import next_page, the_mailbox

WAITING = "oauth_consent"
CONSENT_WITHIN = timedelta(minutes=15)
FIELDS = ("flow", "client_id", "tenant", "authorize_url", "token_url", "scopes")


@web.get("/settings/mailboxes/<int:number>/sign-in")
@needs(Permission.ADMINISTER)
def settings_sign_in(number: int) -> ResponseReturnValue:
    mailbox = the_mailbox(number)
    if mailbox.sign_in == SignIn.PASSWORD:
        flash("This mailbox signs in with a password. Choose OAuth under “How the desk signs in” first.", "info")
        return redirect(url_for("web.settings_mailbox", number=number), 303)
    return _page(mailbox, OAuthForm(obj=grant_of(session(), number)))


@web.post("/settings/mailboxes/<int:number>/sign-in")
@needs(Permission.ADMINISTER)
def settings_change_sign_in(number: int) -> ResponseReturnValue:
    mailbox, form = the_mailbox(number), OAuthForm(request.form)
    if not form.validate() or not _saved(mailbox, form):
        return _page(the_mailbox(number), form), 422
    flash("Saved.", "success")
    return redirect(url_for("web.settings_sign_in", number=number), 303)


def _saved(mailbox: Mailbox, form: OAuthForm) -> bool:
    grant = grant_of(session(), mailbox.id) or OAuthGrant(mailbox_id=mailbox.id)
    before = [getattr(grant, name) for name in FIELDS]
    with session().no_autoflush:
        for name in FIELDS:
            setattr(grant, name, form[name].data or "")
        if form.client_secret.data:
            grant.client_secret_sealed = seal(house().signing_key, form.client_secret.data)
        try:
            _check(mailbox, grant)
        except Invalid as error:
            session().rollback()
            form.refuse(error)
            return False
    if before != [getattr(grant, name) for name in FIELDS]:
        grant.forget_tokens()
    # With what was changed it is worth another try.
    grant.refused, grant.last_error = False, None
    session().add(grant)
    commit()
    return True


def _check(mailbox: Mailbox, grant: OAuthGrant) -> None:
    if grant.is_app_only and not grant.client_secret_sealed:
        raise Invalid("The application by itself needs its secret.", field="client_secret")
    if grant.is_app_only and mailbox.sign_in == SignIn.GOOGLE:
        raise Invalid("Google knows no such way to a mailbox. Let somebody consent.", field="flow")
    provider_of(mailbox, grant)


@web.get("/settings/mailboxes/<int:number>/consent")
@needs(Permission.ADMINISTER)
def settings_consent(number: int) -> ResponseReturnValue:
    """Sends the browser to the provider. A link and no form: the policy of our pages lets forms stay with us only."""
    mailbox, grant = the_mailbox(number), grant_of(session(), number)
    if mailbox.sign_in == SignIn.PASSWORD or grant is None or not grant.client_id or grant.is_app_only:
        flash("There is nothing to consent to yet. Save the application first.", "warning")
        return redirect(url_for("web.settings_sign_in", number=number), 303)
    state, verifier = token_urlsafe(32), token_urlsafe(64)
    try:
        provider = provider_of(mailbox, grant)
        application = application_of(mailbox, grant, house().signing_key, redirect_uri())
    except Refused as error:
        flash(str(error), "error")
        return redirect(url_for("web.settings_sign_in", number=number), 303)
    cookie[WAITING] = {"mailbox": number, "state": state, "verifier": verifier, "at": house().clock.now().isoformat()}
    return redirect(consent_url(provider, application, state, verifier), 303)


@web.get("/settings/mailboxes/consent")
@needs(Permission.ADMINISTER)
def settings_consented() -> ResponseReturnValue:
    """Where the provider sends the browser back to, with a code or with the reason why there is none."""
    waiting = cookie.pop(WAITING, None)
    try:
        mailbox = _take(waiting)
    except (Refused, OAuthFailed) as error:
        session().rollback()
        flash(f"No consent: {error}", "error")
        there = waiting and session().get(Mailbox, waiting["mailbox"])
        back = url_for("web.settings_sign_in", number=there.id) if there else url_for("web.settings_mailboxes")
        return redirect(back, 303)
    flash(f"The desk may sign in as {mailbox.imap_username or mailbox.address} now.", "success")
    return redirect(next_page(mailbox), 303)


def _take(waiting: dict[str, str] | None) -> Mailbox:
    """Exchanges the code for tokens and keeps them. Raises Refused or OAuthFailed."""
    key, now = house().signing_key, house().clock.now()
    if not waiting or now - datetime.fromisoformat(waiting["at"]) > CONSENT_WITHIN:
        raise Conflict("this browser asked for none, or too long ago. Begin again with “Consent”.")
    if not compare_digest(waiting["state"].encode(), request.args.get("state", "").encode()):
        raise Conflict("the answer belongs to another question. Begin again with “Consent”.")
    if request.args.get("error"):
        said = f"{request.args['error']}: {request.args.get('error_description', '')}"
        raise Conflict(f"the provider says {' '.join(said.split())[:300]}")
    mailbox, grant = the_mailbox(int(waiting["mailbox"])), grant_of(session(), int(waiting["mailbox"]))
    if grant is None:
        raise Conflict("its application was not saved.")
    provider, application = provider_of(mailbox, grant), application_of(mailbox, grant, key, redirect_uri())
    # Nobody waits for the database while we wait for the provider.
    session().rollback()
    tokens = exchange(provider, application, request.args.get("code", ""), waiting["verifier"], now)
    db.begin_writing()
    mailbox = the_mailbox(int(waiting["mailbox"]))
    grant = grant_of(session(), mailbox.id)
    if grant is None:
        raise Conflict("its application was not saved.")
    take_consent(grant, tokens, key, by=the_agent().name, at=now)
    commit()
    return mailbox


@web.post("/settings/mailboxes/<int:number>/renewal")
@needs(Permission.ADMINISTER)
def settings_renew_sign_in(number: int) -> ResponseReturnValue:
    """The daily test, now."""
    mailbox = the_mailbox(number)
    tokens = tokens_of(mailbox, house().signing_key, house().clock)
    session().rollback()
    db.begin_reading()
    try:
        tokens.renew()
        flash("Renewed: the desk may sign in.", "success")
    except NoToken as error:
        flash(str(error), "error")
    return redirect(url_for("web.settings_sign_in", number=number), 303)


def redirect_uri() -> str:
    """Under the address people reach the desk at; registered at the provider letter by letter."""
    return house().settings.base_url + url_for("web.settings_consented")


def _page(mailbox: Mailbox, form: OAuthForm) -> str:
    grant = grant_of(session(), mailbox.id)
    return render_template(
        "settings/mailbox_sign_in.html",
        mailbox=mailbox,
        form=form,
        grant=grant,
        title=TITLES[SignIn(mailbox.sign_in)],
        redirect_uri=redirect_uri(),
        ending=ending_of(mailbox, grant, house().clock.now()) if grant else None,
    )
