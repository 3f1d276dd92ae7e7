"""Where the next page of a list begins, as it stands in its address: the keys of the last line, nothing secret."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from datetime import datetime
from json import dumps, loads
from typing import Any

from helpdesk.errors import Invalid

DAMAGED = "This page's address is damaged. Start again from the first page."


def cursor_of(values: list[Any]) -> str:
    return urlsafe_b64encode(dumps(values).encode()).decode().rstrip("=")


def values_in(cursor: str, *kinds: str) -> list[Any]:
    """What `cursor_of` was given, each "moment" (in ISO format), "number" or "word". Raises Invalid for all else."""
    try:
        values = loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return [_READ[kind](value) for kind, value in zip(kinds, values, strict=True)]
    except (ValueError, TypeError):
        raise Invalid(DAMAGED, field="cursor") from None


def _moment(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a moment without its zone")
    return at


def _number(value: object) -> int:
    number = int(str(value))
    if not 0 <= number < 2**63:
        raise ValueError("beyond what a database counts to")
    return number


_READ: dict[str, Callable[[Any], Any]] = {"moment": _moment, "number": _number, "word": str}
