"""Putting the parts of a record back as they were: what stands against it, and how each part is restored.

For `helpdesk.incidents.operations` only; the parts are those of `helpdesk.incidents.export`."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from helpdesk.incidents.action_kind import Doing
from helpdesk.incidents.columns import put_back
from helpdesk.incidents.export import PARTS, link_row
from helpdesk.incidents.incident import NUMBER_PREFIX, Incident
from helpdesk.incidents.links import LinkKind, link, links_of, unlink
from helpdesk.incidents.merge import unmerge
from helpdesk.incidents.tags import change_tags
from helpdesk.incidents.tasks import Task, remove_task
from helpdesk.incidents.thread import Entry, EntryKind
from helpdesk.incidents.waiting_letters import change_waiting
from helpdesk.incidents.watching import unwatch, watch
from helpdesk.journal import EventKind
from helpdesk.people.agent import Agent

# Columns that always change together are one thing to people.
_STATE = ("state", "is_open", "status_id", "wake_at", "resolved_at", "closed_at")
_NAMES = dict.fromkeys(_STATE, "state") | {
    "resolution_code": "the fix",
    "cause": "the fix",
    "resolution": "the fix",
    "cause_id": "the fix",
    "restored_at": "when the service worked again",
    "is_overridden": "priority",
    "impact": "priority",
    "urgency": "priority",
    "assignee_id": "assignee",
    "team_id": "team",
    "service_id": "service",
    "category_id": "category",
    "record_type": "kind of record",
}


def clashes(session: Session, incident: Incident, after: Mapping[str, Any]) -> list[str]:
    """What of this was changed since it was as in `after`, in words. Things that were added can't clash: they are
    taken away if they are still there."""
    if incident.merged_into_id != after.get("merged", incident.merged_into_id):
        return ["what it was merged into"]
    if incident.merged_into_id is not None and "merged" not in after:
        return [f"it was merged into {NUMBER_PREFIX}{incident.merged_into_id}"]
    found = []
    for part in ("fields", "custom"):
        if part in after:
            now = PARTS[part](session, incident)
            found += [_NAMES.get(key, key) for key, value in after[part].items() if now.get(key) != value]
    return list(dict.fromkeys(found))


def restore(doing: Doing, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Puts every part back that differs; says which letters have left and stay. Raises what the verbs raise."""
    left: list[str] = []
    for part, restorer in _RESTORE.items():
        if part in after:
            left += restorer(doing, before[part], after[part]) or ()
    doing.session.flush()
    return left


def _merged(doing: Doing, _before: Any, _after: Any) -> None:
    unmerge(doing.session, doing.incident, by=doing.by, at=doing.at)


def _entries(doing: Doing, _before: Any, after: list[dict[str, Any]]) -> list[str]:
    """What was written is taken back, and stays in the thread as such; a letter only if it has yet to leave."""
    session, left = doing.session, []
    for row in after:
        entry = session.get_one(Entry, row["id"])
        if entry.kind == EntryKind.NOTE.value:
            entry.withdrawn_at = doing.at
        elif change_waiting(session, entry.id, withdrawn_at=doing.at):
            session.refresh(entry)
            doing.incident._record(EventKind.WITHDRAWN, by=doing.by, at=doing.at, entry_id=entry.id)
        elif entry.withdrawn_at is None:
            left.append(f"the reply to {', '.join(entry.to)}")
    return left


def _links(doing: Doing, before: list[list[Any]], after: list[list[Any]]) -> None:
    session, incident = doing.session, doing.incident
    standing = links_of(session, incident)
    for row in after:
        tie = next((one for one in standing if link_row(one, incident) == row), None)
        if tie is not None:
            unlink(session, tie, by=doing.by, at=doing.at)
    for kind, number, from_here in before:
        other = session.get_one(Incident, number)
        first, second = (incident, other) if from_here else (other, incident)
        link(session, first, second, LinkKind(kind), by=doing.by, at=doing.at)


def _tags(doing: Doing, before: list[str], after: list[str]) -> None:
    change_tags(doing.incident, add=before, remove=after, by=doing.by, at=doing.at)


def _watchers(doing: Doing, before: list[int], after: list[int]) -> None:
    for number in before:
        agent = doing.session.get_one(Agent, number)
        watch(doing.incident, agent, by=doing.by, at=doing.at, why="undone")
    for number in after:
        unwatch(doing.incident, doing.session.get_one(Agent, number), by=doing.by, at=doing.at)


def _tasks(doing: Doing, _before: Any, after: list[dict[str, Any]]) -> None:
    """A list that came with a category goes with it; what somebody has done of it stays."""
    for row in after:
        task = doing.session.get_one(Task, row["id"])
        if task.done_at is None:
            remove_task(task, by=doing.by, at=doing.at)


def _custom(doing: Doing, before: dict[str, Any], after: dict[str, Any]) -> None:
    kept = {key: value for key, value in doing.incident.custom.items() if key not in after or key in before}
    doing.incident.custom = kept | before


def _fields(doing: Doing, before: dict[str, Any], _after: Any) -> None:
    put_back(doing.incident, before)


_Restore = Callable[[Doing, Any, Any], list[str] | None]

# In this order: what was merged is one of its own first; the columns last, since verbs move them.
_RESTORE: dict[str, _Restore] = {
    "merged": _merged,
    "entries": _entries,
    "links": _links,
    "tags": _tags,
    "watchers": _watchers,
    "tasks": _tasks,
    "custom": _custom,
    "fields": _fields,
}
