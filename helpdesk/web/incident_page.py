"""Puts the page of one incident together: thread, timeline, side panel, composer. Asked by every view that shows
it, also when a reply has to be shown again."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from helpdesk.attachments import Attachment
from helpdesk.db import session
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.lifecycle import verbs_from
from helpdesk.incidents.queries import neighbours
from helpdesk.journal import Event, history
from helpdesk.letters.delivery import Delivery, DeliveryState, deliveries_of_entries
from helpdesk.web import live, wording  # noqa: F401 - wording: the filters of the templates
from helpdesk.web.access import actor, house, the_agent, the_viewer
from helpdesk.web.enclosures import references
from helpdesk.web.forms.incident import NEXT_STATES
from helpdesk.web.submissions import new_key
from helpdesk.web.timeline import Happening, in_words, woven

# What agents read on a reply of the states a delivery can be in; the first of these decides for several readers.
DELIVERY_BADGES = {
    DeliveryState.BOUNCED: "bounced",
    DeliveryState.FAILED: "failed",
    DeliveryState.DEFERRED: "retrying",
    DeliveryState.SENDING: "sending",
    DeliveryState.QUEUED: "queued",
    DeliveryState.SENT: "sent",
    DeliveryState.SUPPRESSED: "withdrawn",
}


# While a reply is one of these, the page looks again by itself: a delivery is no event that would tell it.
ON_ITS_WAY = frozenset({"queued", "sending"})
JUST_NOW_MINUTES = 10


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

    @property
    def meanwhile(self) -> list[Happening]:
        return [in_words(event) for event in self.since]

    @property
    def kept(self) -> list[tuple[str, str]]:
        return references(self.files)


def show(incident: Incident, composer: Composer | None = None, status: int = 200) -> ResponseReturnValue:
    return render_template("incidents/incident.html", **facts(incident), composer=composer or Composer()), status


def facts(incident: Incident) -> dict[str, Any]:
    """All that the page tells, and its fragments."""
    events = history(session(), incident.record_kind, incident.id)
    beside = neighbours(session(), the_viewer(), incident)
    deliveries = _delivered(incident)
    return {
        "incident": incident,
        "items": woven(incident.entries, events),
        "seen": events[-1].sequence if events else 0,
        "deliveries": deliveries,
        "on_their_way": any(badge in ON_ITS_WAY for badge, _ in deliveries.values()),
        "links": [one for one in beside if one.link_id is not None],
        "others": [one for one in beside if one.link_id is None],
        "verbs": verbs_from(incident.current, actor()),
        "next_states": NEXT_STATES,
        "can_take": incident.is_open and incident.assignee_id != the_agent().id,
        "key": new_key(),
        "poll_seconds": live.poll_seconds(),
    }


def _delivered(incident: Incident) -> dict[int, tuple[str, str]]:
    """The badge of each reply. One that was written just now has no letter yet: the worker is about to make it."""
    replies = [entry for entry in incident.entries if entry.kind == "reply"]
    since = house().clock.now() - timedelta(minutes=JUST_NOW_MINUTES)
    fresh = {entry.id: ("queued", "") for entry in replies if entry.at > since}
    made = deliveries_of_entries(session(), [entry.id for entry in replies]) if replies else {}
    return fresh | _badges(made)


def _badges(deliveries: dict[int, list[Delivery]]) -> dict[int, tuple[str, str]]:
    """(badge, what the mail servers said) for each entry; the worst news of several readers first."""
    order = list(DELIVERY_BADGES)
    found = {}
    for entry_id, rows in deliveries.items():
        worst = min(rows, key=lambda row: order.index(DeliveryState(row.state)))
        said = "\n".join(f"{row.recipient}: {row.answer or row.state}" for row in rows)
        found[entry_id] = (DELIVERY_BADGES[DeliveryState(worst.state)], said)
    return found
