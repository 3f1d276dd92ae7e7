"""Events, policies and calendars as values, for tests of what is computed from them: no database.

Times are read off a wall clock in the week of 2 March 2026: "Mon 09:30" is that Monday, "Tue+1 08:00" a week later."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from helpdesk.journal import EventKind
from helpdesk.service_levels.calendar import BEGINNING, Calendar
from helpdesk.service_levels.choosing import Book
from helpdesk.service_levels.clocks import Clock
from helpdesk.service_levels.policy import ServiceLevelPolicy

BERLIN = "Europe/Berlin"
MONDAY = date(2026, 3, 2)
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
SPLIT = {str(day): [["09:00", "12:00"], ["13:00", "17:00"]] for day in range(5)}
HOUR = 3600
# A policy worked out by hand: hours for priority 3, half as many for 2, a quarter for 1.
HOURS = {"first_response": 2, "next_update": 4, "restoration": 8, "resolution": 16}


def moment(text: str, zone: str = BERLIN) -> datetime:
    """“Mon 09:30”, “Mon+1 09:30” or “2026-03-29 09:30”."""
    day, clock = text.split()
    if "-" in day:
        on = date.fromisoformat(day)
    else:
        name, _, weeks = day.partition("+")
        on = MONDAY + timedelta(days=DAYS.index(name) + 7 * int(weeks or 0))
    return datetime.combine(on, time.fromisoformat(clock), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def hours(seconds: float) -> str:
    """5400 is “1:30”."""
    minutes = round(seconds / 60)
    return f"{minutes // 60}:{minutes % 60:02}"


def a_calendar(**values: Any) -> Calendar:
    usual = {"series": "cal", "version": 1, "valid_from": BEGINNING, "name": "Office", "time_zone": BERLIN}
    return Calendar(**(usual | {"weekly": SPLIT, "is_default": True} | values))


def a_policy(**values: Any) -> ServiceLevelPolicy:
    targets = {
        name: {"3": count * HOUR, "2": count * HOUR // 2, "1": count * HOUR // 4} for name, count in HOURS.items()
    }
    usual = {"series": "usual", "version": 1, "valid_from": BEGINNING, "name": "Usual", "targets": targets}
    return ServiceLevelPolicy(**(usual | {"pauses": ["pending_requester"], "warns_at": [50, 75, 90]} | values))


def a_book(*rows: Calendar | ServiceLevelPolicy, parents: dict[int, int | None] | None = None) -> Book:
    """These rows, with the usual calendar and policy where there is none of its kind."""
    calendars = [row for row in rows if isinstance(row, Calendar)]
    policies = [row for row in rows if isinstance(row, ServiceLevelPolicy)]
    return Book.of(policies or [a_policy()], calendars or [a_calendar()], parents)


@dataclass
class Told:
    sequence: int
    kind: str
    at: datetime
    actor_kind: str = "agent"
    data: dict[str, Any] = field(default_factory=dict)


@dataclass
class Story:
    """An incident's events as the verbs write them, in the order in which they are logged."""

    events: list[Told] = field(default_factory=list)

    def tell(self, kind: EventKind, at: datetime, by: str = "agent", **data: Any) -> Told:
        self.events.append(Told(len(self.events) + 1, EventKind(kind).value, at, by, data))
        return self.events[-1]

    def say(self, words: str, zone: str = BERLIN) -> "Story":
        """Lines such as “Mon 10:00 reply”; see `_VERBS`."""
        for line in filter(None, map(str.strip, words.split(";"))):
            day, clock, verb, *more = line.split()
            self.happens(verb, moment(f"{day} {clock}", zone), *more)
        return self

    def happens(self, verb: str, at: datetime, *more: str) -> None:
        match verb:
            case "opened":
                told = {"priority": int(more[0]) if more else 3, "record_type": "incident"}
                self.tell(EventKind.OPENED, at, "requester", **told)
            case "reply":
                self.tell(EventKind.REPLIED, at, entry_id=int(more[0]) if more else 1000 + len(self.events))
            case "withdrawn":
                self.tell(EventKind.WITHDRAWN, at, entry_id=int(more[0]))
            case "automatic":
                self.tell(EventKind.REPLIED, at, "system", entry_id=0)
            case "note":
                self.tell(EventKind.NOTED, at, entry_id=0)
            case "started" | "resumed":
                self.tell(EventKind.STATE_CHANGED, at, after="open")
            case "asked":
                self.tell(EventKind.STATE_CHANGED, at, after="pending_requester")
            case "waiting":
                pauses = {"pauses": more[0] == "pausing"} if more else {}
                self.tell(EventKind.STATE_CHANGED, at, after="pending_other", **pauses)
            case "priority":
                self.tell(EventKind.PRIORITIZED, at, before={}, after={"priority": int(more[0])})
            case "restored":
                self.tell(EventKind.RESTORED, at, how="")
            case "broken":
                self.tell(EventKind.RESTORATION_WITHDRAWN, at)
            case "resolved":
                self.tell(EventKind.RESOLVED, at, more[0] if more else "agent", after="resolved")
            case "reopened":
                self.tell(EventKind.REOPENED, at, "requester", after="open")
            case "closed":
                self.tell(EventKind.CLOSED, at, "system", after="closed")
            case "merged":
                self.tell(EventKind.MERGED, at, into="INC-7", into_id=7, before={})
            case "unmerged":
                self.tell(EventKind.UNMERGED, at, into="INC-7", into_id=7, after=more[0])
            case _:
                raise ValueError(f"no such verb: {verb}")


def check(clock: Clock, now: datetime) -> None:
    """What holds for every clock: its intervals leave no gap, and those that run are what has elapsed."""
    at = clock.started_at
    for interval in clock.intervals:
        assert interval.start == at, f"a gap before {interval}"
        assert interval.end > interval.start
        assert interval.why
        at = interval.end
    assert at == (clock.ended_at or now)
    total = sum(interval.seconds for interval in clock.intervals)
    assert total == (at - clock.started_at).total_seconds()
    running = sum(interval.seconds for interval in clock.intervals if interval.kind == "running")
    assert abs(running - clock.elapsed_seconds) < 1e-6
    if clock.due_at is not None and clock.due_at <= at:
        assert clock.elapsed_seconds >= clock.target_seconds
