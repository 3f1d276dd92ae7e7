"""Collects the postings of a segment while it is written: for each term one array of document and weight.

Stands where Whoosh has a pool that sorts every single posting; spills to sorted files to bound memory.
"""

import heapq
import struct
from array import array
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path

MOST_POSTINGS = 3_000_000
MOST_TERMS = 250_000

_HEAD = struct.Struct("!BHI")
_Run = tuple[str, bytes, bytes]  # field, term, array of doubles: document, weight, document, weight, ...


class PostingPool:
    """`folder`: where files go when there is too much for memory."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._terms: dict[tuple[str, bytes], array[float]] = {}
        self._count = 0
        self._files: list[Path] = []

    def add(self, item: tuple[str, bytes, int, float, bytes]) -> None:
        """One posting, as Whoosh's writer gives it. Documents come in ascending order."""
        field, term, document, weight, _value = item
        self.extend(field, term, (document, weight))

    def extend(self, field: str, term: bytes, pairs: "tuple[float, ...] | list[float]") -> None:
        """Documents and weights alternating."""
        known = self._terms.get((field, term))
        if known is None:
            if self._count > MOST_POSTINGS or len(self._terms) > MOST_TERMS:
                self._spill()
            self._terms[field, term] = array("d", pairs)
        else:
            known.extend(pairs)
        self._count += len(pairs) // 2

    def iter_postings(self) -> Iterator[_Run]:
        """All terms once, by field and then by bytes."""
        runs = [*(_read(file) for file in self._files), self._sorted()]
        for (field, term), group in groupby(heapq.merge(*runs, key=itemgetter(0, 1)), key=itemgetter(0, 1)):
            yield field, term, b"".join(run[2] for run in group)

    def cleanup(self) -> None:
        for file in self._files:
            file.unlink(missing_ok=True)
        self._terms.clear()

    def _sorted(self) -> Iterator[_Run]:
        for field, term in sorted(self._terms):
            yield field, term, self._terms[field, term].tobytes()

    def _spill(self) -> None:
        file = self._folder / f"{len(self._files)}.run"
        self._files.append(file)
        with file.open("wb") as out:
            for field, term, pairs in self._sorted():
                out.write(_HEAD.pack(len(field), len(term), len(pairs)) + field.encode() + term + pairs)
        self._terms.clear()
        self._count = 0


def _read(file: Path) -> Iterator[_Run]:
    with file.open("rb") as source:
        while head := source.read(_HEAD.size):
            field, term, pairs = _HEAD.unpack(head)
            yield source.read(field).decode(), source.read(term), source.read(pairs)
