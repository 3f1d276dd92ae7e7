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
_PIECES_MAX = 2000  # of one multipart; fewer are read, and a longer count would only be said
_REST_OF_LINE = re.compile(rb"(--)?[ \t]*\r*(?:\n|\Z)")


@dataclass(slots=True)
class Part:
    """One part: its body is `source[begin:end]`, still transfer-encoded; nested parts share one source.

    `content_type` is lower case, "text/plain" by default.
    """

    headers: Headers
    source: bytes
    begin: int
    end: int
    content_type: str = "text/plain"
    parameters: dict[str, str] = field(default_factory=dict)
    disposition: str = ""
    disposition_parameters: dict[str, str] = field(default_factory=dict)
    children: list["Part"] = field(default_factory=list)

    @property
    def body(self) -> bytes:
        return self.source[self.begin : self.end]

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


def part_of(content_type: str, content: bytes | str, *, name: str = "", content_id: str = "") -> Part:
    """A part that stood in another wrapping, already decoded; a file when it has a name."""
    headers = Headers([("content-id", f"<{content_id}>".encode("utf-8", "replace"))] if content_id else [])
    data = content.encode("utf-8", "replace") if isinstance(content, str) else content
    part = Part(
        headers, data, 0, len(data), content_type if _TYPE.fullmatch(content_type) else "application/octet-stream"
    )
    if isinstance(content, str):
        part.parameters = {"charset": "utf-8"}
    if name:
        part.disposition, part.disposition_parameters = "attachment", {"filename": name}
    return part


def joined(content_type: str, children: list[Part]) -> Part:
    """A multipart around parts that stood in another wrapping."""
    return Part(Headers(), b"", 0, 0, content_type, children=children)


def read_message(data: bytes, allowance: Allowance) -> Part:
    """The tree of one message."""
    return _Tree(data, allowance).read(0, len(data), 0, "text/plain")


class _Tree:
    def __init__(self, data: bytes, allowance: Allowance) -> None:
        self._data = data
        self._allowance = allowance
        self._parts = 0

    def read(self, begin: int, end: int, depth: int, default_type: str) -> Part:
        headers, body_start = read_headers(self._data, begin, self._allowance, end)
        self._parts += 1
        part = Part(headers, self._data, body_start, end)
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
            part.children.append(self.read(*piece, depth + 1, inner_type))

    def _headless(self, part: Part) -> Part:
        """The first part when its delimiter and empty line are lost: its headers ran into those of the multipart."""
        self._parts += 1
        fields = part.headers.fields
        second = [index for index, (name, _) in enumerate(fields) if name == "content-type"][1]
        headers = Headers(fields[second:])
        delimiter = self._data.find(b"\n--", part.begin, part.end)
        end = part.begin if self._data.startswith(b"--", part.begin) else delimiter if delimiter >= 0 else part.end
        found = Part(headers, self._data, part.begin, end)
        declared, found.parameters = split_value(headers.unfolded(headers.raw("content-type") or b""))
        found.content_type = _known_type(declared, "text/plain", has_name=False)
        headers.charset = found.parameters.get("charset")
        return found

    def _pieces(self, part: Part) -> list[tuple[int, int]]:
        pieces = pieces_of(part)
        if not pieces:
            guessed = _GUESSED_BOUNDARY.search(self._data, part.begin, min(part.end, part.begin + _GUESS_BYTES))
            pieces = _between(part, guessed[1]) if guessed else []
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


def pieces_of(part: Part) -> list[tuple[int, int]]:
    """Where in the source the pieces of a multipart stand, byte for byte; [] when its boundary leads to none."""
    boundary = part.parameters.get("boundary", "").rstrip().encode("utf-8", "surrogateescape")
    return _between(part, boundary) if boundary else []


def _between(part: Part, boundary: bytes) -> list[tuple[int, int]]:
    """What stands between the delimiter lines; a missing last delimiter ends at the end of the body."""
    data = part.source
    delimiter = b"--" + boundary
    pieces: list[tuple[int, int]] = []
    begin = -1
    at = data.find(delimiter, part.begin, part.end)
    while at >= 0 and len(pieces) < _PIECES_MAX:
        rest = _REST_OF_LINE.match(data, at + len(delimiter), part.end)
        if rest and (at == part.begin or data[at - 1] in b"\r\n"):
            if begin >= 0:
                pieces.append((begin, max(begin, _line_end(data, begin, at))))
            begin = rest.end()
            if rest[1]:
                return pieces
        at = data.find(delimiter, at + len(delimiter), part.end)
    if begin >= 0:
        pieces.append((begin, part.end))
    return pieces


def _line_end(data: bytes, begin: int, at: int) -> int:
    """The line end before a delimiter belongs to the delimiter (RFC 2046 section 5.1.1)."""
    if data.endswith(b"\r\n", begin, at):
        return at - 2
    return at - 1 if data.endswith(b"\n", begin, at) else at
