"""What a policy is chosen by, and what it and its calendar say at some moment: rows as values, which never change."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from helpdesk.service_levels.calendar import Calendar
from helpdesk.service_levels.hours import Hours
from helpdesk.service_levels.intervals import Target
from helpdesk.service_levels.policy import ServiceLevelPolicy


@dataclass(frozen=True, slots=True)
class Facts:
    """What a policy is chosen by."""

    priority: int
    record_type: str = "incident"
    organization_id: int | None = None
    service_id: int | None = None
    category_id: int | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """When something holds, and what it is a version of."""

    series: str
    version: int
    name: str
    valid_from: datetime
    applies_to_running: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Promise(Version):
    """One version of a policy, as values; see `ServiceLevelPolicy`."""

    is_retired: bool
    position: int
    organization_ids: frozenset[int]
    service_ids: frozenset[int]
    category_ids: frozenset[int]
    priorities: frozenset[int]
    record_type: str
    targets: Mapping[str, Mapping[str, int]]
    calendar: str
    pauses: frozenset[str]
    warns_at: tuple[int, ...]
    tell: tuple[str, ...]
    addresses: tuple[str, ...]
    shown_to_requester: bool

    @classmethod
    def of(cls, row: ServiceLevelPolicy) -> "Promise":
        breach = row.breach or {}
        return cls(
            series=row.series,
            version=row.version or 1,
            name=row.name,
            valid_from=row.valid_from,
            applies_to_running=bool(row.applies_to_running),
            reason=row.reason or "",
            is_retired=bool(row.is_retired),
            position=row.position or 0,
            organization_ids=frozenset(row.organization_ids or ()),
            service_ids=frozenset(row.service_ids or ()),
            category_ids=frozenset(row.category_ids or ()),
            priorities=frozenset(row.priorities or ()),
            record_type=row.record_type or "",
            targets=row.targets or {},
            calendar=row.calendar or "",
            pauses=frozenset(row.pauses or ()),
            warns_at=tuple(sorted(row.warns_at or ())),
            tell=tuple(breach.get("tell", ())),
            addresses=tuple(breach.get("addresses", ())),
            shown_to_requester=bool(row.shown_to_requester),
        )


@dataclass(frozen=True, slots=True)
class OpeningTimes(Version):
    """One version of a calendar, as values."""

    is_default: bool
    hours: Hours

    @classmethod
    def of(cls, row: Calendar) -> "OpeningTimes":
        return cls(
            series=row.series or "",
            version=row.version or 1,
            name=row.name,
            valid_from=row.valid_from,
            applies_to_running=bool(row.applies_to_running),
            reason=row.reason or "",
            is_default=bool(row.is_default),
            hours=row.hours,
        )


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds at some moment. `because` says by what the policy was chosen."""

    promise: Promise
    times: OpeningTimes
    because: str

    def target_seconds(self, target: Target, priority: int) -> int | None:
        return self.promise.targets.get(target.value, {}).get(str(priority))
