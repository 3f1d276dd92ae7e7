"""What agents write: replies to the requester, notes among colleagues."""

from dataclasses import replace
from datetime import timedelta

from flask import abort

from helpdesk.api.access import actor, house, incident_to_change, the_incident
from helpdesk.api.v1 import api
from helpdesk.api.v1.answering import etag
from helpdesk.api.v1.idempotency import made, made_before
from helpdesk.api.v1.incident_answers import EntryShown
from helpdesk.api.v1.incident_bodies import NewEntry, NewReply
from helpdesk.api.v1.openapi import RepeatableChange, operation
from helpdesk.db import commit, session
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.mentions import note as mention_in_note
from helpdesk.incidents.recipients import Line, chosen, confirm, on_line, recipients_of
from helpdesk.incidents.thread import Entry, Words
from helpdesk.letters.markdown import render
from helpdesk.letters.weight import check_weight
from helpdesk.policies import MailPolicy, policy
from helpdesk.reactions.notify import sending_mailbox

Answer = tuple[EntryShown, int, dict[str, str]]


@api.post("/incidents/<int:number>/replies")
@operation("Thread", EntryShown, 201, headers=RepeatableChange, problems=(403, 404, 409, 412), repeated=True)
def write_reply(number: int, json: NewReply) -> Answer:
    """Reply to the requester

    Sent as a letter in the requester's own mail thread, after the seconds in which it can be called back on the page.
    The first reply opens a new incident. A copy to somebody new must be confirmed.
    """
    earlier = made_before()
    if earlier:
        return _again(number, earlier)
    found = incident_to_change(number)
    at, undo_seconds = house().clock.now(), policy(session(), MailPolicy).undo_send_seconds
    send_at = at + timedelta(seconds=undo_seconds) if undo_seconds else None
    return _written(found, found.reply(_addressed(found, json), by=actor(), at=at, send_at=send_at))


@api.post("/incidents/<int:number>/notes")
@operation("Thread", EntryShown, 201, headers=RepeatableChange, problems=(403, 404, 409, 412), repeated=True)
def write_note(number: int, json: NewEntry) -> Answer:
    """Write a note

    For colleagues only; never sent to the requester.
    """
    earlier = made_before()
    if earlier:
        return _again(number, earlier)
    found = incident_to_change(number)
    return _written(found, mention_in_note(session(), found, _words(json), by=actor(), at=house().clock.now())[0])


def _words(json: NewEntry) -> Words:
    return Words(text=json.text, html=render(json.text, keep_line_breaks=True))


def _addressed(incident: Incident, json: NewReply) -> Words:
    words = _words(json)
    check_weight(session(), sending_mailbox(session(), incident), words.text, ())
    if json.cc is None:
        return words
    to = on_line(recipients_of(session(), incident), Line.TO)
    recipients = chosen(session(), incident, to, json.cc)
    if not json.confirmed:
        confirm(recipients, ())
    return replace(words, to=on_line(recipients, Line.TO), cc=on_line(recipients, Line.CC))


def _written(incident: Incident, entry: Entry) -> Answer:
    made(entry.id)
    session().flush()
    answer = EntryShown.of(entry), 201, etag(incident)
    commit()
    return answer


def _again(number: int, earlier: int) -> Answer:
    found = the_incident(number)
    entry = next((one for one in found.entries if one.id == earlier), None)
    if entry is None:
        abort(404, "What the first call with this Idempotency-Key wrote is no longer there.")
    return EntryShown.of(entry), 200, etag(found)
