"""Asking somebody outside the thread, unseen by the requester: the form, and the letter it becomes."""

from datetime import timedelta

from flask import request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from helpdesk.db import session
from helpdesk.errors import Invalid
from helpdesk.incidents.consulting import can_be_included, consult
from helpdesk.incidents.incident import SUBJECT_LENGTH_MAX, Incident
from helpdesk.incidents.participants import third_parties
from helpdesk.incidents.thread import Entry, EntryKind, Words
from helpdesk.letters.markdown import render
from helpdesk.letters.weight import check_weight
from helpdesk.people.permissions import Permission
from helpdesk.policies import MailPolicy, policy
from helpdesk.reactions.notify import sending_mailbox
from helpdesk.web import web
from helpdesk.web.access import actor, agents_only, house, needs, the_incident
from helpdesk.web.changing import Change, incident_to_change
from helpdesk.web.forms import options
from helpdesk.web.forms.incident import ChangeForm
from helpdesk.web.recipients import addresses_in
from helpdesk.web.replies import tell_departure
from helpdesk.web.submissions import once

TEXT_LENGTH_MAX = 100_000
PREVIEW_LENGTH = 70
ASK = Change(
    "Ask somebody outside",
    "Ask",
    "eye-off",
    frozenset(),
    "The requester sees neither your question nor the answer. Whom you ask sees your text, and of the thread nothing "
    "but what you tick here.",
)


class ConsultationForm(ChangeForm):
    address = StringField(
        "Ask whom",
        [InputRequired("Say whom to ask: a mail address."), Length(max=2000)],
        description="Several addresses with commas; each gets a letter of their own.",
        render_kw={"placeholder": "name@example.org", "autocomplete": "off"},
    )
    subject = StringField(
        "Subject",
        [Optional(), Length(max=SUBJECT_LENGTH_MAX)],
        description="They read this: leave out what is private.",
    )
    text = TextAreaField("Question", [InputRequired("Write what you want to ask."), Length(max=TEXT_LENGTH_MAX)])
    included = SelectMultipleField(
        "Show them", coerce=int, validators=[Optional()], option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False), description="Nothing is shown unless you tick it.",
    )  # fmt: skip
    with_files = BooleanField("With the files of what is ticked")


@web.get("/incidents/<int:number>/consultation")
@agents_only
def consultation(number: int) -> ResponseReturnValue:
    found = the_incident(number)
    return ASK.page(found, _filled(found))


@web.post("/incidents/<int:number>/consultation")
@needs(Permission.WORK_INCIDENTS)
@once
def ask(number: int) -> ResponseReturnValue:
    found = incident_to_change(number)
    form = _offering(found, ConsultationForm(request.form))

    def verb() -> None:
        tell_departure(_ask(found, form), "Your question", "")

    return ASK.carry_out(found, form, verb, goes_to=url_for("web.incident", number=number))


def _ask(found: Incident, form: ConsultationForm) -> Entry:
    at, text = house().clock.now(), form.text.data or ""
    undo_seconds = policy(session(), MailPolicy).undo_send_seconds
    entry = consult(
        session(),
        found,
        Words(text=text, html=render(text, keep_line_breaks=True), to=tuple(addresses_in(form.address.data or ""))),
        form.subject.data or "",
        [entry for entry in can_be_included(found) if entry.id in (form.included.data or ())],
        by=actor(),
        at=at,
        with_files=bool(form.with_files.data),
        send_at=at + timedelta(seconds=undo_seconds) if undo_seconds else None,
    )
    try:
        check_weight(session(), sending_mailbox(session(), found), text + entry.quoted, entry.attachments)
    except Invalid as error:
        raise Invalid(str(error), field="with_files") from error
    return entry


def _filled(found: Incident) -> ConsultationForm:
    """Empty, or with a question that was called back."""
    number = request.args.get("again", type=int)
    entry = session().get(Entry, number) if number else None
    if entry is None or entry.incident_id != found.id or entry.kind != EntryKind.CONSULTATION.value:
        known = third_parties(found)
        return _offering(found, ConsultationForm(subject=found.subject, address=", ".join(known)))
    subject = str(entry.features.get("subject", ""))
    return _offering(found, ConsultationForm(address=", ".join(entry.to), subject=subject, text=entry.text))


def _offering(found: Incident, form: ConsultationForm) -> ConsultationForm:
    rows = ((entry.id, f"{entry.author_name}: {_preview(entry)}") for entry in can_be_included(found))
    form.included.choices = options(rows)
    return form


def _preview(entry: Entry) -> str:
    line = " ".join(entry.text.split())
    return line if len(line) <= PREVIEW_LENGTH else f"{line[:PREVIEW_LENGTH]}…"
