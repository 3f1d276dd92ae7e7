"""How administrators change policies and calendars: nothing is overwritten, each change is a further version.

For the settings pages; nothing here commits. Every change asks the worker to look at the open incidents again."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk.errands import Errand, ErrandState, send_on
from helpdesk.errors import Conflict
from helpdesk.service_levels import policy as policies
from helpdesk.service_levels.calendar import Calendar, calendars, checked, default_calendar
from helpdesk.service_levels.policy import ServiceLevelPolicy, current_policies

# The name of the reaction that keeps clocks; see `helpdesk.reactions`.
CLOCKS = "clocks"
Row = TypeVar("Row", ServiceLevelPolicy, Calendar)


def add_policy(
    session: Session, policy: ServiceLevelPolicy, *, at: datetime, applies_to_running: bool = False, reason: str = ""
) -> ServiceLevelPolicy:
    """Saves a new policy. Raises Invalid."""
    filled(policy)
    policies.checked(policy)
    policy.series, policy.version = _series(), 1
    return _saved(session, policy, at, applies_to_running, reason)


def change_policy(
    session: Session,
    policy: ServiceLevelPolicy,
    choices: Mapping[str, Any],
    *,
    at: datetime,
    applies_to_running: bool = False,
    reason: str = "",
) -> ServiceLevelPolicy:
    """The next version of a policy, with these of `policy.CHOICES` changed; itself when nothing is. `policy` is the
    newest version; raises Conflict when it is not any more, Invalid for choices that make no sense."""
    changed = policies.checked(changed_policy(policy, choices))
    if all(getattr(changed, name) == getattr(policy, name) for name in policies.CHOICES) and not policy.is_retired:
        return policy
    _newest(session, policy)
    return _saved(session, changed, at, applies_to_running, reason)


def retire_policy(
    session: Session, policy: ServiceLevelPolicy, *, at: datetime, applies_to_running: bool = False, reason: str = ""
) -> ServiceLevelPolicy:
    """From now on it is not chosen any more."""
    _newest(session, policy)
    changed = changed_policy(policy, {})
    changed.is_retired = True
    return _saved(session, changed, at, applies_to_running, reason)


def changed_policy(policy: ServiceLevelPolicy, choices: Mapping[str, Any]) -> ServiceLevelPolicy:
    """The next version, not saved: also for `what_if`."""
    chosen = {name: getattr(policy, name) for name in policies.CHOICES} | dict(choices)
    return ServiceLevelPolicy(
        series=policy.series, version=policy.version + 1, valid_from=policy.valid_from, is_retired=False, **chosen
    )


def add_calendar(session: Session, calendar: Calendar, *, at: datetime) -> Calendar:
    """Saves a new calendar; the first one is the default. Raises Invalid."""
    filled(calendar)
    checked(calendar)
    calendar.series, calendar.version = _series(), 1
    calendar.is_default = not calendars(session)
    return _saved(session, calendar, at, False, "")


def change_calendar(
    session: Session,
    calendar: Calendar,
    choices: Mapping[str, Any],
    *,
    at: datetime,
    applies_to_running: bool = True,
    reason: str = "",
) -> Calendar:
    """The next version of a calendar; itself when nothing changes. Raises as `change_policy`."""
    changed = checked(changed_calendar(calendar, choices))
    if all(getattr(changed, name) == getattr(calendar, name) for name in CALENDAR_CHOICES):
        return calendar
    _newest(session, calendar)
    return _saved(session, changed, at, applies_to_running, reason)


CALENDAR_CHOICES = ("name", "time_zone", "weekly", "country", "subdivision", "own_days", "is_default")


def changed_calendar(calendar: Calendar, choices: Mapping[str, Any]) -> Calendar:
    """The next version, not saved: also for `what_if`."""
    chosen = {name: getattr(calendar, name) for name in CALENDAR_CHOICES} | dict(choices)
    return Calendar(
        series=calendar.series, version=calendar.version + 1, valid_from=calendar.valid_from, retired_at=None, **chosen
    )


def make_default(session: Session, calendar: Calendar, *, at: datetime, applies_to_running: bool = True) -> Calendar:
    """Policies that choose no calendar use this one from now on."""
    before, reason = default_calendar(session), "Another calendar became the default."
    if before.series == calendar.series:
        return calendar
    for row, is_default in ((before, False), (calendar, True)):
        changed = change_calendar(
            session, row, {"is_default": is_default}, at=at, applies_to_running=applies_to_running, reason=reason
        )
    return changed


def retire_calendar(session: Session, calendar: Calendar, *, at: datetime) -> None:
    """It can't be chosen any more. Raises Conflict while it is the default or a policy in use has it."""
    if calendar.is_default:
        raise Conflict(f"“{calendar.name}” is the default. Make another calendar the default first.")
    using = [one.name for one in current_policies(session) if one.calendar == calendar.series]
    if using:
        raise Conflict(f"The policy “{using[0]}” uses “{calendar.name}”. Give it another calendar first.")
    calendar.retired_at = at


def look_again(session: Session, *, at: datetime) -> None:
    """Lets the worker compute the clocks of all open incidents anew, batch after batch; once for several changes."""
    waiting = select(Errand.id).where(
        Errand.reaction == CLOCKS,
        Errand.state == ErrandState.DUE.value,
        Errand.due_at <= at,
        Errand.payload["after"].as_integer() == 0,
    )
    if session.scalars(waiting.limit(1)).first() is None:
        send_on(session, CLOCKS, at=at, after=0)


def _saved(session: Session, row: Row, at: datetime, applies_to_running: bool, reason: str) -> Row:
    row.valid_from, row.applies_to_running, row.reason = at, applies_to_running, reason.strip()[:500]
    session.add(row)
    session.flush()
    look_again(session, at=at)
    return row


def _newest(session: Session, row: ServiceLevelPolicy | Calendar) -> None:
    kind = type(row)
    newest = session.scalar(select(func.max(kind.version)).where(kind.series == row.series))
    if newest != row.version:
        raise Conflict(f"Somebody else changed “{row.name}” meanwhile. Look at what they did, then try again.")


def _series() -> str:
    return secrets.token_hex(4)


def filled(row: ServiceLevelPolicy | Calendar) -> None:
    """Gives a row that was not saved its columns' defaults."""
    for column in type(row).__table__.columns:
        if getattr(row, column.key) is None and column.default is not None:
            default = column.default.arg
            setattr(row, column.key, default({}) if callable(default) else default)
