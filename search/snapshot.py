"""One generation of an index as a reader sees it: segments side by side, numbered through.

Everything that scores works on this; it holds arrays only and is safe for threads.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, partial
from math import log2

import numpy as np
from numpy.typing import NDArray

from search import fields
from search.document import Key
from search.postings import Mask, Moments, Numbers, Postings, PostingsCache, Reals, Segment, Stored
from search.ranking import impact, length_norm, rarity, saturated

_MASKS_KEPT = 64
_RARITIES_KEPT = 20_000


class Snapshot:
    """Segments with what is deleted from each (positions). Positions here run through all segments."""

    def __init__(
        self, segments: Sequence[Segment], deleted: Sequence[Numbers], cache: PostingsCache, generation: int = 0
    ) -> None:
        self.segments = segments
        self.generation = generation
        self._cache = cache
        self._starts = np.cumsum([0, *(segment.size for segment in segments)]).tolist()
        self.size: int = self._starts[-1]
        self.live: Mask = np.ones(self.size, np.bool_)
        for start, gone in zip(self._starts, deleted, strict=False):
            self.live[start + gone] = False
        self.document_count = int(np.count_nonzero(self.live))
        self._masks: dict[tuple[str, str], Mask] = {}
        self._allowed: dict[frozenset[str], Mask] = {}
        self._rarities: dict[tuple[str, str], float] = {}

    def postings(self, field: str, term: str) -> Iterator[Postings]:
        """A term's documents with the count of occurrences, one run for each segment that has any."""
        for start, segment in zip(self._starts, self.segments, strict=False):
            read = partial(segment.postings, field, term)
            found = self._cache.get((segment.identity, field, term), read)
            if len(found.documents):
                yield _moved(found, start)

    def impacts(self, term: str) -> Iterator[Postings]:
        """A word's documents with its BM25 weight over title, body and fix, without its rarity."""
        for start, segment, norms in zip(self._starts, self.segments, self._norms, strict=False):
            name = (segment.identity, self._averages, term)
            found = self._cache.get(name, partial(_impact, segment, norms, term))
            if len(found.documents):
                yield _moved(found, start)

    def code_impacts(self, field: str, code: str) -> Iterator[Postings]:
        """The same for a field whose length says nothing: codes and people."""
        for found in self.postings(field, code):
            yield Postings(found.documents, saturated(found.weights))

    def rarity(self, field: str, term: str) -> float:
        """BM25's weight of a term: near 0 when every document holds it. Field "" is title, body and fix."""
        known = self._rarities.get((field, term))
        if known is None:
            if len(self._rarities) >= _RARITIES_KEPT:
                self._rarities.clear()
            found = self.postings(field, term) if field else self.impacts(term)
            known = rarity(sum(len(run.documents) for run in found), self.size)
            self._rarities[field, term] = known
        return known

    def mask(self, field: str, term: str) -> Mask:
        """Which documents hold a term. Not to be changed by the caller."""
        known = self._masks.get((field, term))
        if known is None:
            if len(self._masks) >= _MASKS_KEPT:
                self._masks.clear()
            known = np.zeros(self.size, np.bool_)
            for found in self.postings(field, term):
                known[found.documents] = True
            self._masks[field, term] = known
        return known

    def holds(self, field: str, term: str, position: int) -> bool:
        """Whether one document holds a term."""
        return any(run.weight_at(position) for run in self.postings(field, term))

    def any_mask(self, field: str, terms: Iterable[str]) -> Mask:
        """Which documents hold any of these terms."""
        mask = np.zeros(self.size, np.bool_)
        for term in terms:
            mask |= self.mask(field, term)
        return mask

    def allowed(self, audience: frozenset[str]) -> Mask:
        """Which live documents a viewer with these tokens may see. Not to be changed by the caller."""
        known = self._allowed.get(audience)
        if known is None:
            if len(self._allowed) >= _MASKS_KEPT:
                self._allowed.clear()
            known = self.live & self.any_mask(fields.AUDIENCE, audience)
            self._allowed[audience] = known
        return known

    @cached_property
    def days(self) -> Moments:
        """When each document was reported, in days since 1970."""
        return np.concatenate([segment.days() for segment in self.segments])

    @cached_property
    def _versions(self) -> NDArray[np.int64]:
        return np.concatenate([segment.versions() for segment in self.segments])

    def key(self, position: int) -> Key:
        kind = self._kinds[int(self._kind_of[position])]
        return Key(kind, int(self._numbers[position]))

    def keyed_versions(self) -> dict[Key, int]:
        """Key and version of every live document."""
        if not self.size:
            return {}
        return {self.key(at): int(self._versions[at]) for at in np.flatnonzero(self.live).tolist()}

    def find(self, key: Key) -> int | None:
        """The position of a live document, or None."""
        for found in self.postings(fields.KEY, str(key)):
            for position in found.documents.tolist():
                if self.live[position]:
                    return int(position)
        return None

    def stored(self, position: int) -> Stored:
        index = int(np.searchsorted(self._starts, position, side="right")) - 1
        return self.segments[index].stored(position - self._starts[index])

    @cached_property
    def _lengths(self) -> list[dict[str, Reals]]:
        return [{field: s.lengths(field) for field in fields.TEXT_FIELDS} for s in self.segments]

    @cached_property
    def _averages(self) -> tuple[float, ...]:
        """Average length of each text field, in steps of a fifth, so that a new document changes none."""
        sums = [sum(float(of[field].sum()) for of in self._lengths) for field in fields.TEXT_FIELDS]
        return tuple(_stepped(total / max(self.size, 1)) for total in sums)

    @cached_property
    def _norms(self) -> list[dict[str, Reals]]:
        averages = dict(zip(fields.TEXT_FIELDS, self._averages, strict=True))
        return [{f: length_norm(of[f], averages[f]) for f in of} for of in self._lengths]

    @cached_property
    def _numbers(self) -> NDArray[np.int64]:
        return np.concatenate([segment.numbers() for segment in self.segments])

    @cached_property
    def _kinds(self) -> list[str]:
        return sorted({kind for segment in self.segments for kind in segment.vocabulary(fields.KIND)})

    @cached_property
    def _kind_of(self) -> Numbers:
        kinds = np.zeros(self.size, np.int32)
        for number, kind in enumerate(self._kinds):
            kinds[self.mask(fields.KIND, kind)] = number
        return kinds


def _moved(found: Postings, start: int) -> Postings:
    return Postings(found.documents + np.int32(start), found.weights) if start else found


def _impact(segment: Segment, norms: dict[str, Reals], term: str) -> Postings:
    title, body, fix = ((segment.postings(field, term), norms[field]) for field in fields.TEXT_FIELDS)
    return impact(title, body, fix)


def _stepped(average: float) -> float:
    return float(2.0 ** (round(log2(max(average, 1.0)) * 4) / 4))
