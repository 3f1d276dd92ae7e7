"""Somebody who is to be erased: who they are, what gives them away, and what stands in its place. Pure.

Asked by whatever holds words of people; `intake.erasure` goes through all of it."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from helpdesk.chain.event_hash import erased_name

WORDS_GONE = "(erased)"
_NAME_PART_LENGTH_MIN = 3  # “Li” stands in too many other words


@dataclass(frozen=True)
class Person:
    """`kind` is requester or agent, as of an Actor; `addresses` as matching compares them."""

    kind: str
    id: int
    name: str
    addresses: tuple[str, ...]

    @property
    def label(self) -> str:
        """What stands where the name stood."""
        return erased_name(self.kind, self.id)

    @cached_property
    def anywhere(self) -> re.Pattern[str]:
        """The addresses: they are nobody else's, wherever they stand."""
        return _any_of(self.addresses, re.IGNORECASE)

    @cached_property
    def by_name(self) -> re.Pattern[str]:
        """The addresses and the whole name."""
        return _any_of([*self.addresses, self.name], re.IGNORECASE)

    @cached_property
    def at_home(self) -> re.Pattern[str]:
        """In their own incidents: each part of the name as well, spelt as they spell it."""
        parts = [part for part in self.name.split() if len(part) >= _NAME_PART_LENGTH_MIN]
        return re.compile(f"(?i:{self.by_name.pattern})|{_any_of(parts, 0).pattern}")


def without(text: str, pattern: re.Pattern[str], label: str) -> str:
    """The text with whatever the pattern finds replaced."""
    return pattern.sub(lambda _: label, text)


def each_string(value: Any, change: Callable[[str], str]) -> Any:
    """A JSON value with every string in it changed; keys stay."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: each_string(one, change) for key, one in value.items()}
    return [each_string(one, change) for one in value] if isinstance(value, list) else value


def _any_of(words: Iterable[str], flags: int) -> re.Pattern[str]:
    known = sorted({one for one in words if one.strip()}, key=len, reverse=True)
    # Not within a longer word or address. Matches nothing where there is nothing to find.
    return re.compile(rf"(?<![\w.+-])(?:{'|'.join(map(re.escape, known))})(?![\w-])" if known else r"(?!)", flags)
