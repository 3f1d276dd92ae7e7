"""Letters on their way: called back, put off or let go before they leave; sent again or stopped afterwards."""

from collections.abc import Callable

from flask import abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, HiddenField, SelectField, StringField
from wtforms.validators import Optional

from helpdesk.db import db, session
from helpdesk.errors import Conflict, Refused
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.recipients import Recipient, chosen
from helpdesk.incidents.sending import put_off, withdraw
from helpdesk.incidents.thread import Entry, EntryKind
from helpdesk.letters.delivery import Delivery
from helpdesk.people.permissions import Permission
from helpdesk.reactions import resending
from helpdesk.web import web
from helpdesk.web.access import actor, agents_only, house, needs, the_incident
from helpdesk.web.changing import Change, incident_to_change
from helpdesk.web.forms import options
from helpdesk.web.forms.incident import ChangeForm
from helpdesk.web.incident_page import Composer
from helpdesk.web.leaving import CHOICES, CHOSEN, HOUR, in_words, leaves_at
from helpdesk.web.letters_shown import WRITTEN
from helpdesk.web.submissions import done, go, once

PUT_OFF = Change("When it leaves", "Change", "clock")


class TimeForm(ChangeForm):
    leaves = SelectField("When", choices=options(CHOICES), default=HOUR, validators=[Optional()])
    leaves_at = StringField(
        "At", description="Only needed for “Send at…”.", validators=[Optional()], render_kw={"type": "datetime-local"}
    )
    unless_answered = BooleanField("Not if they answer first")
    zone = HiddenField(render_kw={"data-zone": ""})


@web.post("/incidents/<int:number>/letters/<int:entry_id>/withdrawal")
@needs(Permission.WORK_INCIDENTS)
def withdraw_letter(number: int, entry_id: int) -> ResponseReturnValue:
    """Undo: the text is in the composer again."""
    found = incident_to_change(number)
    entry = _letter(found, entry_id)
    try:
        resumed = withdraw(session(), entry, by=actor(), at=house().clock.now())
    except Conflict as error:
        return _too_late(error, number, entry_id)
    flash(_withdrawn_in_words(entry.incident, resumed), "success")
    if entry.kind == EntryKind.CONSULTATION.value:
        return done(url_for("web.consultation", number=number, again=entry_id))
    return done(url_for("web.incident", number=number, again=entry_id, _anchor="composer"))


def _withdrawn_in_words(incident: Incident, resumed: bool) -> str:
    said = "Called back: nothing was sent, and your text is in the box again."
    if resumed:
        return f"{said} {incident.number} is open again."
    return said if incident.is_open else f"{said} {incident.number} stays {incident.current.label.lower()}."


@web.post("/incidents/<int:number>/letters/<int:entry_id>/departure")
@needs(Permission.WORK_INCIDENTS)
def send_letter_now(number: int, entry_id: int) -> ResponseReturnValue:
    entry, now = _letter(incident_to_change(number), entry_id), house().clock.now()
    try:
        put_off(session(), entry, now, entry.unless_answered, by=actor(), at=now)
    except Conflict as error:
        return _too_late(error, number, entry_id)
    flash("It leaves now.", "success")
    return done(_back(number, entry_id))


@web.get("/incidents/<int:number>/letters/<int:entry_id>/time")
@agents_only
def letter_time(number: int, entry_id: int) -> ResponseReturnValue:
    found = the_incident(number)
    entry = _letter(found, entry_id)
    return PUT_OFF.page(found, TimeForm(unless_answered=entry.unless_answered))


@web.post("/incidents/<int:number>/letters/<int:entry_id>/time")
@needs(Permission.WORK_INCIDENTS)
@once
def change_letter_time(number: int, entry_id: int) -> ResponseReturnValue:
    found, form, now = incident_to_change(number), TimeForm(request.form), house().clock.now()
    entry = _letter(found, entry_id)

    def verb() -> None:
        moment = leaves_at(form.leaves.data or "", form.leaves_at.data or "", form.zone.data or "", now) or now
        put_off(session(), entry, moment, bool(form.unless_answered.data), by=actor(), at=now)
        flash(f"It leaves {in_words(moment, form.zone.data or '')}.", "success")

    return PUT_OFF.carry_out(found, form, verb)


