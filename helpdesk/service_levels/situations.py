"""What an incident's events meant for its clocks, moment by moment. Pure; read by `clocks.replay` only."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from helpdesk.journal import EventKind
from helpdesk.service_levels.happenings import FACTS, MOVES, RELEVANT, Fact, Happened, in_order
from helpdesk.service_levels.terms import Facts

RESOLVED, CLOSED, NEW = "resolved", "closed", "new"
PENDING_WORDS = {"pending_requester": "Waiting for the requester", "pending_other": "Waiting for others"}
PRIORITY_BEFORE_ALL = 4


@dataclass(frozen=True, slots=True)
class Situation:
    """How things stand from `at` on, since the event `sequence`, which `said` tells. `is_word`: by it an agent wrote
    to the requester. `is_answered`: that has happened before, or now."""

    at: datetime
    sequence: int
    said: str
    facts: Facts
    state: str = NEW
    status: str = ""
    pauses: bool | None = None
    merged_into: str = ""
    is_restored: bool = False
    is_word: bool = False
    is_answered: bool = False

    @property
    def is_resolved(self) -> bool:
        return self.state in (RESOLVED, CLOSED)


def situations(events: Iterable[Happened], *, now: datetime, present: Facts | None = None) -> list[Situation]:
    """From the opening on, in order of time, up to `now`. Empty for what was not opened yet, and for old mail that was
    brought along. `present`: what the record says now, for what events of old did not tell."""
    known = sorted((one for one in events if one.kind in RELEVANT), key=lambda one: one.sequence)
    opening = next((one for one in known if one.kind == EventKind.OPENED), None)
    if opening is None or opening.at > now or opening.data.get("quiet"):
        return []
    present = present or Facts(PRIORITY_BEFORE_ALL)
    found = [Situation(opening.at, opening.sequence, "Reported", _first_facts(opening, known, present))]
    for one in in_order(known, opening, now):
        found.append(_after(found[-1], one, present))
    return found


def _after(before: Situation, one: Fact, present: Facts) -> Situation:
    found = replace(before, at=one.at, sequence=one.sequence, said="", is_word=False)
    match EventKind(one.kind):
        case EventKind.REPLIED:
            found = replace(found, said="An agent wrote to the requester", is_word=one.is_agent)
        case EventKind.RESTORED:
            found = replace(found, said="The service works again", is_restored=True)
        case EventKind.RESTORATION_WITHDRAWN:
            found = replace(found, said="The service does not work after all", is_restored=False)
        case EventKind.MERGED if "into_id" in one.data:
            found = replace(found, said=f"Merged into {one.data['into']}", merged_into=str(one.data["into"]))
        case EventKind.UNMERGED if "after" in one.data:
            said = f"Taken apart from {found.merged_into or 'another'}"
            found = replace(found, said=said, merged_into="", state=one.data["after"])
        case EventKind.OPERATION_UNDONE:
            found = _taken_back(found, one.data.get("after") or {})
        case kind if kind in FACTS:
            facts = _changed(before.facts, one, present)
            found = replace(found, facts=facts, said=_difference(before.facts, facts))
        case kind if kind in MOVES:
            found = _moved(found, one)
    return replace(found, is_answered=before.is_answered or found.is_word)


def _moved(before: Situation, one: Fact) -> Situation:
    state, status = str(one.data.get("after", before.state)), (one.data.get("status") or {}).get("name", "")
    said = (
        {
            EventKind.WOKEN: "The time that it was put off to had come",
            EventKind.RESOLVED: "Resolved",
            EventKind.CONFIRMED: "The requester says that it is fixed",
            EventKind.REOPENED: "Opened again",
            EventKind.CLOSED: "Closed",
        }.get(EventKind(one.kind))
        or PENDING_WORDS.get(state)
        or ("Work began" if before.state == NEW else "Work goes on")
    )
    return replace(
        before,
        said=status or said if one.kind == EventKind.STATE_CHANGED else said,
        state=state,
        status=status,
        pauses=one.data.get("pauses"),
        is_restored=before.is_restored and one.kind != EventKind.REOPENED,
        # The resolution is sent to the requester.
        is_word=one.kind == EventKind.RESOLVED and one.is_agent,
    )


def _taken_back(before: Situation, after: Mapping[str, Any]) -> Situation:
    is_restored = after["restored_at"] is not None if "restored_at" in after else before.is_restored
    found = replace(before, said="A change was taken back", facts=_with(before.facts, after), is_restored=is_restored)
    return replace(found, state=str(after["state"]), status="", pauses=None) if "state" in after else found


def _changed(before: Facts, one: Fact, present: Facts) -> Facts:
    after = one.data.get("after")
    if one.kind == EventKind.RECLASSIFIED:
        after = after if isinstance(after, dict) else {"record_type": after}
    after = after if isinstance(after, dict) else {}
    # Events of old told names only: then what the record says now is the best that is known.
    asked = {
        EventKind.CATEGORIZED: ("service_id", "category_id"),
        EventKind.REQUESTER_CHANGED: ("organization_id",),
        EventKind.PRIORITIZED: ("priority",),
    }.get(EventKind(one.kind), ())
    return _with(before, {key: after.get(key, getattr(present, key)) for key in asked} | after)


def _with(facts: Facts, values: Mapping[str, Any]) -> Facts:
    given = {key: values[key] for key in _KEYS if key in values}
    for key in ("priority", "record_type"):
        if given.get(key) is None:
            given.pop(key, None)
    return replace(facts, **given)


_KEYS = ("priority", "record_type", "organization_id", "service_id", "category_id")


def _first_facts(opening: Happened, known: Sequence[Happened], present: Facts) -> Facts:
    """What the opening told; else what the first change said it had been; else what the record says now."""
    values: dict[str, Any] = {key: getattr(present, key) for key in _KEYS}
    for one in reversed(known):
        before = one.data.get("before") if one.kind in FACTS else None
        if isinstance(before, dict):
            values |= {key: before[key] for key in _KEYS if key in before}
        elif one.kind == EventKind.RECLASSIFIED and before:
            values["record_type"] = before
    values |= {key: opening.data[key] for key in _KEYS if key in opening.data}
    return _with(present, values)


def _difference(before: Facts, after: Facts) -> str:
    if after.priority != before.priority:
        return f"Priority {after.priority} instead of {before.priority}"
    if after.record_type != before.record_type:
        return f"It became {'an' if after.record_type == 'incident' else 'a'} {after.record_type}"
    if after.organization_id != before.organization_id:
        return "It became another organization’s"
    return "Category or service changed"
