"""Which policy holds for an incident, by which calendar, at each moment. Pure: rows become values in a `Book`.

An incident keeps to what was promised when it was opened. A later version holds for it only from the moment on at
which that came to hold for running incidents too, which an administrator chose."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from helpdesk.service_levels.calendar import Calendar
from helpdesk.service_levels.policy import ServiceLevelPolicy
from helpdesk.service_levels.terms import Facts, OpeningTimes, Promise, Terms, Version

__all__ = ["Book", "Facts", "OpeningTimes", "Promise", "Terms"]

_BY = ("organization", "service", "category", "priority", "record type")


V = TypeVar("V", bound=Version)


class Holding:
    """What holds for one incident, which was opened then. `changes` are the moments at which that may be something
    else, though nothing about the incident changed."""

    def __init__(self, book: "Book", opened_at: datetime) -> None:
        self.book, self.opened_at = book, opened_at
        self.changes = book.changes(opened_at=opened_at)
        self._known: dict[tuple[Facts, int], Terms | None] = {}

    def terms(self, facts: Facts, at: datetime) -> Terms | None:
        key = facts, bisect_right(self.changes, at)
        if key not in self._known:
            self._known[key] = self.book.terms(facts, opened_at=self.opened_at, at=at)
        return self._known[key]


@dataclass(frozen=True)
class Book:
    """Every version of every policy and calendar, and the category tree: number to number of the parent."""

    promises: tuple[Promise, ...]
    times: tuple[OpeningTimes, ...]
    parents: Mapping[int, int | None] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        policies: Iterable[ServiceLevelPolicy],
        calendars: Iterable[Calendar],
        parents: Mapping[int, int | None] | None = None,
    ) -> "Book":
        """From rows, saved or not. There must be a calendar."""
        return cls(
            tuple(Promise.of(row) for row in policies),
            tuple(OpeningTimes.of(row) for row in calendars),
            parents or {},
        )

    def terms(self, facts: Facts, *, opened_at: datetime, at: datetime) -> Terms | None:
        """What holds at this moment for an incident with these facts; None when no policy does."""
        ranked = [
            (rank, promise.position, promise.series, promise)
            for promise in _holding(self.promises, opened_at, at)
            if not promise.is_retired and (rank := self._rank(promise, facts)) is not None
        ]
        if not ranked:
            return None
        rank, _, _, promise = min(ranked)[:4]
        return Terms(promise, self._times(promise.calendar, opened_at, at), _because(rank))

    def changes(self, *, opened_at: datetime) -> list[datetime]:
        """The moments after the opening at which something else may come to hold for an incident that is open."""
        every: tuple[Version, ...] = (*self.promises, *self.times)
        return sorted({one.valid_from for one in every if one.applies_to_running and opened_at < one.valid_from})

    def _times(self, series: str, opened_at: datetime, at: datetime) -> OpeningTimes:
        holding = _holding(self.times, opened_at, at, or_first=True)
        named = next((one for one in holding if series and one.series == series), None)
        return named or next((one for one in holding if one.is_default), holding[0])

    def _rank(self, promise: Promise, facts: Facts) -> tuple[int, ...] | None:
        """Lower is more specific, compared from the organization on; None when it does not fit."""
        found = (
            _given(promise.organization_ids, facts.organization_id),
            _given(promise.service_ids, facts.service_id),
            self._category(promise.category_ids, facts.category_id),
            _given(promise.priorities, facts.priority),
            _given({promise.record_type} - {""}, facts.record_type),
        )
        return None if None in found else tuple(one for one in found if one is not None)

    def _category(self, wanted: frozenset[int], category_id: int | None) -> int | None:
        """The nearer the category that is named, the more specific."""
        if not wanted:
            return _NOT_NAMED
        passed: set[int] = set()
        while category_id is not None and category_id not in passed:
            if category_id in wanted:
                return len(passed)
            passed.add(category_id)
            category_id = self.parents.get(category_id)
        return None


_NOT_NAMED = 10_000


def _given(wanted: Iterable[object], found: object) -> int | None:
    wanted = set(wanted)
    if not wanted:
        return _NOT_NAMED
    return 0 if found in wanted else None


def _because(rank: tuple[int, ...]) -> str:
    named = [words for words, one in zip(_BY, rank, strict=True) if one != _NOT_NAMED]
    return "chosen by " + " and ".join(named) if named else "it holds for everything else"


def _holding(versions: Iterable[V], opened_at: datetime, at: datetime, *, or_first: bool = False) -> list[V]:
    """Of each series the newest version that holds for an incident opened then; else, if asked for, the first."""
    found: dict[str, V] = {}
    first: dict[str, V] = {}
    for one in sorted(versions, key=lambda one: one.version):
        first.setdefault(one.series, one)
        if one.valid_from <= opened_at or (one.applies_to_running and one.valid_from <= at):
            found[one.series] = one
    return list((first | found if or_first else found).values())
