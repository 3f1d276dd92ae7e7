"""What rules may ask of an incident: a flat set of facts, as they are now or as they were at one of its events.

A fact's value is None where there is nothing (no team), a tuple where there may be several (tags, category and what
is above it)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.incidents.incident import Incident
from helpdesk.incidents.tags import tags_of
from helpdesk.incidents.thread import Entry
from helpdesk.journal import Event, EventKind
from helpdesk.services import Category

Facts = dict[str, Any]
HOUR_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Question:
    """One fact: how forms name it, and its type: text, choice, several, number or yes. `source` names the rows it is
    chosen from (see `rules.choosing`), `choices` are fixed ones."""

    name: str
    label: str
    type: str
    source: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    unit: str = ""


def facts_of(session: Session, incident: Incident, event: Event | None, *, now: datetime) -> Facts:
    """As the incident is now; the words are those of the event's entry, else the first ones."""
    facts = _standing(incident) | _people(incident) | _words(session, incident, event)
    facts["tags"] = tags_of(session, [incident.id]).get(incident.id, ())
    facts |= {f"custom:{key}": value for key, value in incident.custom.items()}
    return facts | _times(incident, now) | _of_event(event)


def _standing(incident: Incident) -> Facts:
    return {
        "state": incident.state,
        "status": incident.status_id,
        "record_type": incident.record_type,
        "source": incident.source,
        "priority": incident.priority,
        "impact": incident.impact,
        "urgency": incident.urgency,
        "affected_people": incident.affected_people,
        "service": incident.service_id,
        "category": path_of(incident.category),
        "team": incident.team_id,
        "assignee": incident.assignee_id,
        "mailbox": incident.mailbox_id,
        "subject": incident.subject,
    }


def _people(incident: Incident) -> Facts:
    requester, address = incident.requester, incident.requester.address
    organization = requester.organization
    return {
        "requester": address,
        "domain": address.rpartition("@")[2],
        "language": requester.language,
        "vip": requester.is_vip or (organization is not None and organization.is_vip),
        "organization": requester.organization_id,
    }


def path_of(category: Category | None) -> tuple[int, ...]:
    """The numbers from this category to the root: a rule on “Network” holds for “Network › Wi-Fi” too."""
    found: list[int] = []
    while category is not None and category.id not in found:
        found.append(category.id)
        category = category.parent
    return tuple(found)


def _words(session: Session, incident: Incident, event: Event | None) -> Facts:
    number = event.data.get("entry_id") if event is not None else None
    query = select(Entry.text, Entry.automatic).where(Entry.incident_id == incident.id)
    query = query.where(Entry.id == number) if number else query.order_by(Entry.at, Entry.id).limit(1)
    row = session.execute(query).first()
    return {"text": row.text if row else "", "automatic": bool(row and row.automatic)}


def _times(incident: Incident, now: datetime) -> Facts:
    return {
        "hours_open": (now - incident.opened_at).total_seconds() / HOUR_SECONDS,
        "hours_quiet": (now - incident.updated_at).total_seconds() / HOUR_SECONDS,
    }


def _of_event(event: Event | None) -> Facts:
    if event is None:
        return {"by": "system"}
    return {"by": event.actor_kind, "target": event.data.get("target"), "score": event.data.get("score")}


def facts_at(session: Session, incident: Incident, events: Sequence[Event], event: Event) -> Facts:
    """As the incident was right after one of its events: what later events changed is taken from the history before.

    `events` is its whole history, oldest first. Tags, own fields and the requester's particulars are those of today,
    since nothing asks what they were then."""
    facts = facts_of(session, incident, event, now=event.at)
    later_changed: set[str] = set()
    known: Facts = {}
    for one in events:
        values = _changes(session, one)
        if one.sequence <= event.sequence:
            known |= values
        else:
            later_changed |= values.keys()
    facts |= {name: value for name, value in known.items() if name in later_changed}
    facts["hours_quiet"] = _quiet_hours(events, event)
    return facts


def _quiet_hours(events: Sequence[Event], event: Event) -> float:
    before = [one.at for one in events if one.sequence < event.sequence]
    return (event.at - before[-1]).total_seconds() / HOUR_SECONDS if before else 0.0


def _changes(session: Session, event: Event) -> Facts:
    """What an event says of the record after it, by the names of facts."""
    data = event.data
    after = data.get("after")
    match event.kind:
        case EventKind.OPENED:
            return _opened(session, data)
        case EventKind.PRIORITIZED if isinstance(after, dict):
            return {name: after[name] for name in ("impact", "urgency", "priority") if name in after}
        case EventKind.CATEGORIZED if isinstance(after, dict):
            return _sorted(session, after)
        case EventKind.ASSIGNED:
            return {"assignee": data.get("assignee_id"), "team": data.get("team_id")}
        case EventKind.RENAMED:
            return {"subject": after}
        case EventKind.RECLASSIFIED:
            return {"record_type": after}
        case _ if isinstance(after, str) and event.kind in _MOVES:
            return {"state": after}
    return {}


_MOVES = frozenset(
    {
        EventKind.STATE_CHANGED,
        EventKind.WOKEN,
        EventKind.RESOLVED,
        EventKind.CONFIRMED,
        EventKind.REOPENED,
        EventKind.CLOSED,
    }
)


def _opened(session: Session, data: Mapping[str, Any]) -> Facts:
    plain = {name: data[name] for name in ("impact", "urgency", "priority") if name in data}
    team = {"team": data["team_id"]} if "team_id" in data else {}
    return {"state": "new", "assignee": None} | team | plain | _sorted(session, data)


def _sorted(session: Session, data: Mapping[str, Any]) -> Facts:
    found: Facts = {}
    if "service_id" in data:
        found["service"] = data["service_id"]
    if "category_id" in data:
        found["category"] = path_of(session.get(Category, data["category_id"]) if data["category_id"] else None)
    return found
