"""Measures one run of a clock: cuts it where the terms change, and each part where its calendar opens and closes.

Pure; read by `clocks.replay`. Lengths are exact: parts are added up as microseconds, never as fractions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from helpdesk.service_levels.choosing import Holding
from helpdesk.service_levels.intervals import CLOSED, HOLIDAY, NOT_COUNTED, PAUSED, RUNNING, Interval, Target
from helpdesk.service_levels.runs import Run, Stage, Standing
from helpdesk.service_levels.situations import PENDING_WORDS, Situation
from helpdesk.service_levels.terms import Terms

_KINDS = {"open": RUNNING, "closed": CLOSED, "holiday": HOLIDAY}
_NOTHING = timedelta(0)


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch in which a promise stands alike, under the same terms."""

    start: datetime
    end: datetime
    stage: Stage
    terms: Terms | None
    is_paused: bool
    target_seconds: int | None
    policy_change: str = ""

    @property
    def is_counting(self) -> bool:
        return self.stage.standing is Standing.OWED and self.terms is not None and not self.is_paused

    @property
    def situation(self) -> Situation:
        return self.stage.situation

    def is_like(self, other: "Part") -> bool:
        if self.policy_change or self.stage.standing is not other.stage.standing:
            return False
        if self.stage.standing is not Standing.OWED:
            return True
        mine, theirs = _version(self.terms), _version(other.terms)
        same_pause = self.is_paused == other.is_paused and (not self.is_paused or _waiting(self) == _waiting(other))
        return mine == theirs and same_pause and self.target_seconds == other.target_seconds


@dataclass(frozen=True, slots=True)
class Measured:
    """A run; `ending` is the stage since which nothing was owed any more, `last` the last part in which it was."""

    started_at: datetime
    ending: Stage | None
    last: Part
    intervals: tuple[Interval, ...]
    elapsed: timedelta

    def used_up_at(self, share: timedelta) -> datetime | None:
        """When so much time had gone by, or will have if nothing happens; None while paused or when it never will."""
        left = share
        for one in self.intervals:
            if one.kind == RUNNING and one.duration >= left:
                return one.start + left
            left -= one.duration if one.kind == RUNNING else _NOTHING
        if not self.last.is_counting or self.last.terms is None:
            return None
        return self.last.terms.times.hours.after(self.last.end, left)


def measured(target: Target, run: Run, holding: Holding, *, now: datetime) -> Measured:
    owed, ending = _split(run)
    until = ending.situation.at if ending else now
    changes = [one for one in holding.changes if one < until or (one == now and ending is None)]
    parts = _joined(_parts(target, owed, until, holding, changes))
    intervals = tuple(interval for one in parts if one.end > one.start for interval in _intervals(one))
    elapsed = sum((one.duration for one in intervals if one.kind == RUNNING), _NOTHING)
    return Measured(run[0].situation.at, ending, parts[-1], intervals, elapsed)


def _split(run: Run) -> tuple[Run, Stage | None]:
    """The stages until nothing was owed any more, and the one since which that is so; None while something is."""
    count = len(run)
    while count > 1 and run[count - 1].standing is not Standing.OWED:
        count -= 1
    return run[:count], run[count] if count < len(run) else None


def _parts(target: Target, owed: Run, until: datetime, holding: Holding, changes: Sequence[datetime]) -> Iterator[Part]:
    ends = [*(stage.situation.at for stage in owed[1:]), until]
    for stage, end in zip(owed, ends, strict=True):
        start = stage.situation.at
        if stage.standing is not Standing.OWED:
            yield Part(start, end, stage, None, False, None)
            continue
        cuts = [start, *(one for one in changes if start < one < end or one == end == until), end]
        before: Terms | None = None
        for first, last in pairwise(cuts):
            terms = holding.terms(stage.situation.facts, first)
            yield _part(target, first, last, stage, terms, _change(before, terms) if first != start else "")
            before = terms


def _part(target: Target, start: datetime, end: datetime, stage: Stage, terms: Terms | None, told: str) -> Part:
    situation = stage.situation
    is_paused = False
    seconds = None
    if terms is not None:
        chosen = situation.pauses
        is_paused = chosen if chosen is not None else situation.state in terms.promise.pauses
        seconds = terms.target_seconds(target, situation.facts.priority)
    return Part(start, end, stage, terms, is_paused, seconds, told)


def _joined(parts: Iterator[Part]) -> list[Part]:
    found: list[Part] = []
    for one in parts:
        if found and one.is_like(found[-1]):
            last = found.pop()
            one = Part(
                last.start, one.end, last.stage, last.terms, last.is_paused, last.target_seconds, last.policy_change
            )
        found.append(one)
    return found


def _intervals(part: Part) -> Iterator[Interval]:
    """The part as stretches that are explained; the first one also tells the event that began it."""
    sequence, said = part.situation.sequence, f"{part.situation.said}. " if part.situation.said else ""
    if part.stage.standing is not Standing.OWED:
        yield Interval(part.start, part.end, NOT_COUNTED, f"{said}Nothing was owed meanwhile.", sequence)
        return
    if part.terms is None:
        yield Interval(part.start, part.end, NOT_COUNTED, f"{said}No policy held.", sequence, "", part.policy_change)
        return
    policy, calendar = part.terms.promise.name, part.terms.times.name
    if part.is_paused:
        why = f"Paused: {_waiting(part).lower()}."
        yield Interval(part.start, part.end, PAUSED, why, sequence, policy, part.policy_change)
        return
    change = part.policy_change
    for span in part.terms.times.hours.spans(part.start, part.end):
        words = {
            "open": f"Within the hours of “{calendar}”.",
            "closed": f"Outside the hours of “{calendar}”.",
            "holiday": f"{span.name}, a holiday of “{calendar}”.",
        }[span.kind]
        told = said if span.start == part.start and not change else ""
        yield Interval(span.start, span.end, _KINDS[span.kind], told + words, sequence, policy, change)
        change = ""


def _waiting(part: Part) -> str:
    situation = part.situation
    return situation.status or PENDING_WORDS.get(situation.state, situation.said)


def _change(before: Terms | None, after: Terms | None) -> str:
    """What came to hold, and why, where an administrator changed something; "" when it is as it was."""
    if _version(before) == _version(after):
        return ""
    if after is None:
        return "No policy holds any more"
    if before is None or _key(before.promise) != _key(after.promise):
        one, what = after.promise.reason, f"Policy “{after.promise.name}”, version {after.promise.version}"
    else:
        one, what = after.times.reason, f"Calendar “{after.times.name}”, version {after.times.version}"
    return f"{what}: {one}" if one else what


def _version(terms: Terms | None) -> tuple[object, ...] | None:
    return None if terms is None else (*_key(terms.promise), *_key(terms.times))


def _key(one: object) -> tuple[object, object]:
    return getattr(one, "series", None), getattr(one, "version", None)
