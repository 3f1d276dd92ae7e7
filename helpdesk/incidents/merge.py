"""Merging: incidents that are about the same go on as one. Nothing is moved, so that all of it can be undone.

The duplicate is closed and points to the one that goes on; its entries stay its own and are shown there. Doors call
`merge` and `unmerge`; whoever meets a number asks `surviving` where it goes on."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CTE, select
from sqlalchemy.orm import Session, selectinload

from helpdesk.errors import Conflict, Invalid
from helpdesk.incidents.columns import columns_of, put_back
from helpdesk.incidents.incident import Incident, must_work
from helpdesk.incidents.lifecycle import UNRESOLVED, ResolutionCode, State, Verb, transition
from helpdesk.incidents.thread import Entry, Participant, ParticipantRole, Words
from helpdesk.journal import Actor, Event, EventKind, history
from helpdesk.people.agent import Team

# What merging changes of the duplicate, and unmerging puts back.
_STATE = (
    "state", "status_id", "is_open", "resolution_code", "cause", "cause_id", "resolution",
    "wake_at", "restored_at", "resolved_at", "closed_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody of the duplicate who has no part in the other incident yet and could read along there."""

    address: str
    name: str
    is_requester: bool


def surviving(session: Session, incident: Incident) -> Incident:
    """Where this incident goes on: itself, unless it was merged, even several times over."""
    passed = {incident.id}
    while incident.merged_into_id is not None:
        incident = session.get_one(Incident, incident.merged_into_id)
        if incident.id in passed:
            raise Conflict(f"{incident.number} was merged in a circle. Take one of them apart.")
        passed.add(incident.id)
    return incident


def newcomers(duplicate: Incident, into: Incident) -> list[Newcomer]:
    """Whom merging may let read along: the requester first, then those copied. Never a third party that agents
    consulted: the requester does not know of them."""
    known = {one.address for one in into.requester.addresses} | {one.address for one in into.participants}
    found: dict[str, Newcomer] = {}
    if duplicate.requester_id != into.requester_id and duplicate.requester.address:
        address = duplicate.requester.address
        found[address] = Newcomer(address, duplicate.requester.name, is_requester=True)
    for one in duplicate.participants:
        if one.role == ParticipantRole.COPIED.value:
            found.setdefault(one.address, Newcomer(one.address, one.name, is_requester=False))
    return [one for address, one in found.items() if address not in known]


def obstacle(duplicate: Incident, into: Incident) -> str:
    """Why these two can't be merged, and what to do about it; "" when they can. `into` must be a surviving one."""
    if duplicate.merged_into_id is not None:
        return f"{duplicate.number} was merged before. Take it apart there first."
    if duplicate.id == into.id:
        return f"{duplicate.number} can't be merged into itself, nor into what was merged into it."
    if any(entry.is_waiting for entry in duplicate.entries):
        return f"{duplicate.number} has a letter that has yet to leave. Call it back, or let it go first."
    if _border(duplicate.team) != _border(into.team):
        return (
            f"{_whose(duplicate)} and {_whose(into)}: merged, more people would read what only some may. "
            "Assign both to the same team first, if that is right."
        )
    return ""


def merge(
    session: Session,
    duplicate: Incident,
    into: Incident,
    *,
    by: Actor,
    at: datetime,
    copied: Collection[str] = (),
    told: Words | None = None,
) -> Incident:
    """Makes `duplicate` a part of `into`, or of what that one was merged into; returns the one that goes on.

    `copied`: addresses of its `newcomers` that read along from now on. `told` is sent to the requester of the
    duplicate as a reply; without it nobody is told. Raises Conflict when they can't be merged, Invalid for somebody
    who has no part in it."""
    must_work(by)
    into = surviving(session, into)
    if reason := obstacle(duplicate, into):
        raise Conflict(reason)
    added = _chosen(duplicate, into, copied)
    if told is not None:
        duplicate.reply(told, by=by, at=at)
    else:
        duplicate._worker(by)
    columns = columns_of(duplicate)
    before = {name: columns[name] for name in _STATE}
    _close(duplicate, into, by, at)
    into.participants += [Participant(address=one.address, name=one.name, added_at=at) for one in added]
    duplicate.merged_into_id, into.updated_at = into.id, at
    duplicate._record(EventKind.MERGED, by=by, at=at, into=into.number, into_id=into.id, before=before)
    into._record(
        EventKind.MERGED,
        by=by,
        at=at,
        duplicate=duplicate.number,
        duplicate_id=duplicate.id,
        subject=duplicate.subject,
        copied=sorted(copied),
        added=[one.address for one in added],
    )
    return into


