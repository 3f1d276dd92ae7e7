"""What the templates of each letter are given. Every letter has the common part; some have more."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from sqlalchemy.orm import Session

from helpdesk.attachments.store import BlobStore
from helpdesk.incidents.incident import Incident
from helpdesk.journal import Event
from helpdesk.letters.addresses import greeting_name, one_line
from helpdesk.letters.kinds import Letter
from helpdesk.letters.links import Answer, confirm_url, tracking_url
from helpdesk.letters.markdown import render
from helpdesk.letters.message_ids import Side
from helpdesk.letters.quoting import excerpt, quote_for
from helpdesk.letters.readers import Planned, unreached
from helpdesk.people.agent import Agent
from helpdesk.settings import Settings

_NO_CAUSE = {"not known", "unknown", "n/a", "none", "-", "?", ""}


@dataclass(frozen=True, slots=True)
class Stationery:
    """What composing needs of the house."""

    settings: Settings
    signing_key: str
    store: BlobStore


@dataclass(frozen=True, slots=True)
class Occasion:
    """One letter to be written: for whom, and what about."""

    session: Session
    stationery: Stationery
    incident: Incident
    event: Event
    planned: Planned


def contents(occasion: Occasion, thread_subject: str) -> dict[str, Any]:
    """Everything the three templates of this letter may name."""
    incident, planned = occasion.incident, occasion.planned
    name = greeting_name(planned.name)
    common = {
        "site_name": one_line(occasion.stationery.settings.site_name),
        "greeting": f"Hello {name}," if name else "Hello,",
        "number": incident.number,
        "subject": incident.subject,
        "thread_subject": thread_subject,
        "link": _link(occasion),
        "requester": one_line(incident.requester.name),
        "actor": one_line(occasion.event.actor_name),
        "service": incident.service.name if incident.service else "",
        "message": "\n".join(excerpt(planned.entry.text)) if planned.entry else "",
    }
    more = _MORE.get(planned.letter)
    return common | (more(occasion) if more else {})


def _link(occasion: Occasion) -> str:
    """Agents go to the desk, the requester to their own page; who is only copied has none."""
    incident, planned = occasion.incident, occasion.planned
    base = occasion.stationery.settings.base_url
    if planned.letter.side is Side.AGENT:
        return f"{base}/incidents/{incident.id}"
    if planned.address not in {one.address for one in incident.requester.addresses}:
        return ""
    return tracking_url(base, occasion.stationery.signing_key, incident.id, incident.requester_id)


def _reply(occasion: Occasion) -> dict[str, Any]:
    entry = occasion.planned.entry
    if entry is None:
        raise LookupError(f"event {occasion.event.id} of {occasion.incident.number} names no reply that is there")
    agent = occasion.session.get(Agent, entry.author_id) if entry.author_kind == "agent" else None
    return {
        "text": entry.text,
        "html": _html(entry.text),
        "signature": agent.signature.strip() if agent else "",
        "quote": quote_for(occasion.session, entry),
        "attachments": [one_line(one.filename) for one in entry.attachments],
    }


def _resolution(occasion: Occasion) -> dict[str, Any]:
    data, incident, stationery = occasion.event.data, occasion.incident, occasion.stationery

    def url(answer: Answer) -> str:
        base, key, sequence = stationery.settings.base_url, stationery.signing_key, occasion.event.sequence
        return confirm_url(base, key, incident.id, incident.requester_id, sequence, answer)

    cause = "" if data["cause"].strip(" .").lower() in _NO_CAUSE else data["cause"]
    return {
        "fix": data["resolution"],
        "fix_html": _html(data["resolution"]),
        "cause": cause,
        "cause_html": _html(cause),
        "yes_url": url(Answer.YES),
        "no_url": url(Answer.NO),
    }


def _reopened(occasion: Occasion) -> dict[str, Any]:
    return {"reason": str(occasion.event.data.get("reason", ""))}


def _assigned(occasion: Occasion) -> dict[str, Any]:
    incident = occasion.incident
    return {"team": incident.team.name if incident.team and not incident.assignee else ""}


def _undelivered(occasion: Occasion) -> dict[str, Any]:
    data = occasion.event.data
    said = data.get("answer") or f"{data.get('status') or ''} {data.get('diagnostic') or ''}"
    return {
        "recipient": one_line(", ".join(unreached(occasion.event))) or "its reader",
        "answer": one_line(str(said)) or "nothing more",
    }


def _html(markdown: str) -> Markup:
    return Markup(render(markdown, keep_line_breaks=True))  # noqa: S704  # nh3 went over it


_MORE: dict[Letter, Callable[[Occasion], dict[str, Any]]] = {
    Letter.REPLY: _reply,
    Letter.RESOLUTION: _resolution,
    Letter.AGENT_REOPENED: _reopened,
    Letter.AGENT_ASSIGNED: _assigned,
    Letter.AGENT_DELIVERY_FAILED: _undelivered,
}
