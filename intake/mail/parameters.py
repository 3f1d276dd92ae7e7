"""Parameters of Content-Type and Content-Disposition: RFC 2045 section 5.1 and RFC 2231, with repairs."""

import re
from urllib.parse import unquote_to_bytes

from intake.mail.charset import decode_text
from intake.mail.encoded_words import decode_words

_PIECE = re.compile(r';\s*([^\s=;"]{1,80})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]*))', re.DOTALL)
_SECTION = re.compile(r"([^*]+)(?:\*(\d{1,4}))?(\*)?")
_CHARACTERS_MAX = 16_000
_HEAD_MAX = 200
_ESCAPED = re.compile(r'\\(["\\])')


def split_value(value: str) -> tuple[str, dict[str, str]]:
    """The leading value in lower case ("text/plain", "attachment") and its parameters, decoded.

    `value` is unfolded. The first of two equal parameters wins; a plain parameter gives way
    to its RFC 2231 form (RFC 6266 section 4.3).
    """
    head, separator, rest = value[:_CHARACTERS_MAX].partition(";")
    if "=" in head and "/" not in head:  # a parameter where the type should be
        head, rest, separator = "", value, ";"
    plain: dict[str, str] = {}
    sections: dict[str, dict[int, tuple[str, bool]]] = {}
    for piece in _PIECE.finditer(separator + rest):
        text = _unquoted(piece[2], piece[3])
        found = _SECTION.fullmatch(piece[1].lower())
        if found is None or (found[2] is None and not found[3]):
            plain.setdefault(piece[1].lower(), text)
        else:
            numbered = sections.setdefault(found[1], {})
            numbered.setdefault(int(found[2] or 0), (text, bool(found[3])))
    parameters = {name: decode_words(text) for name, text in plain.items()}
    parameters |= {name: _join(numbered) for name, numbered in sections.items()}
    return head.strip().strip("\"'").lower()[:_HEAD_MAX], parameters


def _unquoted(quoted: str | None, bare: str | None) -> str:
    if quoted is not None:
        return _ESCAPED.sub(r"\1", quoted)
    return (bare or "").strip().strip('"')


def _join(numbered: dict[int, tuple[str, bool]]) -> str:
    """Continuations in order; the charset stands in the first one. Encoded words in here are wrong but common."""
    charset = ""
    out: list[bytes] = []
    for _, (text, is_extended) in sorted(numbered.items()):
        if is_extended and not out and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        out.append(unquote_to_bytes(text) if is_extended else text.encode("utf-8", "surrogateescape"))
    joined = decode_text(b"".join(out), charset or None)[0]
    return decode_words(joined)
