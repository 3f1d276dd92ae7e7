"""Service-level policies: what is promised, to whom, by which calendar. Rows are versions that never change;
`series` is what all versions of one policy share. `versions` writes them, `choosing` says which one holds."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from helpdesk.base import Base, Json
from helpdesk.errors import Invalid
from helpdesk.people.requester import normalized
from helpdesk.service_levels.intervals import Target

NAME_LENGTH_MAX = 100
PRIORITIES = (1, 2, 3, 4, 5)
RECORD_TYPES = ("incident", "request")
PENDING = ("pending_requester", "pending_other")
TELL = ("assignee", "team", "lead")
TARGET_SECONDS_MIN, TARGET_SECONDS_MAX = 60, 366 * 86400
ADDRESSES_MAX = 20


class ServiceLevelPolicy(Base):
    """It is chosen for incidents that fit all of `organization_ids`, `service_ids`, `category_ids` (or what lies below
    them), `priorities` and `record_type`; an empty list, or "", fits every one. Of several the most specific holds,
    then the one with the lowest `position`.

    `targets` are seconds by target and priority: {"first_response": {"1": 900, "2": 1800}}; what is not in it is not
    promised. `calendar` is the series of a calendar, "" the default one. `pauses` are the pending states in which no
    clock runs. `warns_at` are percentages. `breach` says what follows a missed target: {"tell": ["assignee", "team",
    "lead"], "addresses": ["…"]}. `is_retired`: from this version on it is not chosen any more."""

    __tablename__ = "service_level_policies"
    __table_args__ = (UniqueConstraint("series", "version"),)

    series: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)
    valid_from: Mapped[datetime]
    # Whether it also holds, from then on, for incidents that were open already.
    applies_to_running: Mapped[bool] = mapped_column(default=False)
    # Why this version was made: shown where clocks explain themselves.
    reason: Mapped[str] = mapped_column(default="")
    is_retired: Mapped[bool] = mapped_column(default=False)
    name: Mapped[str]
    position: Mapped[int] = mapped_column(default=0)
    organization_ids: Mapped[list[int]] = mapped_column(Json, default=list)
    service_ids: Mapped[list[int]] = mapped_column(Json, default=list)
    category_ids: Mapped[list[int]] = mapped_column(Json, default=list)
    priorities: Mapped[list[int]] = mapped_column(Json, default=list)
    record_type: Mapped[str] = mapped_column(default="")
    targets: Mapped[dict[str, Any]] = mapped_column(default=dict)
    calendar: Mapped[str] = mapped_column(default="")
    pauses: Mapped[list[str]] = mapped_column(default=list)
    warns_at: Mapped[list[int]] = mapped_column(Json, default=list)
    breach: Mapped[dict[str, Any]] = mapped_column(default=dict)
    shown_to_requester: Mapped[bool] = mapped_column(default=False)

    def target_seconds(self, target: Target, priority: int) -> int | None:
        """What is promised at this priority; None for nothing."""
        found = (self.targets or {}).get(target.value, {}).get(str(priority))
        return int(found) if found else None


# What an administrator decides; the rest of a row says when it holds.
CHOICES = (
    "name", "position", "organization_ids", "service_ids", "category_ids", "priorities", "record_type", "targets",
    "calendar", "pauses", "warns_at", "breach", "shown_to_requester",
)  # fmt: skip


def current_policies(session: Session) -> list[ServiceLevelPolicy]:
    """The newest version of each policy in use, in their order."""
    newest: dict[str, ServiceLevelPolicy] = {}
    for row in session.scalars(select(ServiceLevelPolicy).order_by(ServiceLevelPolicy.version)):
        newest[row.series] = row
    return sorted((row for row in newest.values() if not row.is_retired), key=lambda row: (row.position, row.id))


def versions_of(session: Session, series: str) -> list[ServiceLevelPolicy]:
    """Every version of one policy, newest first."""
    query = select(ServiceLevelPolicy).where(ServiceLevelPolicy.series == series)
    return list(session.scalars(query.order_by(ServiceLevelPolicy.version.desc())))


def told_of_breach(session: Session, data: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Whom the policy tells of a missed target: those in `TELL` that it names, and addresses. `data` is the event's."""
    query = select(ServiceLevelPolicy.breach).where(
        ServiceLevelPolicy.series == data.get("policy_series"), ServiceLevelPolicy.version == data.get("policy_version")
    )
    breach = session.scalars(query).first() or {}
    return breach.get("tell", []), breach.get("addresses", [])


def checked(policy: ServiceLevelPolicy) -> ServiceLevelPolicy:
    """Itself, tidied. Raises Invalid with what to do about it."""
    policy.name = " ".join(policy.name.split())[:NAME_LENGTH_MAX]
    if not policy.name:
        raise Invalid("Give the policy a name.", field="name")
    if policy.record_type not in ("", *RECORD_TYPES):
        raise Invalid("A record is an incident or a request.", field="record_type")
    policy.targets = _checked_targets(policy.targets)
    if unknown := set(policy.pauses) - set(PENDING):
        raise Invalid(f"Clocks can pause while {' or '.join(PENDING)}, not “{min(unknown)}”.", field="pauses")
    policy.warns_at = sorted(set(policy.warns_at))
    if any(not 1 <= percent <= 99 for percent in policy.warns_at):
        raise Invalid("Warn at percentages from 1 to 99.", field="warns_at")
    policy.breach = _checked_breach(policy.breach)
    return policy


def _checked_targets(targets: dict[str, Any]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for name, by_priority in targets.items():
        if name not in set(Target):
            raise Invalid(f"There is no target “{str(name)[:30]}”.", field="targets")
        for priority, seconds in by_priority.items():
            if str(priority) not in map(str, PRIORITIES):
                raise Invalid("Priorities go from 1 to 5.", field="targets")
            if not (isinstance(seconds, int) and TARGET_SECONDS_MIN <= seconds <= TARGET_SECONDS_MAX):
                raise Invalid("A target is at least a minute and at most a year.", field="targets")
            found.setdefault(str(name), {})[str(priority)] = seconds
    if not found:
        raise Invalid("Promise something: give at least one target its time.", field="targets")
    return found


def _checked_breach(breach: dict[str, Any]) -> dict[str, list[str]]:
    tell = [str(one) for one in breach.get("tell", [])]
    if unknown := set(tell) - set(TELL):
        raise Invalid(f"Nobody is known as “{min(unknown)[:30]}”. Choose from {', '.join(TELL)}.", field="breach")
    addresses = list(dict.fromkeys(normalized(one) for one in breach.get("addresses", [])))
    if len(addresses) > ADDRESSES_MAX:
        raise Invalid(f"Tell at most {ADDRESSES_MAX} addresses.", field="breach")
    return {"tell": tell, "addresses": addresses}