def unmerge(session: Session, duplicate: Incident, *, by: Actor, at: datetime) -> Incident:
    """Takes the two apart: the duplicate is as it was before, and whoever read along because of it no longer does.

    What was written meanwhile stays where it was written. Returns the incident it was part of; raises Conflict when
    it is part of none."""
    if duplicate.merged_into_id is None:
        raise Conflict(f"{duplicate.number} is not merged.")
    into = session.get_one(Incident, duplicate.merged_into_id)
    must_work(by)
    merging = _last_merging(history(session, Incident.record_kind, duplicate.id))
    if merging is None:
        raise Conflict(f"{duplicate.number} was split off and came back: there is nothing in it to take apart.")
    duplicate.merged_into_id = None
    put_back(duplicate, merging.data["before"])
    duplicate.updated_at = into.updated_at = at
    left = _no_longer_copied(session, duplicate, into)
    into.participants = [one for one in into.participants if one.address not in left]
    duplicate._record(EventKind.UNMERGED, by=by, at=at, into=into.number, into_id=into.id, after=duplicate.state)
    into._record(
        EventKind.UNMERGED,
        by=by,
        at=at,
        duplicate=duplicate.number,
        duplicate_id=duplicate.id,
        left=sorted(left),
    )
    return into


def parts_of(incident_ids: Collection[int]) -> CTE:
    """The incidents that were merged into these, directly or through others: columns `whole_id` and `id`."""
    direct = select(Incident.merged_into_id.label("whole_id"), Incident.id).where(
        Incident.merged_into_id.in_(incident_ids)
    )
    parts = direct.cte("parts", recursive=True)
    # UNION, not UNION ALL: it ends even if somebody had made a circle by hand.
    return parts.union(select(parts.c.whole_id, Incident.id).where(Incident.merged_into_id == parts.c.id))


def entries_of_parts(session: Session, incident: Incident) -> list[Entry]:
    """What was written in the incidents that were merged into this one, oldest first, with the attachments."""
    parts = parts_of([incident.id])
    query = select(Entry).join(parts, Entry.incident_id == parts.c.id).order_by(Entry.at, Entry.id)
    return list(session.scalars(query.options(selectinload(Entry.attachments))))


def merged_now(events: Collection[Event]) -> dict[int, Event]:
    """Of an incident's history: the events by which others became part of it and still are, by their numbers."""
    found: dict[int, Event] = {}
    for event in events:
        if event.kind == EventKind.MERGED.value and "duplicate_id" in event.data:
            found[event.data["duplicate_id"]] = event
        elif event.kind == EventKind.UNMERGED.value:
            found.pop(event.data.get("duplicate_id", 0), None)
    return found


def _border(team: Team | None) -> int | None:
    """Within which private team this is to stay; None for what every agent sees."""
    return team.id if team is not None and team.private else None


def _whose(incident: Incident) -> str:
    team = incident.team
    return f"{incident.number} is " + (f"private to {team.name}" if team and team.private else "seen by every agent")


def _chosen(duplicate: Incident, into: Incident, copied: Collection[str]) -> list[Newcomer]:
    offered = {one.address: one for one in newcomers(duplicate, into)}
    known = {one.address for one in duplicate.requester.addresses} | {one.address for one in duplicate.participants}
    if unknown := sorted(set(copied) - known - offered.keys()):
        raise Invalid(f"{unknown[0]} has no part in {duplicate.number}. Choose from its people.", field="copied")
    return [offered[address] for address in offered if address in copied]


def _close(duplicate: Incident, into: Incident, by: Actor, at: datetime) -> None:
    """Through the table of states, but with no event of its own: MERGED says it, and sends no letter."""
    if duplicate.current in UNRESOLVED:
        move = transition(duplicate.current, Verb.RESOLVE, by)
        duplicate._enter(move.next_state, at)
        duplicate.resolution_code, duplicate.resolved_at = ResolutionCode.DUPLICATE.value, at
        duplicate.cause, duplicate.resolution = f"The same as {into.number}.", ""
    if duplicate.current is State.RESOLVED:
        duplicate._enter(transition(duplicate.current, Verb.CLOSE, by).next_state, at)
        duplicate.closed_at = at
    duplicate.updated_at = at


def _last_merging(events: list[Event]) -> Event | None:
    merging = (event for event in reversed(events) if event.kind == EventKind.MERGED.value and "before" in event.data)
    return next(merging, None)


def _no_longer_copied(session: Session, duplicate: Incident, into: Incident) -> set[str]:
    """Who was let in by this merging, or by one like it, and by none that still holds."""
    events = history(session, Incident.record_kind, into.id)
    mergings = [event for event in events if event.kind == EventKind.MERGED.value and "duplicate_id" in event.data]
    holding = merged_now(events)
    mine = holding.pop(duplicate.id, None)
    if mine is None:
        return set()
    let_in = {address for event in mergings for address in event.data["added"]}
    still = {address for event in holding.values() for address in event.data["copied"]}
    return (set(mine.data["copied"]) & let_in) - still
