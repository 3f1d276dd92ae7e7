"""Puts the page of one incident together: thread, timeline, side panel, composer. Asked by every view that shows
it, also when a reply has to be shown again."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from helpdesk.attachments import Attachment
from helpdesk.db import session
from helpdesk.incidents.canned_replies import CannedReply
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.lifecycle import Verb, verbs_from
from helpdesk.incidents.merge import merged_now
from helpdesk.incidents.queries import neighbours
from helpdesk.incidents.recipients import Recipient, recipients_of
from helpdesk.incidents.reply_drafts import DraftsHere, ReplyDraft
from helpdesk.journal import Event, history
from helpdesk.people.address_health import trouble_of
from helpdesk.web import live, wording  # noqa: F401 - wording: the filters of the templates
from helpdesk.web.access import actor, house, the_agent, the_viewer
from helpdesk.web.draft_box import here, inputs_of
from helpdesk.web.enclosures import references
from helpdesk.web.leaving import CHOICES
from helpdesk.web.letters_shown import ON_ITS_WAY, letters_shown
from helpdesk.web.panel_order import panels_of
from helpdesk.web.status_choices import has_statuses, next_states, plain_moves
from helpdesk.web.submissions import new_key
from helpdesk.web.thread_facts import entries_of, thread_facts
from helpdesk.web.timeline import Happening, in_words


@dataclass
class Composer:
    """What stands in the reply box: empty, a fix to be sent, or what somebody typed and could not be taken yet."""

    text: str = ""
    kind: str = "reply"
    next_state: str = ""
    errors: tuple[str, ...] = ()
    files: Sequence[Attachment] = ()
    since: list[Event] = field(default_factory=list)
    said: str = ""
    recipients: list[Recipient] | None = None
    confirmed: tuple[str, ...] = ()
    to_confirm: bool = False
    leaves: str = ""
    leaves_at: str = ""
    unless_answered: bool = False
    minutes: str = ""
    happened_at: str = ""
    is_brought_back: bool = False
    # The canned replies in it by number, and those to choose from where a script does not offer them.
    canned: tuple[int, ...] = ()
    canned_choices: Sequence[CannedReply] | None = None
    drafts: DraftsHere | None = None
    # The draft that the box shows: the one which is saved next is on top of it.
    draft_version: int = 0
    is_restored: bool = False

    @property
    def meanwhile(self) -> list[Happening]:
        return [in_words(event) for event in self.since]

    @property
    def kept(self) -> list[tuple[str, str]]:
        return references(self.files)


def show(incident: Incident, composer: Composer | None = None, status: int = 200) -> ResponseReturnValue:
    composer = composer or Composer()
    composer.drafts = here(incident)
    own = composer.drafts.own
    if status == 200 and own is not None:
        composer = _with_draft(incident, composer, own)
    if composer.recipients is None:
        composer.recipients = recipients_of(session(), incident)
    readers = [one.address for one in composer.recipients]
    page = facts(incident, readers) | {"composer": composer, "departures": CHOICES}
    return render_template("incidents/incident.html", **page), status


def _with_draft(incident: Incident, composer: Composer, own: ReplyDraft) -> Composer:
    """The draft in the empty box; what was called back comes before what was begun since."""
    composer.draft_version = own.version
    if composer.is_brought_back and own.text.strip() not in composer.text:
        composer.text = f"{composer.text}\n\n{own.text}"
    elif not composer.text and composer.canned_choices is None:
        return replace(composer, **inputs_of(own, incident), is_restored=True)
    return composer


def _verbs(incident: Incident) -> frozenset[Verb]:
    """What can be done from here; another status only where there is one."""
    verbs = verbs_from(incident.current, actor())
    has_more = has_statuses(session()) and plain_moves(incident, verbs)
    return verbs if has_more else verbs - {Verb.SET_STATUS}


def facts(incident: Incident, readers: Sequence[str] = ()) -> dict[str, Any]:
    """All that the page tells, and its fragments. `readers`: the addresses of the composer, where there is one."""
    events = history(session(), incident.record_kind, incident.id)
    beside = neighbours(session(), the_viewer(), incident)
    merged = merged_now(events)
    entries = entries_of(incident, merged.values())
    letters = letters_shown(entries, house().clock.now())
    verbs = _verbs(incident)
    addresses = {*readers, *(one.address for one in incident.requester.addresses)}
    return {
        "incident": incident,
        **thread_facts(incident, entries, events, merged, letters),
        "trouble": trouble_of(session(), sorted(addresses)),
        "seen": events[-1].sequence if events else 0,
        "on_their_way": any(one.badge in ON_ITS_WAY for one in letters.values()),
        "links": [one for one in beside if one.link_id is not None],
        "others": [one for one in beside if one.link_id is None],
        "verbs": verbs,
        "next_states": next_states(incident),
        "can_take": incident.is_open and incident.assignee_id != the_agent().id,
        "key": new_key(),
        "panels": panels_of(incident, events),
        "poll_seconds": live.poll_seconds(),
    }
