"""The whole record of an incident as canonical JSON: for comparing it before and after something was undone, and for
handing it out. Everything but its events, its version and when it was last changed, which only ever go on."""

import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.incidents.columns import columns_of
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.links import IncidentLink, links_of
from helpdesk.incidents.tags import tags_of
from helpdesk.incidents.tasks import tasks_of
from helpdesk.incidents.thread import Entry, MessageReference
from helpdesk.incidents.time_spent import TimeSpent
from helpdesk.incidents.watching import Watcher

FORMAT = "helpdesk incident 1"
NOT_FIELDS = frozenset({"id", "version", "updated_at", "custom", "merged_into_id"})

Part = Callable[[Session, Incident], Any]


def export_record(session: Session, incident: Incident, *, with_withdrawn: bool = False) -> dict[str, Any]:
    """Every part of the record by its name, as JSON takes it. Moments are in UTC; files are named by their SHA-256.

    A letter or note that was called back is no part of it, unless `with_withdrawn`."""
    session.flush()
    parts = {name: part(session, incident) for name, part in PARTS.items()}
    if with_withdrawn:
        parts["entries"] = [_entry(one) for one in _written(session, incident)]
    return {"format": FORMAT, "number": incident.number, "people": _people(incident), **parts}


def export_bytes(session: Session, incident: Incident) -> bytes:
    """The same as canonical JSON: keys sorted, no blanks, UTF-8."""
    return canonical(export_record(session, incident))


def canonical(value: Any) -> bytes:
    """One way only to write this value down."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _fields(_: Session, incident: Incident) -> dict[str, Any]:
    return columns_of(incident, NOT_FIELDS)


def _custom(_: Session, incident: Incident) -> dict[str, Any]:
    return dict(incident.custom)


def _merged(_: Session, incident: Incident) -> int | None:
    return incident.merged_into_id


def _entries(session: Session, incident: Incident) -> list[dict[str, Any]]:
    return [_entry(one) for one in _written(session, incident) if one.withdrawn_at is None]


def _written(session: Session, incident: Incident) -> list[Entry]:
    query = select(Entry).where(Entry.incident_id == incident.id).order_by(Entry.at, Entry.id)
    return list(session.scalars(query))


def _entry(entry: Entry) -> dict[str, Any]:
    files = [columns_of(one, {"id", "entry_id"}) for one in sorted(entry.attachments, key=lambda one: one.id)]
    return columns_of(entry, {"incident_id"}) | {"attachments": files}


def _references(session: Session, incident: Incident) -> list[list[Any]]:
    """The Message-IDs by which mail finds this record: each with the entry it belongs to, and whether we sent it."""
    query = select(MessageReference).where(MessageReference.incident_id == incident.id)
    rows = [[one.message_id, one.entry_id or 0, one.ours] for one in session.scalars(query)]
    return sorted(rows)


def _participants(_: Session, incident: Incident) -> list[dict[str, Any]]:
    rows = [columns_of(one, {"id", "incident_id"}) for one in incident.participants]
    return sorted(rows, key=lambda row: (row["address"], row["role"]))


def _links(session: Session, incident: Incident) -> list[list[Any]]:
    return sorted(link_row(one, incident) for one in links_of(session, incident))


def link_row(tie: IncidentLink, incident: Incident) -> list[Any]:
    """A tie as seen from here: its kind, the other's number, whether it reads from here to there."""
    from_here = tie.first_id == incident.id
    return [tie.kind, tie.second_id if from_here else tie.first_id, from_here]


def _tags(session: Session, incident: Incident) -> list[str]:
    return list(tags_of(session, [incident.id]).get(incident.id, ()))


def _watchers(session: Session, incident: Incident) -> list[int]:
    query = select(Watcher.agent_id).where(Watcher.incident_id == incident.id)
    return list(session.scalars(query.order_by(Watcher.agent_id)))


def _tasks(session: Session, incident: Incident) -> list[dict[str, Any]]:
    return [columns_of(one, {"incident_id", "removed_at"}) for one in tasks_of(session, incident)]


def _time(session: Session, incident: Incident) -> list[dict[str, Any]]:
    query = select(TimeSpent).where(TimeSpent.incident_id == incident.id, TimeSpent.removed_at.is_(None))
    return [columns_of(one, {"incident_id", "removed_at"}) for one in session.scalars(query.order_by(TimeSpent.id))]


def _people(incident: Incident) -> dict[str, Any]:
    """Names for the numbers in the fields, so that the record can be read by itself."""
    requester = incident.requester
    return {
        "requester": {"name": requester.name, "addresses": [one.address for one in requester.addresses]},
        "assignee": incident.assignee.name if incident.assignee else None,
        "team": incident.team.name if incident.team else None,
        "service": incident.service.name if incident.service else None,
        "category": incident.category.path if incident.category else None,
        "status": incident.status.name if incident.status else None,
        "cause": incident.cause_chosen.path if incident.cause_chosen else None,
        "merged_into": incident.merged_into_id,
    }


# Whoever keeps something of an incident in a table of its own adds a part here; its ids stay out, unless others
# refer to them.
PARTS: dict[str, Part] = {
    "fields": _fields,
    "custom": _custom,
    "merged": _merged,
    "entries": _entries,
    "references": _references,
    "participants": _participants,
    "links": _links,
    "tags": _tags,
    "watchers": _watchers,
    "tasks": _tasks,
    "time": _time,
}
