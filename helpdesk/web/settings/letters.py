"""All letters to requesters at a glance: which are worded anew, in which language they go, who they are from."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.db import commit, session
from helpdesk.letters.languages import LANGUAGES
from helpdesk.letters.wordings import WHOLE_DESK, WORDED, Place, changed_places
from helpdesk.mailboxes.mailbox import Mailbox, active_mailboxes
from helpdesk.people.permissions import Permission
from helpdesk.policies import LetterPolicy, decide_on, policy
from helpdesk.web import web
from helpdesk.web.access import needs
from helpdesk.web.forms.letters import IdentityForm, LetterPolicyForm
from helpdesk.web.settings.mailboxes import the_mailbox
from helpdesk.web.settings.wording_page import TITLES, address_of


@web.get("/settings/letters")
@needs(Permission.ADMINISTER)
def settings_letters() -> ResponseReturnValue:
    """`mailbox` asks for the letters of one mailbox."""
    number = request.args.get("mailbox", WHOLE_DESK, int)
    mailbox = the_mailbox(number) if number else None
    return _page(LetterPolicyForm(obj=policy(session(), LetterPolicy)), _identity(mailbox), mailbox)


@web.post("/settings/letters")
@needs(Permission.ADMINISTER)
def settings_decide_on_letters() -> ResponseReturnValue:
    form = LetterPolicyForm(request.form)
    if not form.validate():
        return _page(form, None, None), 422
    chosen = LetterPolicy(
        default_language=form.default_language.data,
        time_zone=form.time_zone.data,
        follows_requester=form.follows_requester.data,
    )
    decide_on(session(), chosen)
    commit()
    flash("Saved.", "success")
    return redirect(url_for("web.settings_letters"), 303)


@web.post("/settings/letters/mailboxes/<int:number>")
@needs(Permission.ADMINISTER)
def settings_change_identity(number: int) -> ResponseReturnValue:
    mailbox, form = the_mailbox(number), IdentityForm(request.form)
    if not form.validate():
        return _page(LetterPolicyForm(obj=policy(session(), LetterPolicy)), form, mailbox), 422
    mailbox.display_name, mailbox.sender_name = form.display_name.data or "", form.sender_name.data
    mailbox.footer = (form.footer.data or "").replace("\r\n", "\n").strip()
    commit()
    flash(f"Saved. Letters from {mailbox.address} look like this from now on.", "success")
    return redirect(url_for("web.settings_letters", mailbox=number), 303)


def _identity(mailbox: Mailbox | None) -> IdentityForm | None:
    return IdentityForm(obj=mailbox) if mailbox else None


def _page(form: LetterPolicyForm, identity: IdentityForm | None, mailbox: Mailbox | None) -> str:
    scope = mailbox.id if mailbox else WHOLE_DESK
    return render_template(
        "settings/letters.html",
        form=form,
        identity=identity,
        mailbox=mailbox,
        mailboxes=active_mailboxes(session()),
        languages=LANGUAGES,
        letters=WORDED,
        titles=TITLES,
        changed=changed_places(session()),
        places={(one.value, code): Place(one, code, scope) for one in WORDED for code in LANGUAGES},
        address_of=address_of,
    )
