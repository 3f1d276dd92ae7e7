"""Writes documents into a Whoosh build: one segment for each change, small ones merged as they gather.

Only to be called by the holder of the directory's lock; Whoosh's own lock is left aside because a
commit that fails keeps it.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC, FileIndex
from whoosh.reading import SegmentReader
from whoosh.writing import SegmentWriter

from search.document import Document
from search.whoosh_codec import TermwiseCodec
from search.whoosh_pool import PostingPool
from search.whoosh_schema import SCHEMA, row
from search.whoosh_segment import WhooshSegment

LARGEST_MERGED = 4096  # documents; what is larger stays as it is until a rebuild
SEGMENTS_A_LEVEL = 8


class WhooshWriter:
    """One change of a build, made within `writing`."""

    def __init__(self, writer: SegmentWriter) -> None:
        self._writer = writer

    def delete(self, position: int) -> None:
        """Delete by position in the snapshot of the generation this change starts from."""
        self._writer.delete_document(position)

    def add(self, documents: Iterable[Document]) -> None:
        for document in documents:
            self._writer.add_document(**row(document))


@contextmanager
def writing(build: Path, *, merge: bool = True) -> Iterator[WhooshWriter]:
    """Commits at the end of the block; after an error nothing has happened."""
    index = FileIndex(FileStorage(str(build)), schema=SCHEMA)
    writer = SegmentWriter(index, _lk=False, codec=TermwiseCodec())
    writer.pool = PostingPool(Path(writer.temp_storage().folder))
    try:
        yield WhooshWriter(writer)
        writer.commit(mergetype=_merge_small if merge else _merge_nothing)
    except BaseException:
        if not writer.is_closed:
            writer.cancel()
        raise


def create(build: Path) -> None:
    """An empty index in an empty folder."""
    TOC.create(FileStorage(str(build)), SCHEMA)


def _merge_nothing(_writer: SegmentWriter, segments: list[object]) -> list[object]:
    return segments


def _merge_small(writer: SegmentWriter, segments: list[object]) -> list[object]:
    """Whoosh's merge policy: which segments stay. Eight of one size become one; the dead are dropped.

    Whoosh's own rule now and then merges everything, which at 100,000 documents halts the worker for minutes.
    """
    alive = [segment for segment in segments if _live(segment)]
    levels: dict[int, list[object]] = {}
    for segment in alive:
        if _live(segment) * SEGMENTS_A_LEVEL <= LARGEST_MERGED:
            levels.setdefault(_live(segment).bit_length() // 3, []).append(segment)
    merged = next((level for level in levels.values() if len(level) >= SEGMENTS_A_LEVEL), [])
    for segment in merged:
        _take_over(writer, segment)
    return [segment for segment in alive if segment not in merged]


def _take_over(writer: SegmentWriter, segment: object) -> None:
    """Copies what lives in a segment into the one being written, a term at a time."""
    first = writer.docnum
    reader = SegmentReader(writer.storage, writer.schema, segment)
    moved = writer.write_per_doc(writer.schema.names(), reader)
    terms = list(reader.all_terms())
    reader.close()
    source = WhooshSegment(writer.storage, segment)
    places = np.arange(first, first + source.size) if moved is None else _places(moved, source.size)
    for field, term in terms:
        found = source.term_postings(field, term)
        moved_to = places[found.documents].tolist()
        pairs = [both for both in zip(moved_to, found.weights.tolist(), strict=True) if both[0] >= 0]
        if pairs:
            writer.pool.extend(field, term, list(chain.from_iterable(pairs)))
    writer._added = True


def _places(moved: dict[int, int], size: int) -> NDArray[np.int64]:
    """New positions by old ones, -1 for what is deleted."""
    places = np.full(size, -1, np.int64)
    places[list(moved)] = list(moved.values())
    return places


def _live(segment: object) -> int:
    count: int = segment.doc_count_all() - segment.deleted_count()  # type: ignore[attr-defined]
    return count
