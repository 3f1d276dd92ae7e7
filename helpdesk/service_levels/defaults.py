"""What a fresh desk promises, so that clocks run out of the box: working hours, and one policy for everything.

Laid down by `helpdesk setup` and the demo; a desk of old has none until an administrator wants one."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.service_levels.calendar import Calendar, nine_to_five
from helpdesk.service_levels.intervals import Target
from helpdesk.service_levels.policy import PENDING, ServiceLevelPolicy
from helpdesk.service_levels.versions import add_calendar, add_policy

_MINUTE, _HOUR = 60, 3600
# Hours are working hours: eight of them are a working day.
_TARGETS: dict[Target, dict[int, int]] = {
    Target.FIRST_RESPONSE: {1: 15 * _MINUTE, 2: 30 * _MINUTE, 3: 2 * _HOUR, 4: 4 * _HOUR, 5: 8 * _HOUR},
    Target.NEXT_UPDATE: {1: _HOUR, 2: 4 * _HOUR, 3: 8 * _HOUR, 4: 24 * _HOUR, 5: 40 * _HOUR},
    Target.RESTORATION: {1: 4 * _HOUR, 2: 8 * _HOUR, 3: 16 * _HOUR, 4: 32 * _HOUR},
    Target.RESOLUTION: {1: 8 * _HOUR, 2: 16 * _HOUR, 3: 24 * _HOUR, 4: 40 * _HOUR, 5: 80 * _HOUR},
}


def usual_targets() -> dict[str, dict[str, int]]:
    """What a new policy starts with, in seconds by target and priority."""
    return {
        target.value: {str(priority): seconds for priority, seconds in by_priority.items()}
        for target, by_priority in _TARGETS.items()
    }


def lay_down(session: Session, *, at: datetime, valid_from: datetime | None = None) -> ServiceLevelPolicy | None:
    """The calendar and the policy, unless there is a policy; then None. They hold for incidents opened since
    `valid_from`, or from `at` on. The door commits."""
    if session.scalars(select(ServiceLevelPolicy.id).limit(1)).first() is not None:
        return None
    if session.scalars(select(Calendar.id).limit(1)).first() is None:
        add_calendar(session, nine_to_five(session, at), at=valid_from or at)
    policy = ServiceLevelPolicy(
        name="Standard",
        targets=usual_targets(),
        pauses=list(PENDING),
        warns_at=[50, 75, 90],
        breach={"tell": ["assignee", "lead"], "addresses": []},
    )
    return add_policy(session, policy, at=valid_from or at)
