"""An agent's own page: name, signature, password, API tokens; and signing out."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import logout_user

from helpdesk.db import commit, session
from helpdesk.errors import Invalid
from helpdesk.people.notification import setting_of
from helpdesk.people.permissions import Permission
from helpdesk.people.token import Token, make_token, tokens_of
from helpdesk.web import web
from helpdesk.web.access import agents_only, house, needs, the_agent
from helpdesk.web.forms.profile import ProfileForm, TokenForm
from helpdesk.web.notifications import told_in_words


@web.get("/profile")
@agents_only
def profile() -> ResponseReturnValue:
    return _page(ProfileForm(obj=the_agent()), TokenForm())


@web.post("/profile")
@agents_only
def change_profile() -> ResponseReturnValue:
    agent, form = the_agent(), ProfileForm(request.form)
    if not form.validate():
        return _page(form, TokenForm()), 422
    agent.name, agent.signature = form.name.data, (form.signature.data or "").rstrip()
    commit()
    flash("Saved.", "success")
    return redirect(url_for("web.profile"), 303)


@web.post("/profile/tokens")
@needs(Permission.MAKE_TOKENS)
def make_profile_token() -> ResponseReturnValue:
    """Shows the secret on the answer itself: a redirect would have to keep it somewhere in between."""
    form = TokenForm(request.form)
    if not form.validate():
        return _page(ProfileForm(obj=the_agent()), form), 422
    try:
        token, secret = make_token(
            session(), the_agent(), form.name.data, at=house().clock.now(), lasts_days=int(form.lasts_days.data) or None
        )
    except Invalid as error:
        form.refuse(error)
        return _page(ProfileForm(obj=the_agent()), form), 422
    commit()
    return _page(ProfileForm(obj=the_agent()), TokenForm(), made=token, secret=secret), 201


@web.post("/profile/tokens/<int:number>/revocation")
@agents_only
def revoke_profile_token(number: int) -> ResponseReturnValue:
    token = session().get(Token, number)
    if token is None or token.agent_id != the_agent().id:
        abort(404)
    token.revoked_at = token.revoked_at or house().clock.now()
    commit()
    flash(f"The token “{token.name}” no longer works.", "success")
    return redirect(url_for("web.profile"), 303)


@web.post("/profile/sign-out")
def sign_out() -> ResponseReturnValue:
    logout_user()
    return redirect(url_for("security.login"), 303)


def _page(form: ProfileForm, token_form: TokenForm, *, made: Token | None = None, secret: str = "") -> str:
    return render_template(
        "profile/profile.html",
        form=form,
        token_form=token_form,
        tokens=tokens_of(session(), the_agent()),
        told=told_in_words(the_agent(), setting_of(session(), the_agent())),
        now=house().clock.now(),
        made=made,
        secret=secret,
    )
