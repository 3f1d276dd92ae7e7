"""The header block of a message or part (RFC 5322 section 2.2), read so that a broken line costs only itself."""

import re
from dataclasses import dataclass, field

from intake.mail.charset import decode_header_bytes
from intake.mail.encoded_words import decode_words
from intake.mail.limits import Allowance

_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:(.*)", re.DOTALL)
_FIELD_AHEAD = re.compile(rb"^[A-Za-z][A-Za-z0-9-]{1,60}:[ \t\r\n]", re.MULTILINE)
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


def read_headers(data: bytes, start: int, allowance: Allowance) -> tuple[Headers, int]:
    """Headers from `start`, and where the body begins. A mail without header lines is all body."""
    headers = Headers()
    position = _after_envelope_line(data, start)
    first = position
    block_end = min(len(data), start + allowance.limits.header_bytes_max)
    while position < len(data):
        end = data.find(b"\n", position)
        end = len(data) if end < 0 else end + 1
        line = data[position:end].rstrip(b"\r\n")
        if not line:
            return headers, end
        if position >= block_end or len(headers.fields) >= allowance.limits.header_fields_max:
            allowance.note("header block too long: the rest of it left out")
            return headers, _after_blank_line(data, position)
        if not _take(line, headers, allowance):
            if not _more_fields_follow(data, position):
                allowance.note("no empty line between headers and text")
                return headers, position if headers.fields else first
            allowance.note("a line in the headers is no header: left out")
        position = end
    return headers, len(data)


def _take(line: bytes, headers: Headers, allowance: Allowance) -> bool:
    """Add a line to the headers; False when it is neither a field nor the continuation of one."""
    fields = headers.fields
    if line[:1] in b" \t" and fields:
        name, value = fields[-1]
        if len(value) + len(line) <= allowance.limits.header_bytes_max:
            fields[-1] = (name, value + b"\n" + line)
        return True
    if fields and fields[-1][1].rstrip().endswith(b";") and not _FIELD_AHEAD.match(line + b" "):
        fields[-1] = (fields[-1][0], fields[-1][1] + b"\n " + line)  # a parameter that lost its indent
        return True
    found = _FIELD.match(line)
    if found is None:
        return False
    fields.append((found[1].decode("ascii").lower(), found[2].strip(b" \t")))
    return True


def _after_envelope_line(data: bytes, start: int) -> int:
    """Skips blank lines and the mbox "From " line that some stores leave in front."""
    while data[start : start + 1] in (b"\r", b"\n") and start < len(data):
        start += 1
    if data[start : start + 5] == b"From " or data[start : start + 6] == b">From ":
        end = data.find(b"\n", start)
        return len(data) if end < 0 else end + 1
    return start


def _after_blank_line(data: bytes, position: int) -> int:
    found = re.compile(rb"\n\r*\n").search(data, position)
    return found.end() if found else len(data)


def _more_fields_follow(data: bytes, position: int) -> bool:
    """Whether a header line stands between here and the next empty line."""
    window = data[position : position + 4096]
    blank = re.search(rb"\n\r*\n", window)
    line_end = window.find(b"\n")
    stop = blank.start() + 1 if blank else len(window)
    return line_end >= 0 and _FIELD_AHEAD.search(window, line_end, stop) is not None
