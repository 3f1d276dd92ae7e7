"""Which policy would an incident get, and why not another one? Asked by the settings, answered as `choosing` does."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from markupsafe import Markup
from sqlalchemy.orm import Session

from helpdesk.service_levels.choosing import Facts, Terms
from helpdesk.service_levels.intervals import Target
from helpdesk.service_levels.policy import ServiceLevelPolicy, current_policies
from helpdesk.service_levels.replaying import book_of
from helpdesk.web.clock_tables import clock_time
from helpdesk.web.forms.durations import hours_and_minutes
from helpdesk.web.policy_words import Names, in_order, specificity, why_not


@dataclass(frozen=True, slots=True)
class Promised:
    """One target, how much time it has, and when that would be used up for what is reported now."""

    label: str
    time: str
    due: Markup


@dataclass(frozen=True, slots=True)
class Verdict:
    """`terms` None: no policy is for it. `others` are the policies that were not chosen, each with why."""

    terms: Terms | None
    promised: list[Promised]
    others: list[tuple[ServiceLevelPolicy, str]]


def verdict(session: Session, facts: Facts, names: Names, *, now: datetime) -> Verdict:
    """For an incident that was reported now."""
    terms = book_of(session).terms(facts, opened_at=now, at=now)
    policies = in_order(current_policies(session))
    chosen = next((one for one in policies if terms and one.series == terms.promise.series), None)
    others = [(one, _why_not(one, chosen, facts, names)) for one in policies if one is not chosen]
    return Verdict(terms, _promised(terms, facts, now) if terms else [], others)


def _why_not(policy: ServiceLevelPolicy, chosen: ServiceLevelPolicy | None, facts: Facts, names: Names) -> str:
    unmet = why_not(policy, facts, names)
    if unmet or chosen is None:
        return f"does not fit: {unmet}"
    if specificity(policy) == specificity(chosen):
        return "would fit, but stands further down"
    return "would fit, but is less specific"


def _promised(terms: Terms, facts: Facts, now: datetime) -> list[Promised]:
    zone, found = ZoneInfo(terms.times.hours.zone_name), []
    for target in Target:
        seconds = terms.target_seconds(target, facts.priority)
        if seconds:
            due = terms.times.hours.after(now, timedelta(seconds=seconds))
            told = clock_time(due, zone) if due else Markup("in more than twenty years")
            found.append(Promised(target.label, hours_and_minutes(seconds), told))
    return found
