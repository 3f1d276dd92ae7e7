"""ASN.1 in BER (X.690), as far as S/MIME envelopes need it. Bounded for hostile bytes: linear, no recursion by input.

General ASN.1 packages take quadratic time over crafted tags; this one knows short tags only, and no others occur.
"""

from collections.abc import Iterator
from dataclasses import dataclass

SEQUENCE, SET, OBJECT_IDENTIFIER, OCTET_STRING, INTEGER = 0x30, 0x31, 0x06, 0x04, 0x02
_VALUES_MAX = 65_536  # in a row: 64 MB in segments of a kilobyte
_OPEN_MAX = 32  # indefinite lengths inside one another
_SEGMENTS_DEPTH_MAX = 4


class Malformed(ValueError):
    """The bytes are no BER."""


@dataclass(frozen=True, slots=True)
class Element:
    """One value: `data[begin:end]` with its header, `data[start:stop]` without."""

    data: bytes
    tag: int
    begin: int
    start: int
    stop: int
    end: int

    @property
    def content(self) -> bytes:
        return self.data[self.start : self.stop]

    @property
    def encoded(self) -> bytes:
        return self.data[self.begin : self.end]

    def children(self) -> Iterator["Element"]:
        """The values inside, each read when it is asked for; raises Malformed at the first that is broken."""
        position = self.start
        for _ in range(_VALUES_MAX):
            if position >= self.stop:
                return
            child = _element(self.data, position, self.stop)
            yield child
            position = child.end
        raise Malformed("too many values")

    def octets(self, depth: int = 0) -> bytes:
        """The bytes of a string, which may be sent in segments (X.690 section 8.7.3)."""
        if not self.tag & 0x20:
            return self.content
        if depth >= _SEGMENTS_DEPTH_MAX:
            raise Malformed("segments nested too deep")
        return b"".join(child.octets(depth + 1) for child in self.children())

    def number(self) -> int:
        return int.from_bytes(self.content[:128], "big", signed=True)


def read(data: bytes) -> Element:
    """The value with which `data` begins; raises Malformed."""
    return _element(data, 0, len(data))


def _element(data: bytes, begin: int, limit: int) -> Element:
    tag, start, length = _header(data, begin, limit)
    if length is not None:
        return Element(data, tag, begin, start, start + length, start + length)
    stop = _end_of_contents(data, start, limit)
    return Element(data, tag, begin, start, stop, stop + 2)


def _header(data: bytes, at: int, limit: int) -> tuple[int, int, int | None]:
    """Tag, where the content starts, and its length; None: it ends with an end-of-contents mark."""
    if at + 2 > limit:
        raise Malformed("ends within a header")
    tag, first = data[at], data[at + 1]
    if tag & 0x1F == 0x1F:
        raise Malformed("a tag that does not occur in mail")
    at += 2
    if first == 0x80:
        return tag, at, None
    length = first
    if first & 0x80:
        count = first & 0x7F
        if count > 4 or at + count > limit:
            raise Malformed("a length out of range")
        length = int.from_bytes(data[at : at + count], "big")
        at += count
    if at + length > limit:
        raise Malformed("longer than what it stands in")
    return tag, at, length


def _end_of_contents(data: bytes, at: int, limit: int) -> int:
    """Where the two zero bytes stand that end an indefinite length."""
    still_open = 1
    for _ in range(_VALUES_MAX * 2):
        if data[at : at + 2] == b"\x00\x00" and at + 2 <= limit:
            still_open -= 1
            if not still_open:
                return at
            at += 2
            continue
        _, start, length = _header(data, at, limit)
        still_open += length is None
        if still_open > _OPEN_MAX:
            break
        at = start + (length or 0)
    raise Malformed("indefinite lengths too many or too deep")
