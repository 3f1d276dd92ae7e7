"""The mails of an mbox file, whichever of its dialects: where each one stands, and its bytes without From-quoting.

mboxo and mboxrd part mails by a blank line and a "From " line and write ">From " inside (RFC 4155); mboxcl and
mboxcl2 count bytes in Content-Length, and the latter quotes nothing. Read in pieces: a file may have many gigabytes."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from intake.mail.headers import Headers, read_headers
from intake.mail.limits import Allowance, Limits

BLOCK_BYTES = 1024 * 1024
HEADER_BYTES = 64 * 1024
# Longer than anything that SEPARATOR can match, so that none hides on the border of two blocks.
OVERLAP_BYTES = 1024

SEPARATOR = re.compile(rb"\n\r?\n(From [^\r\n]{0,300}\r?\n)(?=[!-9;-~]{1,100}[ \t]*:|>From )")
# A line of prose that begins with "From" and stands in front of something like a header has no time of day in it.
ENVELOPE = re.compile(rb"From (?:.*\d{1,2}:\d{2}.*\d{4}.*|-|MAILER-DAEMON|\S+@\S+|)\s*", re.IGNORECASE)
FOLLOWED = re.compile(rb"(?:\r?\n){0,2}From ")
QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Span:
    """One mail in an mbox, without its "From " line. `counted`: its length comes from Content-Length."""

    offset: int
    length: int
    counted: bool


def spans(file: BinaryIO) -> Iterator[tuple[Span, Headers]]:
    """Every mail of the file in its order, with its headers as far as they fit in 64 KiB."""
    end = file.seek(0, os.SEEK_END)
    start = _after_line(file, 0)
    counting: bool | None = None  # decided by the first mail: a sender could write a Content-Length too
    while start < end:
        headers, body = _headers(file, start)
        length = _counted(file, headers, body, end) if counting is not False else None
        counting = length is not None if counting is None else counting
        if length is not None:
            stop, following = body + length, _next_counted(file, body + length, end)
        else:
            stop, following = _next_separator(file, max(start, body - 4), end)
        yield Span(start, stop - start, length is not None), headers
        start = following


def read(file: BinaryIO, span: Span) -> bytes:
    """The mail itself, as it was before it was put into the mbox."""
    file.seek(span.offset)
    raw = file.read(span.length)
    if span.counted and b"\nFrom " in raw:
        return raw  # mboxcl2: had it been quoted, this line would have been
    _, body = read_headers(raw[:HEADER_BYTES], 0, Allowance(Limits()))
    return raw[:body] + QUOTED.sub(rb"\1", raw[body:])


def _headers(file: BinaryIO, start: int) -> tuple[Headers, int]:
    file.seek(start)
    headers, length = read_headers(file.read(HEADER_BYTES), 0, Allowance(Limits()))
    return headers, start + length


def _after_line(file: BinaryIO, start: int) -> int:
    file.seek(start)
    file.readline(OVERLAP_BYTES)
    return file.tell()


def _counted(file: BinaryIO, headers: Headers, body: int, end: int) -> int | None:
    """The length of the body that the header gives, when a mail or the end of the file follows right there."""
    given = headers.text("content-length")
    if not given.isascii() or not given.isdigit() or len(given) > 15 or body + int(given) > end:
        return None
    length = int(given)
    file.seek(max(0, body + length - 1))
    before, after = file.read(1), file.read(16)
    if not after.strip(b"\r\n") and body + length + len(after) >= end:
        return length
    follows = FOLLOWED.match(after)
    # A line must have ended: else this is the middle of a quoted ">From ".
    return length if follows and (before == b"\n" or after[:1] in b"\r\n") else None


def _next_counted(file: BinaryIO, stop: int, end: int) -> int:
    file.seek(stop)
    rest = file.read(16)
    if not rest.strip(b"\r\n"):
        return end
    return _after_line(file, stop + len(rest) - len(rest.lstrip(b"\r\n")))


def _next_separator(file: BinaryIO, start: int, end: int) -> tuple[int, int]:
    """(end of this mail, beginning of the next)."""
    position = start
    while position < end:
        file.seek(position)
        block = file.read(BLOCK_BYTES + OVERLAP_BYTES)
        for found in SEPARATOR.finditer(block):
            if ENVELOPE.fullmatch(found[1]):
                return position + found.start() + 1, position + found.end()
        position += BLOCK_BYTES
    return _without_last_blank(file, start, end), end


def _without_last_blank(file: BinaryIO, start: int, end: int) -> int:
    file.seek(max(start, end - 4))
    tail = file.read(4)
    if tail.endswith(b"\n\r\n"):
        return end - 2
    return end - 1 if tail.endswith(b"\n\n") else end
