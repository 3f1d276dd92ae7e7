"""Waiting for something to become true, instead of sleeping and hoping."""

from collections.abc import Callable
from threading import Event
from time import monotonic
from typing import TypeVar

POLL_SECONDS = 0.02
Found = TypeVar("Found")


def wait_for(condition: Callable[[], Found], timeout_seconds: float = 20.0, what: str = "") -> Found:
    """Returns the first truthy answer of `condition`; fails the test when there is none in time."""
    never = Event()
    end = monotonic() + timeout_seconds
    while not (found := condition()):
        if monotonic() > end:
            raise AssertionError(f"not within {timeout_seconds} s: {what or condition}; last answer {found!r}")
        never.wait(POLL_SECONDS)
    return found
