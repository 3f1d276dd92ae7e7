"""Fills a desk with many incidents at once: rows written in bulk, since a hundred thousand stories played through
the verbs would take longer than what is to be measured."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from helpdesk.cli.demo_data import Cast
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.lifecycle import UNRESOLVED, State
from helpdesk.incidents.priority import priority_of
from helpdesk.incidents.tags import IncidentTag, Tag
from helpdesk.incidents.thread import Entry
from helpdesk.journal import NO_HASH, Event
from helpdesk.people.requester import Address, Requester
from helpdesk.sample.bulk import BULK_NOW, bulk
from helpdesk.sample.incident import SampleIncident
from helpdesk.service_levels.due import ServiceLevelDue

BATCH = 2_000
OPEN_STATES = {state.value for state in UNRESOLVED}


def fill(session: Session, cast: Cast, count: int) -> None:
    """`count` incidents with their entries and events, committed; requesters are made as they come."""
    requesters = {address: requester.id for address, requester in cast.requesters.items()}
    stories = bulk(count)
    number = 0
    while batch := list(islice(stories, BATCH)):
        _requesters(session, batch, requesters)
        incidents = [_incident(cast, one, requesters, number + place) for place, one in enumerate(batch, 1)]
        session.execute(insert(Incident), incidents)
        session.execute(
            insert(Entry), [row for place, one in enumerate(batch, 1) for row in _entries(one, number + place)]
        )
        session.execute(
            insert(Event), [row for place, one in enumerate(batch, 1) for row in _events(one, number + place)]
        )
        session.commit()
        number += len(batch)


def furnish(session: Session) -> None:
    """What stands beside them once a desk is in use: two tags on every incident, and on every open one what is due."""
    tags = [Tag(name=f"tag {number}", key=f"tag {number}", created_at=BULK_NOW) for number in range(40)]
    session.add_all(tags)
    session.flush()
    numbers = session.execute(select(Incident.id, Incident.is_open, Incident.opened_at)).all()
    for first in range(0, len(numbers), BATCH):
        batch = numbers[first : first + BATCH]
        put = [{"incident_id": one.id, "tag_id": tags[(one.id + step) % 40].id} for one in batch for step in (0, 7)]
        session.execute(insert(IncidentTag), put)
        due = [_due(one.id, one.opened_at) for one in batch if one.is_open]
        if due:
            session.execute(insert(ServiceLevelDue), due)
        session.commit()


def _due(number: int, opened_at: datetime) -> dict[str, Any]:
    return {
        "incident_id": number,
        "target": "resolution",
        "state": ("running", "paused", "missed")[number % 3],
        "due_at": None if number % 3 == 1 else opened_at + timedelta(hours=number % 200),
        "target_seconds": 28_800,
        "policy_name": "Standard",
    }


def _requesters(session: Session, batch: list[SampleIncident], known: dict[str, int]) -> None:
    fresh = {one.requester: one.requester_name for one in batch if one.requester not in known}
    for address, name in fresh.items():
        requester = Requester(name=name, created_at=BULK_NOW, addresses=[Address(address=address)])
        session.add(requester)
        session.flush()
        known[address] = requester.id


def _incident(cast: Cast, one: SampleIncident, requesters: dict[str, int], number: int) -> dict[str, Any]:
    resolution = next((step for step in reversed(one.steps) if step.kind == "resolve"), None)
    is_open = one.state in OPEN_STATES
    last = one.steps[-1].at
    fixed = None if is_open else resolution
    return {
        "id": number,
        "subject": one.subject[:250],
        "state": one.state,
        "is_open": is_open,
        "source": one.source,
        "impact": one.impact,
        "urgency": one.urgency,
        "priority": priority_of(one.impact, one.urgency).value,
        "requester_id": requesters[one.requester],
        "mailbox_id": cast.mailbox.id if cast.mailbox else None,
        "team_id": cast.teams[one.team].id,
        "assignee_id": cast.agents[one.assignee].id if one.assignee else None,
        "service_id": cast.services[one.service].id,
        "category_id": cast.categories[one.category].id,
        "opened_at": one.opened_at,
        "updated_at": last,
        "wake_at": one.steps[-1].until if one.state == State.PENDING_OTHER.value else None,
        "resolved_at": fixed.at if fixed else None,
        "closed_at": last if one.state == State.CLOSED.value else None,
        "resolution_code": fixed.code if fixed else None,
        "cause": fixed.cause if fixed else "",
        "resolution": fixed.text if fixed else "",
        "version": 1,
    }


def _entries(one: SampleIncident, number: int) -> Iterator[dict[str, Any]]:
    for step in one.steps:
        if step.kind in ("message", "reply", "note"):
            yield entry_row(number, step.kind, step.by, step.at, step.text)


def entry_row(number: int, kind: str, by: str, at: datetime, text: str) -> dict[str, Any]:
    return {
        "incident_id": number,
        "kind": kind,
        "at": at,
        "author_kind": "requester" if kind == "message" else "agent",
        "author_id": None,
        "author_name": by.partition("@")[0],
        "text": text,
        "html": "",
        "quoted": "",
        "cc": [],
        "message_id": None,
        "automatic": "",
    }


def _events(one: SampleIncident, number: int) -> Iterator[dict[str, Any]]:
    kinds = {"message": "received", "reply": "replied", "note": "noted", "assign": "assigned", "resolve": "resolved"}
    for sequence, step in enumerate(one.steps, 1):
        yield {
            "record_kind": "incident",
            "record_id": number,
            "sequence": sequence,
            "kind": "opened" if sequence == 1 else kinds.get(step.kind, "state_changed"),
            "at": step.at,
            "recorded_at": step.at,
            "actor_kind": "agent",
            "actor_id": None,
            "actor_name": step.by.partition("@")[0],
            "data": {"before": "open", "after": one.state} if step.kind not in kinds else {},
            "previous_hash": NO_HASH,
            "hash": NO_HASH,
        }
