"""The tree of parts (RFC 2046), split by hand: bounded in depth and number, and reading on where mail is broken.

The standard library's parser recurses once a level and stops reading headers at the first bad line.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from intake.mail.headers import Headers, read_headers
from intake.mail.limits import Allowance
from intake.mail.parameters import split_value
from intake.mail.transfer import decode_transfer

_TYPE = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+")
_GUESSED_BOUNDARY = re.compile(
    rb"^--([^\s][^\r\n]{0,200}?)[ \t]*\r*\n(?=content-[a-z-]+:)", re.MULTILINE | re.IGNORECASE
)
_GUESS_BYTES = 64 * 1024
_REST_OF_LINE = re.compile(rb"(--)?[ \t]*\r*(?:\n|\Z)")


@dataclass(slots=True)
class Part:
    """One part. `body` is still transfer-encoded; `content_type` is lower case, "text/plain" by default."""

    headers: Headers
    body: bytes
    content_type: str = "text/plain"
    parameters: dict[str, str] = field(default_factory=dict)
    disposition: str = ""
    disposition_parameters: dict[str, str] = field(default_factory=dict)
    children: list["Part"] = field(default_factory=list)

    def content(self, allowance: Allowance) -> bytes:
        """The decoded body."""
        data, note = decode_transfer(self.body, self.headers.text("content-transfer-encoding"))
        if note:
            allowance.note(note)
        return data

    @property
    def main_type(self) -> str:
        return self.content_type.partition("/")[0]

    def walk(self) -> Iterator["Part"]:
        """This part and all below it, in order."""
        waiting = [self]
        while waiting:
            part = waiting.pop()
            yield part
            waiting.extend(reversed(part.children))


def read_message(data: bytes, allowance: Allowance) -> Part:
    """The tree of one message."""
    return _Tree(allowance).read(data, 0, "text/plain")


class _Tree:
    def __init__(self, allowance: Allowance) -> None:
        self._allowance = allowance
        self._parts = 0

    def read(self, data: bytes, depth: int, default_type: str) -> Part:
        headers, body_start = read_headers(data, 0, self._allowance)
        self._parts += 1
        part = Part(headers, data[body_start:])
        declared, part.parameters = split_value(headers.unfolded(headers.raw("content-type") or b""))
        part.content_type = _known_type(declared, default_type, has_name="name" in part.parameters)
        part.disposition, part.disposition_parameters = split_value(
            headers.unfolded(headers.raw("content-disposition") or b"")
        )
        headers.charset = part.parameters.get("charset")
        if part.main_type == "multipart":
            self._split(part, depth)
        return part

    def _split(self, part: Part, depth: int) -> None:
        limits = self._allowance.limits
        if depth >= limits.depth_max:
            self._allowance.note(f"parts nested deeper than {limits.depth_max}: the inner ones left as they stand")
            part.content_type = "application/octet-stream"
            return
        inner_type = "message/rfc822" if part.content_type == "multipart/digest" else "text/plain"
        pieces = self._pieces(part)
        if len(part.headers.raw_all("content-type")) > 1 and pieces:
            part.children.append(self._headless(part))
        for piece in pieces:
            if self._parts >= limits.parts_max or not self._allowance.in_time("the remaining parts"):
                self._allowance.note(f"more than {limits.parts_max} parts: the rest left out")
                return
            part.children.append(self.read(piece, depth + 1, inner_type))

    def _headless(self, part: Part) -> Part:
        """The first part when its delimiter and empty line are lost: its headers ran into those of the multipart."""
        self._parts += 1
        fields = part.headers.fields
        second = [index for index, (name, _) in enumerate(fields) if name == "content-type"][1]
        headers = Headers(fields[second:])
        preamble = part.body.partition(b"\n--")[0] if not part.body.startswith(b"--") else b""
        found = Part(headers, preamble)
        declared, found.parameters = split_value(headers.unfolded(headers.raw("content-type") or b""))
        found.content_type = _known_type(declared, "text/plain", has_name=False)
        headers.charset = found.parameters.get("charset")
        return found

    def _pieces(self, part: Part) -> list[bytes]:
        boundary = part.parameters.get("boundary", "").rstrip().encode("utf-8", "surrogateescape")
        pieces = _between(part.body, boundary) if boundary else []
        if not pieces:
            guessed = _GUESSED_BOUNDARY.search(part.body, 0, _GUESS_BYTES)
            pieces = _between(part.body, guessed[1]) if guessed else []
            self._allowance.note("multipart without its boundary" + (": guessed" if pieces else ": read as text"))
        if not pieces:
            part.content_type = "text/plain"
        return pieces


def _known_type(declared: str, default_type: str, *, has_name: bool) -> str:
    if _TYPE.fullmatch(declared):
        return declared
    if declared in {"multipart", "text", "html", "plain"}:  # seen from hand-written senders
        return {"multipart": "multipart/mixed", "html": "text/html"}.get(declared, "text/plain")
    found = _TYPE.search(declared)
    if found:
        return found[0]
    return "application/octet-stream" if declared and has_name else default_type


def _between(body: bytes, boundary: bytes) -> list[bytes]:
    """What stands between the delimiter lines; a missing last delimiter ends at the end of the body."""
    delimiter = b"--" + boundary
    pieces: list[bytes] = []
    begin = -1
    at = body.find(delimiter)
    while at >= 0:
        rest = _REST_OF_LINE.match(body, at + len(delimiter))
        if rest and (at == 0 or body[at - 1] in b"\r\n"):
            if begin >= 0:
                pieces.append(_without_line_end(body[begin:at]))
            begin = rest.end()
            if rest[1]:
                return pieces
        at = body.find(delimiter, at + len(delimiter))
    if begin >= 0:
        pieces.append(body[begin:])
    return pieces


def _without_line_end(piece: bytes) -> bytes:
    """The line end before a delimiter belongs to the delimiter (RFC 2046 section 5.1.1)."""
    if piece.endswith(b"\r\n"):
        return piece[:-2]
    return piece[:-1] if piece.endswith(b"\n") else piece
