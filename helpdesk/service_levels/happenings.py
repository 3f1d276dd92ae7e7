"""Which of an incident's events count for its clocks, and when. Pure; read by `situations`.

Events count by when things happened (`at`), not by when they were written down; what was called back, corrected or
undone since counts as if it had never been."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from helpdesk.journal import EventKind

FACTS = (EventKind.PRIORITIZED, EventKind.CATEGORIZED, EventKind.REQUESTER_CHANGED, EventKind.RECLASSIFIED)
MOVES = (
    EventKind.STATE_CHANGED,
    EventKind.WOKEN,
    EventKind.RESOLVED,
    EventKind.CONFIRMED,
    EventKind.REOPENED,
    EventKind.CLOSED,
)
_KINDS = (
    EventKind.OPENED,
    EventKind.REPLIED,
    EventKind.WITHDRAWN,
    EventKind.SCHEDULED,
    EventKind.RESTORED,
    EventKind.RESTORATION_WITHDRAWN,
    EventKind.MERGED,
    EventKind.UNMERGED,
    EventKind.OPERATION_UNDONE,
    *FACTS,
    *MOVES,
)
# The kinds of event that clocks are computed from.
RELEVANT = frozenset(kind.value for kind in _KINDS)


class Happened(Protocol):
    """An Event, or anything that tells as much."""

    sequence: Any
    kind: Any
    at: Any
    actor_kind: Any
    data: Any


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that happened, put where it belongs in time."""

    at: datetime
    sequence: int
    kind: str
    is_agent: bool
    data: Mapping[str, Any]


def in_order(known: Sequence[Happened], opening: Happened, now: datetime) -> list[Fact]:
    facts = [fact for one in _standing(known, opening) for fact in _placed(one, known)]
    # What was done before the incident was opened counts from its opening.
    placed = [replace(one, at=max(one.at, opening.at)) for one in facts]
    return sorted((one for one in placed if one.at <= now), key=lambda one: (one.at, one.sequence))


def _standing(known: Sequence[Happened], opening: Happened) -> list[Happened]:
    """Without what was called back, corrected, or undone with a bulk change (but for letters that had left)."""
    withdrawn = {one.data.get("entry_id") for one in known if one.kind == EventKind.WITHDRAWN}
    undone = [
        range(one.data["first_sequence"], one.data["last_sequence"] + 1)
        for one in known
        if one.kind == EventKind.OPERATION_UNDONE and {"first_sequence", "last_sequence"} <= one.data.keys()
    ]
    kept: list[Happened] = []
    for one in known:
        is_reply = one.kind == EventKind.REPLIED
        if one is opening or (is_reply and one.data.get("entry_id") in withdrawn):
            continue
        if not is_reply and any(one.sequence in sequences for sequences in undone):
            continue
        if one.kind == EventKind.RESTORED or (one.kind == EventKind.RESOLVED and one.data.get("restored_at")):
            kept = _without_last_restoration(kept)
        kept.append(one)
    return kept


def _without_last_restoration(kept: list[Happened]) -> list[Happened]:
    """Said again, it corrects the time at which the service worked."""
    for index in range(len(kept) - 1, -1, -1):
        if kept[index].kind in (EventKind.REOPENED, EventKind.RESTORATION_WITHDRAWN):
            return kept
        if kept[index].kind == EventKind.RESTORED:
            return kept[:index] + kept[index + 1 :]
    return kept


def _placed(one: Happened, known: Sequence[Happened]) -> list[Fact]:
    fact = Fact(one.at, one.sequence, str(one.kind), one.actor_kind == "agent", one.data)
    if one.kind == EventKind.REPLIED:
        return [replace(fact, at=max(one.at, _leaves_at(one, known)))]
    restored_at = one.data.get("restored_at") if one.kind == EventKind.RESOLVED else None
    if restored_at:
        at = min(datetime.fromisoformat(restored_at), one.at)
        return [replace(fact, at=at, kind=EventKind.RESTORED.value), fact]
    return [fact]


def _leaves_at(reply: Happened, known: Sequence[Happened]) -> datetime:
    """When a letter that was to leave later leaves."""
    leaves = reply.data.get("leaves_at")
    for one in known:
        if one.kind == EventKind.SCHEDULED and one.data.get("entry_id") == reply.data.get("entry_id"):
            leaves = one.data.get("after") or leaves
    return datetime.fromisoformat(leaves) if leaves else reply.at


def leaving_later(events: Iterable[Happened], *, now: datetime) -> datetime | None:
    """When the next letter leaves that is written but still here; None when none is."""
    known = list(events)
    called_back = {one.data.get("entry_id") for one in known if one.kind == EventKind.WITHDRAWN}
    replies = (one for one in known if one.kind == EventKind.REPLIED and one.data.get("entry_id") not in called_back)
    return min((at for at in (_leaves_at(one, known) for one in replies) if at > now), default=None)
