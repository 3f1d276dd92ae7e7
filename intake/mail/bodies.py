"""What a person reads: the text and HTML of a message chosen and joined out of its parts."""

import html
import re
from dataclasses import dataclass, field

from intake.mail.charset import codec_for, decode_text
from intake.mail.flowed import unflow
from intake.mail.html_text import html_to_text, images_as_text
from intake.mail.limits import Allowance
from intake.mail.mime import Part, read_message
from intake.mail.uuencoded import UuFile, cut_out_files

_READABLE = frozenset({"text/plain", "text/html", "text/enriched", "text/richtext", "text/x-markdown", "text/markdown"})
_PLAIN_ENCODINGS = frozenset({"", "7bit", "8bit", "binary", "7-bit", "8-bit"})
FORWARD_LINE = "---------- Forwarded message ----------"
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
_ENRICHED_TAG = re.compile(r"<(?:param>[^<]*</param|/?[a-z]+)>", re.IGNORECASE)
_LOOKS_LIKE_HTML = re.compile(r"\s*<(?:!doctype html|html)\b", re.IGNORECASE)


@dataclass(slots=True)
class Piece:
    """One stretch of the body; `markup` is "" where the stretch came as plain text only."""

    text: str = ""
    markup: str = ""


@dataclass(slots=True)
class Bodies:
    """The body as plain text, the body as raw markup ("" if none came), and the parts that are files."""

    text: str = ""
    markup: str = ""
    files: list[Part] = field(default_factory=list)
    uu_files: list[UuFile] = field(default_factory=list)


def read_bodies(root: Part, allowance: Allowance) -> Bodies:
    """The readable body of the tree under `root`, and every part that is not body, in order."""
    reader = _Reader(allowance, allowance.limits.body_chars_max)
    pieces = reader.read(root, is_first=True)
    result = reader.result
    texts = [piece.text if piece.text.strip() else reader.as_text(piece.markup) for piece in pieces]
    result.text = "\n".join(text for text in texts if text.strip())
    if not texts or texts[0] == FORWARD_LINE:  # a delivery report without the text for people that RFC 3464 asks for
        result.text = "\n".join(filter(None, (reader.report_text(), result.text)))
    if any(piece.markup.strip() for piece in pieces):
        result.markup = "\n".join(piece.markup or _as_markup(piece.text) for piece in pieces)
        result.text = result.text or images_as_text(result.markup)
    return result


class _Reader:
    def __init__(self, allowance: Allowance, chars_left: int, *, is_enclosed: bool = False) -> None:
        self._allowance = allowance
        self._chars_left = chars_left
        self._is_enclosed = is_enclosed
        self.result = Bodies()

    def read(self, part: Part, *, is_first: bool) -> list[Piece]:
        if part.children:
            return self._read_children(part)
        if not is_body(part, is_first=is_first):
            self.result.files.append(part)
            return self._read_enclosed(part)
        return [self._piece(part)]

    def report_text(self) -> str:
        reports = [part for part in self.result.files if part.content_type == "message/delivery-status"]
        return "\n".join(self._decoded(part).strip() for part in reports)

    def _read_enclosed(self, part: Part) -> list[Piece]:
        """The text of an enclosed message, under a forwarding line, so that it is read, found and folded.

        It stays a file as well. RFC 2046 section 5.2.1 forbids encoding it: an encoded one is only a file.
        """
        encoding = part.headers.text("content-transfer-encoding").lower()
        if part.content_type != "message/rfc822" or encoding not in _PLAIN_ENCODINGS or self._is_enclosed:
            return []
        inner = _Reader(self._allowance, self._chars_left, is_enclosed=True)
        pieces = inner.read(read_message(part.body, self._allowance), is_first=True)
        self._chars_left = inner._chars_left
        return [Piece(FORWARD_LINE), *pieces] if pieces else []

    def as_text(self, markup: str) -> str:
        if not self._allowance.in_time("the text of the HTML body"):
            return ""
        return html_to_text(markup, chars_max=self._allowance.limits.html_chars_max // 4)

    def _read_children(self, part: Part) -> list[Piece]:
        pieces: list[Piece] = []
        for child in part.children:
            pieces += self.read(child, is_first=not pieces)
        return [_best(pieces)] if part.content_type == "multipart/alternative" and pieces else pieces

    def _piece(self, part: Part) -> Piece:
        text = self._decoded(part)
        if part.content_type == "text/html" or (part.content_type == "text/plain" and _LOOKS_LIKE_HTML.match(text)):
            return Piece(markup=text)
        if part.content_type in {"text/enriched", "text/richtext"}:
            return Piece(_ENRICHED_TAG.sub("", text).replace("<<", "<"))
        text, files = cut_out_files(text)
        self.result.uu_files += files
        if part.parameters.get("format", "").lower() == "flowed":
            text = unflow(text, delete_space=part.parameters.get("delsp", "").lower() == "yes")
        return Piece(text)

    def _decoded(self, part: Part) -> str:
        data = part.content(self._allowance)
        label = part.parameters.get("charset")
        if part.content_type == "text/html" and (label is None or codec_for(label) is None):
            found = _META_CHARSET.search(data, 0, 4096)
            label = found[1].decode("ascii", "replace") if found else label
        data = _beginning(data, self._chars_left * 4)
        text, note = decode_text(data, label)
        if note:
            self._allowance.note(note)
        if len(text) > self._chars_left:
            self._allowance.note(f"text longer than {self._allowance.limits.body_chars_max} characters: cut")
            text = text[: self._chars_left]
        self._chars_left -= len(text)
        return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")


def _beginning(data: bytes, bytes_max: int) -> bytes:
    """At most so many bytes, cut where a character of UTF-8 ends."""
    if len(data) <= bytes_max:
        return data
    end = next((at for at in range(bytes_max, max(0, bytes_max - 4), -1) if data[at] & 0xC0 != 0x80), bytes_max)
    return data[:end]


def is_body(part: Part, *, is_first: bool) -> bool:
    """Whether a leaf is read as text rather than handed over as a file."""
    if part.content_type not in _READABLE or part.disposition == "attachment":
        return False
    has_name = "filename" in part.disposition_parameters or "name" in part.parameters
    return not has_name or (is_first and part.disposition != "attachment" and part.headers.raw("content-id") is None)


def _best(pieces: list[Piece]) -> Piece:
    """RFC 2046 section 5.1.4: the forms say the same thing; the last HTML is the richest."""
    texts = dict.fromkeys(piece.text.strip("\n") for piece in pieces if piece.text.strip())
    text = "\n".join(texts)  # several different plain texts are an error of the sender: all are kept
    markup = next((piece.markup for piece in reversed(pieces) if piece.markup.strip()), "")
    return Piece(text, markup)


def _as_markup(text: str) -> str:
    return f"<pre>{html.escape(text, quote=False)}</pre>" if text.strip() else ""
