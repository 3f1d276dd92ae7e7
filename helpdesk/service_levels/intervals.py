"""The words of a clock: what can be promised, and the stretches of time that explain how much of it has gone by."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Target(StrEnum):
    """What a policy promises; in the order in which they are told."""

    FIRST_RESPONSE = "first_response"
    NEXT_UPDATE = "next_update"
    RESTORATION = "restoration"
    RESOLUTION = "resolution"

    @property
    def label(self) -> str:
        return self.value.replace("_", " ").capitalize()

    @property
    def meaning(self) -> str:
        """What starts and what stops its clock, for the settings and the handbook."""
        return _MEANINGS[self]


_MEANINGS = {
    Target.FIRST_RESPONSE: "From the report until an agent first writes to the requester. Automatic letters, notes and "
    "letters that were called back do not count; one that leaves later counts when it leaves.",
    Target.NEXT_UPDATE: "From the report, and again from every letter of an agent to the requester, until the next "
    "one. It ends with the resolution and begins anew when the incident is opened again.",
    Target.RESTORATION: "From the report until the service works again: when that is noted, or with the resolution. "
    "Opened again, it goes on; the time in which it was thought to work is not counted.",
    Target.RESOLUTION: "From the report until the resolution. Opened again, it goes on; the time in between is not "
    "counted.",
}

RUNNING, PAUSED, CLOSED, HOLIDAY, NOT_COUNTED = "running", "paused", "closed", "holiday", "not_counted"


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch of a clock's time, from `start` until before `end`, both UTC.

    `kind` is "running", "paused", "closed", "holiday" or "not_counted". `why` says it in a sentence, `event_sequence`
    which of the incident's events brought it about, `policy_name` by which policy it was counted ("" for none).
    `policy_change` is not "" when it begins because another policy or version came to hold, and says which."""

    start: datetime
    end: datetime
    kind: str
    why: str
    event_sequence: int | None
    policy_name: str = ""
    policy_change: str = ""

    @property
    def duration(self) -> timedelta:
        return self.end - self.start

    @property
    def seconds(self) -> float:
        return self.duration.total_seconds()
