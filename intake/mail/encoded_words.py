"""RFC 2047 encoded words, with the repairs that real mail needs. Used for subjects, names and file names."""

import re

from intake.mail.charset import decode_text
from intake.mail.transfer import decode_base64, decode_q

# The text of a word may hold blanks and question marks that it must not (section 2); "=?" never starts inside it.
WORD = re.compile(
    r"=\?([^?\s=]{1,60})\?([bBqQ])\?((?:(?!\?=|=\?[^?\s]{1,60}\?[bBqQ]\?).)*)(?:\?=|$|(?==\?))", re.DOTALL
)
_BLANK_BETWEEN = re.compile(r"[ \t\r\n]+")


def decode_words(value: str) -> str:
    """`value` with every encoded word decoded; blanks between two of them vanish (RFC 2047 section 6.2)."""
    if "=?" not in value:
        return value
    out: list[str] = []
    pending = _Run()
    end = 0
    for word in WORD.finditer(value):
        between = value[end : word.start()]
        if between and not (end and _BLANK_BETWEEN.fullmatch(between)):
            out += [pending.flush(), between]
        out.append(pending.add(word[1], _bytes_of(word[2], word[3])))
        end = word.end()
    return "".join([*out, pending.flush(), value[end:]])


def _bytes_of(encoding: str, text: str) -> bytes:
    if encoding in "bB":
        return decode_base64(text.encode("ascii", "ignore"))
    return decode_q(re.sub(r"\r?\n[ \t]*", "", text).encode("utf-8", "replace"))


class _Run:
    """Neighbouring words of one charset, joined before decoding: senders split inside a character."""

    def __init__(self) -> None:
        self._charset = ""
        self._data = b""

    def add(self, charset: str, data: bytes) -> str:
        done = self.flush() if charset.lower() != self._charset.lower() else ""
        self._charset = charset
        self._data += data
        return done

    def flush(self) -> str:
        text = decode_text(self._data, self._charset)[0] if self._data else ""
        self._data = b""
        return text
