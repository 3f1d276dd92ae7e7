"""What a value of each type of the site's own fields is: read from what somebody typed or an API sent, and shown.

Pure: no session, no rows. Values are JSON: text, number, true or false, or a list of texts; a date is its ISO form."""

import re
from collections.abc import Callable, Collection
from datetime import date
from math import isfinite
from typing import TypeAlias
from urllib.parse import urlsplit

from helpdesk.errors import Invalid

Value: TypeAlias = str | int | float | bool | list[str]

LINE_LENGTH_MAX, TEXT_LENGTH_MAX, URL_LENGTH_MAX = 500, 20_000, 2_000
NUMBER_MAX = 10**15
_NUMBER = re.compile(r"[+-]?\d{1,18}([.,]\d{1,9})?")
_YES, _NO = {"yes", "true", "y", "1", "on"}, {"no", "false", "n", "0", "off"}


def checked(kind: str, given: object, known: Collection[str] = ()) -> Value | None:
    """What was given as a value of this type; None for nothing. `known`: the keys of a choice. Raises Invalid."""
    if given is None or given in ("", []):
        return None
    if isinstance(given, str) and not given.strip():
        return None
    return _READERS[kind](given, known)


def _text(given: object, length_max: int) -> str:
    if not isinstance(given, str):
        raise Invalid("write text.")
    text = given.replace("\0", "").strip()
    if len(text) > length_max:
        raise Invalid(f"shorten this to {length_max:,} characters.")
    return text


def _line(given: object, _: Collection[str]) -> Value | None:
    return " ".join(_text(given, LINE_LENGTH_MAX).split()) or None


def _long_text(given: object, _: Collection[str]) -> Value | None:
    return _text(given, TEXT_LENGTH_MAX).replace("\r\n", "\n") or None


def _number(given: object, _: Collection[str]) -> Value:
    if isinstance(given, str):
        text = given.strip().replace("\u00a0", "").replace(" ", "")
        if not _NUMBER.fullmatch(text) or not text.isascii():
            raise Invalid("write a number such as 12 or 3.5.")
        text = text.replace(",", ".")
        given = float(text) if "." in text else int(text)
    if isinstance(given, bool) or not isinstance(given, int | float) or not isfinite(given):
        raise Invalid("write a number such as 12 or 3.5.")
    if abs(given) > NUMBER_MAX:
        raise Invalid("this number is too large. Take a larger unit.")
    return int(given) if isinstance(given, float) and given.is_integer() else given


def _date(given: object, _: Collection[str]) -> Value:
    try:
        return date.fromisoformat(str(given).strip()).isoformat()
    except ValueError:
        raise Invalid("write a date such as 2026-12-24.") from None


def _yes_no(given: object, _: Collection[str]) -> Value:
    if isinstance(given, bool):
        return given
    word = str(given).strip().lower()
    if word not in _YES | _NO:
        raise Invalid("choose yes or no.")
    return word in _YES


def _choice(given: object, known: Collection[str]) -> Value:
    if not isinstance(given, str) or given not in known:
        raise Invalid("choose one of those that are offered.")
    return given


def _choices(given: object, known: Collection[str]) -> Value | None:
    several = [given] if isinstance(given, str) else given
    if not isinstance(several, list | tuple) or any(one not in known for one in several if one):
        raise Invalid("choose from those that are offered.")
    return sorted({str(one) for one in several if one}) or None


def _url(given: object, _: Collection[str]) -> Value:
    text = _text(given, URL_LENGTH_MAX)
    try:
        parts = urlsplit(text)
        is_web = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        is_web = False
    # Only the web: a script behind a link would run as whoever follows it.
    if not is_web or any(one.isspace() or not one.isprintable() for one in text):
        raise Invalid("write a web address such as https://example.org/page.")
    return text


_READERS: dict[str, Callable[[object, Collection[str]], Value | None]] = {
    "text": _line,
    "long_text": _long_text,
    "number": _number,
    "date": _date,
    "yes_no": _yes_no,
    "choice": _choice,
    "choices": _choices,
    "url": _url,
}
