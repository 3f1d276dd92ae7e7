"""One Whoosh segment read into arrays, whole terms at a time.

Reaches below Whoosh's public readers (the version is pinned): those filter deleted documents for one
generation, keep a position that threads would share, and yield postings one by one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from io import BytesIO
from itertools import takewhile
from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh.codec.whoosh3 import LENGTHS_COLUMN, W3LeafMatcher
from whoosh.filedb.filestore import FileStorage
from whoosh.formats import Existence
from whoosh.reading import SegmentReader, TermNotFound
from whoosh.util.numeric import byte_to_length

from search.document import Key
from search.index import IndexDamaged
from search.postings import NOTHING, Moments, Postings, Reals, Stored
from search.whoosh_schema import INT64, MOMENT, NUMBER, SCHEMA, TEXTS, VERSION, term_bytes

_DAY_MILLISECONDS = 86_400_000.0
_LENGTHS = np.array([byte_to_length(byte) for byte in range(256)], np.float32)
_FORMAT = Existence()
_SMALL = 64  # documents


@contextmanager
def _reading(identity: str) -> Iterator[None]:
    """Torn files make Whoosh raise nearly anything."""
    try:
        yield
    except MemoryError:
        raise
    except Exception as error:
        raise IndexDamaged(f"Segment {identity} can't be read: run `helpdesk search rebuild`") from error


class WhooshSegment:
    """Stays readable after its files are deleted: they are mapped when it is opened."""

    def __init__(self, storage: FileStorage, segment: object) -> None:
        self._reader = SegmentReader(storage, SCHEMA, segment)
        self.identity: str = self._reader.segment().segment_id()
        self.size: int = self._reader.doc_count_all()
        self._terms = self._reader._terms
        self._columns = self._reader._perdoc
        self._blocks = self._terms._postfile
        # Whoosh copies both files into memory beside the map it made of them; only the map is read here.
        for file in (self._blocks, self._terms._dbfile):
            file.file = BytesIO()

    @cached_property
    def _vocabulary(self) -> frozenset[tuple[str, bytes]] | None:
        """All terms of a small segment: what was just added has few, and is asked for many it lacks."""
        return frozenset(self._terms.terms()) if self.size <= _SMALL else None

    def postings(self, field: str, term: str) -> Postings:
        return self.term_postings(field, term_bytes(term))

    def term_postings(self, field: str, term: bytes) -> Postings:
        """The same for a term as Whoosh keeps it."""
        with _reading(self.identity):
            if self._vocabulary is not None and (field, term) not in self._vocabulary:
                return NOTHING
            try:
                offset, (length,) = self._terms.term_info(field, term).extent()
            except TermNotFound:
                return NOTHING
            block = W3LeafMatcher(self._blocks.subset(offset, length), 0, length, _FORMAT)
            block._read_data()
            steps, counts, _values = block._data
            documents = np.cumsum(np.array(steps, np.int32), dtype=np.int32)
            weights = np.full(len(steps), 1.0 if counts is None else counts, np.float32)
            return Postings(documents, weights)

    def vocabulary(self, field: str) -> list[str]:
        with _reading(self.identity):
            found = takewhile(lambda name: name[0] == field, self._terms.terms_from(field, b""))
            return [term.decode("utf-8", "surrogatepass") for _field, term in found]

    def lengths(self, field: str) -> Reals:
        lengths: Reals = _LENGTHS[self._column(f"_{field}_len", LENGTHS_COLUMN, np.dtype(np.uint8))]
        return lengths

    def days(self) -> Moments:
        return self._column(MOMENT, INT64, np.dtype(">i8")) / _DAY_MILLISECONDS

    def numbers(self) -> NDArray[np.int64]:
        return self._column(NUMBER, INT64, np.dtype(">i8")).astype(np.int64)

    def versions(self) -> NDArray[np.int64]:
        return self._column(VERSION, INT64, np.dtype(">i8")).astype(np.int64)

    def stored(self, document: int) -> Stored:
        with _reading(self.identity):
            kind, number, title, body, fix = self._reader.stored_fields(document)[TEXTS]
        return Stored(Key(kind, number), title, body, fix)

    def _column(self, name: str, column: object, kind: np.dtype[Any]) -> NDArray[Any]:
        """A column of fixed width as an array; Whoosh leaves out zeros at its end, or all of it."""
        values = np.zeros(self.size, kind)
        with _reading(self.identity):
            if self._columns.has_column(name):
                reader = self._columns.column_reader(name, column)
                written = reader._dbfile.get(reader._basepos, reader._count * kind.itemsize)
                values[: reader._count] = np.frombuffer(written, kind)
        return values
