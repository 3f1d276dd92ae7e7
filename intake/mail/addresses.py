"""Address fields (RFC 5322 section 3.4), read so that one broken address costs only itself. Linear in the input."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from intake.mail.arrival import Address
from intake.mail.encoded_words import decode_words
from intake.mail.headers import Headers
from intake.mail.limits import Allowance

_TOKEN = re.compile(
    r"(?P<word>=\?[^?\s]{1,60}\?[bBqQ]\?[^?]{0,4000}\?=)"
    r'|(?P<quoted>"(?:[^"\\]|\\.)*")|(?P<mark>[<>,;:()])|(?P<text>\\.|[^"<>,;:()=\\]+|.)',
    re.DOTALL,
)
_SPACE = re.compile(r"\s+")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_ADDRESS_IN_TEXT = re.compile(r"[^\s<>()\[\],;:\"']{1,128}@[^\s<>()\[\],;:\"']{1,255}")
_ROUTE = re.compile(r"^@[^:]*:")
_ADDRESS_CHARACTERS = 500


def read_field(headers: Headers, name: str, allowance: Allowance) -> tuple[Address, ...]:
    """Addresses of every field of that name, repeated fields joined, each address once."""
    found: dict[tuple[str, str], Address] = {}
    most = allowance.limits.addresses_max
    for value in headers.lines(name):
        for one in _read(value):
            found.setdefault((one.address.lower(), one.name), one)
            if len(found) > most:
                allowance.note(f"more than {most} addresses in {name}: the rest left out")
                return tuple(found.values())[:most]
    return tuple(found.values())


def read_addresses(value: str) -> list[Address]:
    """Addresses of one unfolded field value; groups are opened, elements without an address dropped."""
    return list(_read(value))


def _read(value: str) -> Iterator[Address]:
    found = _addresses(value)
    first = next(found, None)
    if first is not None:
        yield first
        yield from found
    elif "=?" in value:  # the whole list was put inside encoded words
        decoded = decode_words(value)
        if decoded != value and "@" in decoded:
            yield from _addresses(decoded)


def _addresses(value: str) -> Iterator[Address]:
    return (one for element in _elements(value) if (one := element.address()))


@dataclass(slots=True)
class _Element:
    """One comma-separated element while it is read."""

    phrase: list[str] = field(default_factory=list)
    comment: list[str] = field(default_factory=list)
    angle: list[str] | None = None
    is_quoted: bool = False

    def address(self) -> Address | None:
        name = _clean_name("".join(self.phrase))
        inside = _clean_address("".join(self.angle)) if self.angle is not None else ""
        if "@" in inside:
            return Address(name or _clean_name("".join(self.comment)), inside)
        spelled = _spelled(name, is_quoted=self.is_quoted)
        if spelled is None:
            return None
        rest, address = spelled
        return Address(rest or _clean_name("".join(self.comment)), address)


def _elements(value: str) -> Iterator[_Element]:
    reader = _Reader(last_semicolon=value.rfind(";"))
    for token in _TOKEN.finditer(value):
        reader.take(token)
        yield from reader.done
        reader.done.clear()
    yield reader.element


class _Reader:
    """The state of reading one list of addresses."""

    def __init__(self, last_semicolon: int) -> None:
        self.done: list[_Element] = []
        self.element = _Element()
        self._last_semicolon = last_semicolon
        self._is_in_angle = False
        self._depth = 0

    def take(self, token: re.Match[str]) -> None:
        text = token[0]
        if self._depth:
            self._take_comment(text)
        elif token["mark"] and self._take_mark(text, token.start()):
            return
        elif self._is_in_angle and self.element.angle is not None:
            self.element.angle.append(text)
        elif token["quoted"]:
            self.element.is_quoted = True
            self.element.phrase.append(_ESCAPED.sub(r"\1", text[1:-1]))
        else:
            self.element.phrase.append(text)

    def _take_comment(self, text: str) -> None:
        self._depth += (text == "(") - (text == ")")
        if self._depth:
            self.element.comment.append(text[1:] if text[0] == "\\" else text)

    def _take_mark(self, mark: str, at: int) -> bool:
        """True when the mark had its syntactic meaning; otherwise it is text."""
        if mark == "(":
            self._depth = 1
            self.element.comment.append(" ")
        elif mark == "<":
            self._open_angle()
        elif mark == ">":
            self._is_in_angle = False
        elif mark == "," or (mark == ";" and not self._is_in_angle):
            self._finish()
        elif mark == ":" and not self._is_in_angle and at < self._last_semicolon and self.element.angle is None:
            self.element = _Element()  # the name of a group
        else:
            return False
        return True

    def _open_angle(self) -> None:
        if self.element.angle:  # "Name <x> <real@address>": the last brackets hold the address
            self.element.phrase += ["<", *self.element.angle, ">"] if "@" not in "".join(self.element.angle) else []
        self.element.angle = []
        self._is_in_angle = True

    def _finish(self) -> None:
        self.done.append(self.element)
        self.element = _Element()
        self._is_in_angle = False


def _clean_name(text: str) -> str:
    decoded = _SPACE.sub(" ", decode_words(text)).strip()
    if len(decoded) > 1 and decoded[0] == decoded[-1] and decoded[0] in "\"'":
        decoded = decoded[1:-1].strip()
    return decoded


def _clean_address(text: str) -> str:
    text = decode_words(text) if "=?" in text else text
    text = _ROUTE.sub("", _SPACE.sub("", text)).strip("<>").removeprefix("mailto:")
    return text if len(text) <= _ADDRESS_CHARACTERS else ""


def _spelled(text: str, *, is_quoted: bool) -> tuple[str, str] | None:
    """(name, address) of an element without brackets: `a@b`, `a @ b`, `Name a@b`."""
    if "@" not in text:
        return None
    joined = re.sub(r"\s*([@.])\s*", r"\1", text)
    if " " not in joined and joined.count("@") == 1 and not joined.startswith("@") and not joined.endswith("@"):
        return "", _clean_address(joined)
    if is_quoted and re.fullmatch(r"[^@]+@[^@\s]+", joined) and "<" not in joined:
        local, _, domain = joined.rpartition("@")
        if " " in local and len(local) <= 64:
            return "", f'"{local}"@{domain}'
    found = _ADDRESS_IN_TEXT.search(joined)
    if found is None:
        return None
    return _SPACE.sub(" ", joined.replace(found[0], " ")).strip(" <>"), _clean_address(found[0])
