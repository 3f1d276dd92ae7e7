"""What an agent decides about one held mail: each a POST of its own. Of two at once the second is told."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.db import commit, db, session
from helpdesk.errors import Conflict, Invalid
from helpdesk.incidents.incident import NUMBER_PREFIX
from helpdesk.incidents.queries import incident_for
from helpdesk.people.permissions import Permission
from helpdesk.web import web
from helpdesk.web.access import actor, house, needs, the_viewer
from helpdesk.web.forms.held import AcceptForm, AttachForm, SenderForm
from helpdesk.web.held import NUMBER, held_page, held_row
from intake import held as verbs
from intake.filing import Filed
from intake.held import Person
from intake.ledger import LedgerRow, LedgerState
from intake.senders import SenderVerdict, decide_on_sender


@web.post("/held/<int:number>/acceptance")
@needs(Permission.HANDLE_HELD_MAIL)
def accept_held(number: int) -> ResponseReturnValue:
    row, form = held_row(number), AcceptForm(request.form)
    if not form.validate():
        return held_page(row, accept=form), 422
    try:
        filed = verbs.accept(session(), house(), row, by=actor(), at=house().clock.now(), requester=_other(row, form))
    except Invalid as error:
        db.session.rollback()
        form.refuse(error)
        return held_page(held_row(number), accept=form), 422
    return _went(filed, "Filed as {}.")


@web.post("/held/<int:number>/attachment_to")
@needs(Permission.HANDLE_HELD_MAIL)
def attach_held(number: int) -> ResponseReturnValue:
    row, form = held_row(number), AttachForm(request.form)
    named = NUMBER.fullmatch(form.incident.data or "")
    incident = incident_for(session(), the_viewer(), int(named[1])) if named else None
    if form.validate() and incident is None:
        form.incident.errors = ["There is no incident of this number that you can see."]
    if incident is None:
        return held_page(row, attach=form), 422
    filed = verbs.attach_to(
        session(),
        house(),
        row,
        incident,
        by=actor(),
        at=house().clock.now(),
        takes_part=form.takes_part.data,
    )
    return _went(filed, "Attached to {}.")


@web.post("/held/<int:number>/discard")
@needs(Permission.HANDLE_HELD_MAIL)
def discard_held(number: int) -> ResponseReturnValue:
    verbs.discard(session(), held_row(number), by=actor(), at=house().clock.now())
    commit()
    undo = url_for("web.restore_held_mails", mail=number)
    flash({"text": "Put away. The mail itself is kept.", "action": "Undo", "action_url": undo}, "message")  # type: ignore[arg-type]  # a toast
    return redirect(url_for("web.held"), 303)


@web.post("/held/<int:number>/restoration")
@needs(Permission.HANDLE_HELD_MAIL)
def restore_held(number: int) -> ResponseReturnValue:
    verbs.take_back(session(), held_row(number), by=actor(), at=house().clock.now())
    commit()
    flash("It is held again.", "success")
    return redirect(url_for("web.held_mail", number=number), 303)


@web.post("/held/<int:number>/parse_again")
@needs(Permission.HANDLE_HELD_MAIL)
def parse_held_again(number: int) -> ResponseReturnValue:
    filed = verbs.parse_again(session(), house(), held_row(number), by=actor(), at=house().clock.now())
    if filed.state is LedgerState.HELD:
        flash("It is still held, for the reason given here.", "message")
        return redirect(url_for("web.held_mail", number=number), 303)
    return _went(filed, "Filed in {}.")


@web.post("/held/<int:number>/fetching")
@needs(Permission.HANDLE_HELD_MAIL)
def fetch_held(number: int) -> ResponseReturnValue:
    verbs.fetch_all_the_same(session(), held_row(number), by=actor(), at=house().clock.now())
    commit()
    flash("It is being fetched. Look again in a moment: it will be filed, or say why not.", "message")
    return redirect(url_for("web.held_mail", number=number), 303)


@web.post("/held/<int:number>/sender")
@needs(Permission.HANDLE_HELD_MAIL)
def decide_on_held_sender(number: int) -> ResponseReturnValue:
    row, form = held_row(number), SenderForm(request.form)
    verdict = SenderVerdict.BLOCK if form.verdict.data == "block" else SenderVerdict.ALLOW
    place = f"@{row.sender.rpartition('@')[2]}" if form.scope.data == "domain" else row.sender
    note = f"Decided on a held mail: {row.subject}" if row.subject else "Decided on a held mail."
    try:
        rule = decide_on_sender(session(), place, verdict, by=actor(), at=house().clock.now(), note=note)
    except Invalid as error:
        db.session.rollback()
        raise Conflict(str(error)) from error
    commit()
    flash(_decided_on(rule.address, verdict), "success")
    return redirect(url_for("web.held_mail", number=number), 303)


def _decided_on(place: str, verdict: SenderVerdict) -> str:
    if verdict is SenderVerdict.BLOCK:
        return f"From now on mail from {place} is held as blocked."
    return f"From now on mail from {place} comes in. Look at this one again to have it filed."


def _other(row: LedgerRow, form: AcceptForm) -> Person | None:
    """Whom the agent named, where that is not the sender anyway."""
    address = (form.address.data or "").strip()
    if not address or address.lower() == row.sender.lower():
        return None
    return Person(address, form.name.data or "")


def _went(filed: Filed, wording: str) -> ResponseReturnValue:
    if filed.incident_id is None or filed.state is not LedgerState.FILED:
        flash(filed.reason or "It needed no incident.", "message")
        return redirect(url_for("web.held"), 303)
    flash(wording.format(f"{NUMBER_PREFIX}{filed.incident_id}"), "success")
    return redirect(url_for("web.incident", number=filed.incident_id), 303)
