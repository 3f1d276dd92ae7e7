"""The time, as something that is handed in. A leaf: doors read it and pass the moment down to the verbs."""

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """The present moment, aware, in UTC."""


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class SetClock:
    """A clock that stands where it was put, for tests and for the sample data's past."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def advance(self, **duration: float) -> datetime:
        """Moves on by a duration, given as for timedelta (`minutes=5`), and returns the new moment."""
        self.at += timedelta(**duration)
        return self.at
