"""Whoosh's own file format, written a term at a time instead of a posting at a time.

What it writes any Whoosh 2.7.4 can read. Left out are the length statistics of blocks, which serve
matchers that skip; we always read a term whole.
"""

import pickle
import zlib
from array import array
from collections.abc import Iterable

import numpy as np
from whoosh.codec.whoosh3 import WHOOSH3_HEADER_MAGIC, W3Codec, W3FieldWriter, W3Segment, W3TermInfo
from whoosh.fields import Schema
from whoosh.filedb.filestore import Storage
from whoosh.system import pack_int, pack_ushort

_COMPRESSED_FROM = 32  # postings
_COMPRESSION = 1
_PICKLE = 2


class TermwiseCodec(W3Codec):  # type: ignore[misc]
    length_stats = False

    def field_writer(self, storage: Storage, segment: W3Segment) -> "TermwiseWriter":
        return TermwiseWriter(self, storage, segment)


class TermwiseWriter(W3FieldWriter):  # type: ignore[misc]
    def add_postings(self, schema: Schema, _lengths: None, items: Iterable[tuple[str, bytes, bytes]]) -> None:
        """Items as `PostingPool.iter_postings` yields them: ordered by field and term."""
        field = None
        for name, term, pairs in items:
            if name != field:
                self.start_field(name, schema[name])
                field = name
            info = self._write(array("d", pairs))
            self._tindex.add(pack_ushort(self._fieldid) + term, info.to_bytes())

    def _write(self, pairs: "array[float]") -> W3TermInfo:
        """All postings of a term as one block; its negative length says that it's the last."""
        weights = tuple(pairs[1::2])
        first, last, most, count = int(pairs[0]), int(pairs[-2]), max(weights), len(weights)
        counts = None if most == min(weights) == 1.0 else weights
        data = pickle.dumps((_steps(pairs), counts, None), _PICKLE)
        compression = _COMPRESSION if count >= _COMPRESSED_FROM else 0
        if compression:
            data = zlib.compress(data, compression)
        block = pickle.dumps((count, last, most, compression, 0, 0), _PICKLE) + data
        start = self._postfile.tell()
        self._postfile.write(WHOOSH3_HEADER_MAGIC + pack_int(-len(block)) + block)
        info = W3TermInfo(sum(weights), count, 0, 0, most, first, last)
        info.set_extent(start, self._postfile.tell() - start)
        return info


def _steps(pairs: "array[float]") -> tuple[int, ...]:
    """Each document as its distance to the one before. Most terms stand in one document only."""
    if len(pairs) == 2:
        return (int(pairs[0]),)
    steps: list[int] = np.diff(np.frombuffer(pairs, np.float64)[::2].astype(np.int64), prepend=0).tolist()
    return tuple(steps)