@web.post("/deliveries/<int:delivery_id>/repetition")
@needs(Permission.WORK_INCIDENTS)
def send_again(delivery_id: int) -> ResponseReturnValue:
    return _act(
        delivery_id,
        lambda one: resending.send_again(session(), one, now=house().clock.now(), by=actor()),
        "It is sent once more.",
    )


@web.post("/deliveries/<int:delivery_id>/departure")
@needs(Permission.WORK_INCIDENTS)
def send_now(delivery_id: int) -> ResponseReturnValue:
    return _act(
        delivery_id, lambda one: resending.send_now(session(), one, now=house().clock.now()), "It is tried again now."
    )


@web.post("/deliveries/<int:delivery_id>/withdrawal")
@needs(Permission.WORK_INCIDENTS)
def stop_delivery(delivery_id: int) -> ResponseReturnValue:
    return _act(
        delivery_id,
        lambda one: resending.stop(session(), one, by=actor(), now=house().clock.now()),
        "It is not sent to them.",
    )


@web.post("/deliveries/<int:delivery_id>/arrival")
@needs(Permission.WORK_INCIDENTS)
def it_arrived(delivery_id: int) -> ResponseReturnValue:
    return _act(
        delivery_id,
        lambda one: resending.arrived(session(), one, by=actor(), now=house().clock.now()),
        "Noted: it arrived.",
    )


def _act(delivery_id: int, verb: Callable[[Delivery], object], said: str) -> ResponseReturnValue:
    delivery = session().get(Delivery, delivery_id)
    if delivery is None or delivery.incident_id is None:
        abort(404)
    number, entry_id = incident_to_change(delivery.incident_id).id, delivery.entry_id
    try:
        verb(delivery)
    except Conflict as error:
        return _too_late(error, number, entry_id)
    flash(said, "success")
    return done(_back(number, entry_id))


def _letter(found: Incident, entry_id: int) -> Entry:
    """A letter of this incident, or of one that was merged into it; else 404."""
    entry = session().get(Entry, entry_id)
    if entry is None or entry.kind not in WRITTEN:
        abort(404)
    if found.id not in (entry.incident_id, entry.incident.merged_into_id):
        abort(404)
    return entry


def _too_late(error: Conflict, number: int, entry_id: int | None) -> ResponseReturnValue:
    db.session.rollback()
    flash(str(error), "warning")
    return go(_back(number, entry_id))


def _back(number: int, entry_id: int | None) -> str:
    """Where the button was: the outbox, in the view it showed, or the thread."""
    view = request.form.get("outbox", "")
    if view:
        return url_for("web.outbox", view=view, whose=request.form.get("whose") or None)
    return url_for("web.incident", number=number, _anchor=f"entry-{entry_id}" if entry_id else None)


def brought_back(found: Incident) -> Composer:
    """The composer with what was called back before it left; empty when nothing was."""
    number = request.args.get("again", type=int)
    entry = session().get(Entry, number) if number else None
    mine = entry is not None and found.id in (entry.incident_id, entry.incident.merged_into_id)
    if entry is None or not mine or entry.kind != EntryKind.REPLY.value or entry.withdrawn_at is None:
        return Composer()
    later = entry.send_at is not None and entry.send_at > house().clock.now() and entry.unless_answered
    return Composer(
        text=entry.text,
        files=entry.attachments,
        recipients=_as_before(found, entry),
        leaves=CHOSEN if later else "",
        leaves_at=entry.send_at.strftime("%Y-%m-%dT%H:%M") if later and entry.send_at else "",
        unless_answered=entry.unless_answered,
        is_brought_back=True,
    )


def _as_before(found: Incident, entry: Entry) -> list[Recipient] | None:
    try:
        return chosen(session(), found, entry.to, entry.cc)
    except Refused:
        return None
