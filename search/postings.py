"""Postings as numpy arrays, the segment that yields them, and a cache that keeps the hot ones.

A segment never changes once written, so what is read from it stays valid across generations.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from search.document import Key

Numbers = NDArray[np.int32]
Reals = NDArray[np.float32]
Mask = NDArray[np.bool_]
Moments = NDArray[np.float64]

CACHE_BYTES = 96 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Postings:
    """Documents (positions in their segment, ascending, each once) and a weight for each."""

    documents: Numbers
    weights: Reals

    def weight_at(self, document: int) -> float:
        """The weight in one document, 0 when it isn't among them."""
        # An int of another width would make numpy convert the whole array first.
        place = int(np.searchsorted(self.documents, np.int32(document)))
        found = place < len(self.documents) and int(self.documents[place]) == document
        return float(self.weights[place]) if found else 0.0


NOTHING = Postings(np.empty(0, np.int32), np.empty(0, np.float32))


@dataclass(frozen=True, slots=True)
class Stored:
    """What a segment keeps word for word of a document, for phrases and highlights."""

    key: Key
    title: str
    body: str
    fix: str


class Segment(Protocol):
    """An unchangeable run of documents, counted from 0. `identity` is unique for its content."""

    @property
    def identity(self) -> str: ...
    @property
    def size(self) -> int: ...
    def postings(self, field: str, term: str) -> Postings: ...
    def vocabulary(self, field: str) -> list[str]: ...
    def lengths(self, field: str) -> Reals: ...
    def days(self) -> Moments: ...
    def numbers(self) -> NDArray[np.int64]: ...
    def versions(self) -> NDArray[np.int64]: ...
    def stored(self, document: int) -> Stored: ...


class PostingsCache:
    """Least recently used postings up to a number of bytes; safe for threads."""

    def __init__(self, limit_bytes: int = CACHE_BYTES) -> None:
        self._limit_bytes = limit_bytes
        self._bytes = 0
        self._kept: OrderedDict[tuple[object, ...], Postings] = OrderedDict()
        self._lock = Lock()

    def get(self, name: tuple[object, ...], read: Callable[[], Postings]) -> Postings:
        """The postings of this name, read once. Two threads may read the same at once; both are right."""
        with self._lock:
            kept = self._kept.get(name)
            if kept is not None:
                self._kept.move_to_end(name)
                return kept
        fresh = read()
        with self._lock:
            if name not in self._kept:
                self._kept[name] = fresh
                self._bytes += _weight(fresh)
            while self._bytes > self._limit_bytes and self._kept:
                self._bytes -= _weight(self._kept.popitem(last=False)[1])
        return fresh


def _weight(postings: Postings) -> int:
    return 400 + postings.documents.nbytes + postings.weights.nbytes
