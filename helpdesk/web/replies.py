"""Replies, to whom they go and when they leave, and what becomes of the incident after one."""

from datetime import timedelta

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.attachments import Attachment
from helpdesk.db import db, session
from helpdesk.errors import Conflict, Invalid
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.recipients import Line, Recipient, Unconfirmed, confirm, on_line
from helpdesk.incidents.thread import Entry, Words
from helpdesk.incidents.watching import REPLIED, watch_by_habit
from helpdesk.journal import EventKind
from helpdesk.letters.markdown import render
from helpdesk.letters.weight import check_weight
from helpdesk.people.permissions import Permission
from helpdesk.policies import MailPolicy, policy
from helpdesk.reactions.notify import sending_mailbox
from helpdesk.web import web
from helpdesk.web.access import actor, house, needs, the_agent
from helpdesk.web.changing import incident_to_change, meanwhile
from helpdesk.web.enclosures import enclosed
from helpdesk.web.forms.incident import RESOLVE, WAIT, WritingForm
from helpdesk.web.incident_page import Composer, show
from helpdesk.web.leaving import in_words, leaves_at
from helpdesk.web.recipients import chosen_in
from helpdesk.web.status_choices import chosen_after_reply, move_after_reply
from helpdesk.web.submissions import done, once
from helpdesk.web.taken import canned_in, end_draft, number_in, taken
from helpdesk.web.time_spent import spent_with

# Who answers wants to know that a colleague answered, or the requester wrote, since the page was loaded.
COMPETING = (EventKind.REPLIED, EventKind.RECEIVED)


@web.post("/incidents/<int:number>/replies")
@needs(Permission.WORK_INCIDENTS)
@once
def reply(number: int) -> ResponseReturnValue:
    incident, form, files = incident_to_change(number), WritingForm(request.form), enclosed()
    composer = composer_in(form, files)
    try:
        composer.recipients = chosen_in(incident, request.form)
        composer.since = meanwhile(number, form.seen_sequence, COMPETING)
        if composer.since:
            return show(incident, composer, 409)
        confirm(composer.recipients, composer.confirmed)
        entry = _write(incident, form, files, composer.recipients)
        watch_by_habit(incident, the_agent(), REPLIED, by=actor(), at=entry.at)
        spent_with(incident, form.minutes.data or "", "Reply")
    except (Invalid, Conflict) as error:
        composer.to_confirm = isinstance(error, Unconfirmed)
        return written_again(number, composer, error)
    taken(number)
    return done(_next(number, entry, form))


def composer_in(form: WritingForm, files: tuple[Attachment, ...]) -> Composer:
    """The box as it was sent, to be shown again."""
    return Composer(
        canned=canned_in(request.form),
        draft_version=number_in(request.form.get("draft_version")),
        text=form.text.data or "",
        next_state=form.next_state.data or "",
        files=files,
        confirmed=tuple(request.form.getlist("confirmed")),
        leaves=form.leaves.data or "",
        leaves_at=form.leaves_at.data or "",
        unless_answered=bool(form.unless_answered.data),
        minutes=form.minutes.data or "",
    )


def _write(incident: Incident, form: WritingForm, files: tuple[Attachment, ...], recipients: list[Recipient]) -> Entry:
    at, text = house().clock.now(), form.text.data or ""
    check_weight(session(), sending_mailbox(session(), incident), text, files)
    later = leaves_at(form.leaves.data or "", form.leaves_at.data or "", form.zone.data or "", at)
    undo_seconds = policy(session(), MailPolicy).undo_send_seconds
    at_once = at + timedelta(seconds=undo_seconds) if undo_seconds else None
    words = Words(
        text=text,
        html=render(text, keep_line_breaks=True),
        attachments=files,
        to=on_line(recipients, Line.TO),
        cc=on_line(recipients, Line.CC),
        features=end_draft(incident.id, text),
    )
    entry = incident.reply(
        words,
        by=actor(),
        at=at,
        send_at=later or at_once,
        unless_answered=later is not None and bool(form.unless_answered.data),
    )
    if form.next_state.data == WAIT:
        incident.wait_for_requester(by=actor(), at=at)
    elif entered := chosen_after_reply(form.next_state.data):
        move_after_reply(incident, entered, at)
    return entry


def _next(number: int, entry: Entry, form: WritingForm) -> str:
    tell_departure(entry, "Your reply", form.zone.data or "")
    if form.next_state.data == RESOLVE:
        return url_for("web.resolution", number=number, entry=entry.id)
    return url_for("web.incident", number=number, _anchor=f"entry-{entry.id}")


def tell_departure(entry: Entry, what: str, zone: str) -> None:
    """Says when a letter leaves, with the button that calls it back."""
    if entry.send_at is None:
        flash(f"{what} is sent.", "success")
        return
    seconds = round((entry.send_at - entry.at).total_seconds())
    when = f"in {seconds} s" if seconds <= 600 else in_words(entry.send_at, zone)
    url = url_for("web.withdraw_letter", number=entry.incident_id, entry_id=entry.id)
    flash({"text": f"{what} leaves {when}.", "action": "Undo", "action_url": url}, "success")  # type: ignore[arg-type]  # toasts.html knows it


def written_again(number: int, composer: Composer, error: Invalid | Conflict) -> ResponseReturnValue:
    """The incident with what was typed still in the box, and why it was not taken."""
    db.session.rollback()
    if isinstance(error, Invalid):
        composer.errors = (str(error),)
        return show(incident_to_change(number), composer, 422)
    composer.said = str(error)
    return show(incident_to_change(number), composer, 409)
