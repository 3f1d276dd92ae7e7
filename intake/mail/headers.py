"""The header block of a message or part (RFC 5322 section 2.2), read so that a broken line costs only itself."""

import re
from dataclasses import dataclass, field

from intake.mail.charset import decode_header_bytes
from intake.mail.encoded_words import decode_words
from intake.mail.limits import Allowance

_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:(.*)", re.DOTALL)
_FIELD_AHEAD = re.compile(rb"^[A-Za-z][A-Za-z0-9-]{1,60}:[ \t\r\n]", re.MULTILINE)
_BLANK = re.compile(rb"[\r\n]*")
_EMPTY_LINE = re.compile(rb"\n\r?\n")
_FOLD = re.compile(r"[\r\n]+[ \t]*")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f]")


@dataclass(slots=True)
class Headers:
    """Fields in order, names in lower case, values as raw bytes; `charset` reads raw 8-bit values."""

    fields: list[tuple[str, bytes]] = field(default_factory=list)
    charset: str | None = None

    def raw(self, name: str) -> bytes | None:
        """The first value of the field, still folded; None when absent."""
        return next((value for key, value in self.fields if key == name), None)

    def raw_all(self, name: str) -> list[bytes]:
        return [value for key, value in self.fields if key == name]

    def has(self, name: str) -> bool:
        return any(key == name for key, _ in self.fields)

    def text(self, name: str) -> str:
        """The first value unfolded and decoded, "" when absent."""
        value = self.raw(name)
        return "" if value is None else decode_words(self.unfolded(value)).strip()

    def unfolded(self, value: bytes) -> str:
        """One line of text, encoded words still in place, control characters gone."""
        return _CONTROL.sub("", _FOLD.sub(" ", decode_header_bytes(value, self.charset))).strip()

    def lines(self, name: str) -> list[str]:
        """Every value of the field, unfolded, encoded words still in place."""
        return [self.unfolded(value) for value in self.raw_all(name)]


def read_headers(data: bytes, start: int, allowance: Allowance, end: int | None = None) -> tuple[Headers, int]:
    """Headers from `start`, and where the body begins. A mail without header lines is all body."""
    end = len(data) if end is None else end
    block = _Block(allowance)
    position = first = _after_envelope_line(data, start, end)
    block_end = min(end, start + allowance.limits.header_bytes_max)
    while position < end:
        line_end = data.find(b"\n", position, end)
        line_end = end if line_end < 0 else line_end + 1
        line = data[position : min(line_end, position + allowance.limits.field_bytes_max)].rstrip(b"\r\n")
        if not line:
            return block.headers(), line_end
        if position >= block_end or block.count >= allowance.limits.header_fields_max:
            allowance.note("header block too long: the rest of it left out")
            return block.headers(), _after_blank_line(data, position, end)
        if not block.take(line):
            if not _more_fields_follow(data, position, end):
                allowance.note("no empty line between headers and text")
                return block.headers(), position if block.count else first
            allowance.note("a line in the headers is no header: left out")
        position = line_end
    return block.headers(), end


class _Block:
    """The fields of one header block while it is read, each in its lines."""

    def __init__(self, allowance: Allowance) -> None:
        self._fields: list[tuple[str, list[bytes]]] = []
        self._left = 0
        self._allowance = allowance

    @property
    def count(self) -> int:
        return len(self._fields)

    def headers(self) -> Headers:
        return Headers([(name, b"\n".join(lines)) for name, lines in self._fields])

    def take(self, line: bytes) -> bool:
        """Add a line to the headers; False when it is neither a field nor the continuation of one."""
        if self._fields and line[:1] in b" \t":
            self._continue(line)
            return True
        if self._fields and self._fields[-1][1][-1].endswith(b";") and not _FIELD_AHEAD.match(line + b" "):
            self._continue(b" " + line)  # a parameter that lost its indent
            return True
        found = _FIELD.match(line)
        if found is None:
            return False
        self._fields.append((found[1].decode("ascii").lower(), [found[2].strip(b" \t")]))
        self._left = self._allowance.limits.field_bytes_max - len(line)
        return True

    def _continue(self, line: bytes) -> None:
        self._left -= len(line) + 1
        if self._left >= 0:
            self._fields[-1][1].append(line.rstrip(b" \t"))
        else:
            self._allowance.note(f"header longer than {self._allowance.limits.field_bytes_max} bytes: its end left out")


def _after_envelope_line(data: bytes, start: int, end: int) -> int:
    """Skips blank lines and the mbox "From " line that some stores leave in front."""
    blank = _BLANK.match(data, start, end)
    start = blank.end() if blank else start
    if data.startswith((b"From ", b">From "), start, end):
        line_end = data.find(b"\n", start, end)
        return end if line_end < 0 else line_end + 1
    return start


def _after_blank_line(data: bytes, position: int, end: int) -> int:
    found = _EMPTY_LINE.search(data, position, end)
    return found.end() if found else end


def _more_fields_follow(data: bytes, position: int, end: int) -> bool:
    """Whether a header line stands between here and the next empty line."""
    window = data[position : min(end, position + 4096)]
    blank = _EMPTY_LINE.search(window)
    line_end = window.find(b"\n")
    stop = blank.start() + 1 if blank else len(window)
    return line_end >= 0 and _FIELD_AHEAD.search(window, line_end, stop) is not None
