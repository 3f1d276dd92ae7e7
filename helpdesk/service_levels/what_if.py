"""“What if”: what a policy or a calendar, as an administrator has it in the form, would have meant for the incidents
of last month. Reads only; for the settings pages."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.journal import Event, EventKind
from helpdesk.service_levels.calendar import BEGINNING, Calendar, checked
from helpdesk.service_levels.choosing import Book
from helpdesk.service_levels.clocks import MET, MISSED, Clock
from helpdesk.service_levels.intervals import Target
from helpdesk.service_levels.policy import ServiceLevelPolicy
from helpdesk.service_levels.policy import checked as checked_policy
from helpdesk.service_levels.records import RECORD_KIND
from helpdesk.service_levels.replaying import book_of, clocks_of_many
from helpdesk.service_levels.terms import OpeningTimes, Promise
from helpdesk.service_levels.versions import filled

INCIDENTS_MAX = 2000
EXAMPLES_MAX = 20
_BATCH = 200
_NOT_SAVED = "new"  # a series that no row has


@dataclass(frozen=True, slots=True)
class Count:
    """How many promises of one target were kept and broken; of updates each one counts."""

    met: int = 0
    missed: int = 0


@dataclass(frozen=True, slots=True)
class Flip:
    """An incident whose verdict would be another: "met", "missed" or, where nothing was promised or it is not known
    yet, "". The figures are those of the clock that took longest; None without one."""

    incident_id: int
    target: Target
    before: str
    after: str
    clock_before: Clock | None
    clock_after: Clock | None


@dataclass(frozen=True, slots=True)
class WhatIf:
    """`compared` incidents opened from `since` until before `until`; `is_cut_off`: there were more than
    were to be compared, and the newest were taken. `flips` counts all of them, `examples` shows some."""

    since: datetime
    until: datetime
    compared: int
    is_cut_off: bool
    before: dict[Target, Count]
    after: dict[Target, Count]
    flips: int
    examples: tuple[Flip, ...]


def what_if(
    session: Session,
    change: ServiceLevelPolicy | Calendar,
    since: datetime,
    until: datetime,
    *,
    now: datetime,
    incidents_max: int | None = None,
) -> WhatIf:
    """Compares what holds with what would, had `change` held all the time. `change` is not saved: a new row, or one
    from `versions.changed_policy` or `versions.changed_calendar`. Raises Invalid when it makes no sense."""
    most = incidents_max or INCIDENTS_MAX
    before = book_of(session)
    after = _changed(before, change)
    query = select(Event.record_id).where(
        Event.kind == EventKind.OPENED.value,
        Event.at >= since,
        Event.at < until,
        Event.record_kind == RECORD_KIND,
    )
    numbers = list(session.scalars(query.order_by(Event.at.desc()).limit(most + 1)))
    compared = numbers[:most]
    counts: dict[str, dict[Target, Count]] = {"before": {}, "after": {}}
    flips: list[Flip] = []
    for first in range(0, len(compared), _BATCH):
        some = compared[first : first + _BATCH]
        was, would = (clocks_of_many(session, some, now=now, book=book) for book in (before, after))
        for number in some:
            _count(counts["before"], was[number])
            _count(counts["after"], would[number])
            flips += _flips(number, was[number], would[number])
    return WhatIf(
        since=since,
        until=until,
        compared=len(compared),
        is_cut_off=len(numbers) > most,
        before=counts["before"],
        after=counts["after"],
        flips=len(flips),
        examples=tuple(flips[:EXAMPLES_MAX]),
    )


def _changed(book: Book, change: ServiceLevelPolicy | Calendar) -> Book:
    """The book as if the change were the only version of its series, and had held since the beginning."""
    change.series = change.series or _NOT_SAVED
    change.valid_from, change.applies_to_running = BEGINNING, False
    filled(change)
    if isinstance(change, Calendar):
        times = OpeningTimes.of(checked(change))
        return replace(book, times=(*(one for one in book.times if one.series != times.series), times))
    promise = Promise.of(checked_policy(change))
    return replace(book, promises=(*(one for one in book.promises if one.series != promise.series), promise))


def _count(counts: dict[Target, Count], clocks: Sequence[Clock]) -> None:
    for clock in clocks:
        known = counts.setdefault(clock.target, Count())
        met, missed = known.met + (clock.state == MET), known.missed + (clock.state == MISSED)
        counts[clock.target] = Count(met, missed)


def _flips(number: int, before: Sequence[Clock], after: Sequence[Clock]) -> Iterator[Flip]:
    for target in Target:
        (was, one), (would, other) = _verdict(before, target), _verdict(after, target)
        if was != would:
            yield Flip(number, target, was, would, one, other)


def _verdict(clocks: Sequence[Clock], target: Target) -> tuple[str, Clock | None]:
    known = [one for one in clocks if one.target is target]
    longest = max(known, key=lambda one: (one.is_missed, one.elapsed_seconds), default=None)
    verdict = next((state for state in (MISSED, MET) if any(one.state == state for one in known)), "")
    return verdict, longest
