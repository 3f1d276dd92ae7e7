"""MAPI properties as winmail.dat holds them ([MS-OXTNEF] section 2.1.3.4). Bounded; used by tnef.py only."""

from collections.abc import Iterator
from dataclasses import dataclass

_PROPERTIES_MAX = 5000
_VALUES_MAX = 1000
_MANY = 0x1000
_NAMED_FROM = 0x8000
_STRING, _UNICODE, _OBJECT, _BINARY = 0x1E, 0x1F, 0x0D, 0x0102
_FIXED_BYTES = {
    0x01: 4, 0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16,
}  # fmt: skip


class Broken(Exception):
    """The stream ends or lies before its end."""


@dataclass(frozen=True, slots=True)
class Property:
    """One property with its first value."""

    tag: int
    kind: int
    value: bytes

    @property
    def is_unicode(self) -> bool:
        return self.kind == _UNICODE

    @property
    def is_object(self) -> bool:
        return self.kind == _OBJECT


def read_properties(data: bytes) -> Iterator[Property]:
    """Every property of a block; raises Broken where it cannot be read on."""
    reader = _Bytes(data)
    count = reader.number(4)
    for _ in range(min(count, _PROPERTIES_MAX)):
        kind, tag = reader.number(2), reader.number(2)
        if tag >= _NAMED_FROM:
            _skip_name(reader)
        yield Property(tag, kind & ~_MANY, _value(reader, kind))


def _skip_name(reader: "_Bytes") -> None:
    """A named property says its name, by number or by text, before its value."""
    reader.take(16)
    if reader.number(4):
        reader.padded(reader.number(4))
    else:
        reader.take(4)


def _value(reader: "_Bytes", kind: int) -> bytes:
    """The first of the values; a single one of variable length is counted too."""
    base = kind & ~_MANY
    is_variable = base in {_STRING, _UNICODE, _OBJECT, _BINARY}
    if not is_variable and base not in _FIXED_BYTES:
        raise Broken
    count = reader.number(4) if is_variable or kind & _MANY else 1
    if count > _VALUES_MAX:
        raise Broken
    if not is_variable:
        return reader.take(_FIXED_BYTES[base] * count)[: _FIXED_BYTES[base]]
    values = [reader.padded(reader.number(4)) for _ in range(count)]
    return values[0] if values else b""


class _Bytes:
    """Reads on in bytes, never past their end."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, count: int) -> bytes:
        if self._at + count > len(self._data):
            raise Broken
        self._at += count
        return self._data[self._at - count : self._at]

    def padded(self, count: int) -> bytes:
        """`count` bytes that are filled up to a multiple of four; the last filling may be missing."""
        value = self.take(count)
        self._at = min(len(self._data), self._at + -count % 4)
        return value

    def number(self, count: int) -> int:
        return int.from_bytes(self.take(count), "little")
