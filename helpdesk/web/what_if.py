"""“What if” in words, for the pages of policies and calendars: numbers, and examples with links."""

from dataclasses import dataclass
from datetime import timedelta

from helpdesk.db import session
from helpdesk.incidents.queries import rows_by_number
from helpdesk.service_levels.calendar import Calendar
from helpdesk.service_levels.clocks import Clock
from helpdesk.service_levels.intervals import Target
from helpdesk.service_levels.policy import ServiceLevelPolicy
from helpdesk.service_levels.what_if import Count, Flip, WhatIf, what_if
from helpdesk.web.access import house, the_viewer
from helpdesk.web.forms.durations import hours_and_minutes

LAST_MONTH = timedelta(days=30)
# A page is waited for: some milliseconds for each.
INCIDENTS_MAX = 500


@dataclass(frozen=True, slots=True)
class Line:
    """One target: how many promises were kept and broken, and would have been."""

    label: str
    before: Count
    after: Count


@dataclass(frozen=True, slots=True)
class Example:
    """An incident that this viewer may see and whose verdict would be another."""

    incident_id: int
    subject: str
    label: str
    words: str


@dataclass(frozen=True, slots=True)
class ShownWhatIf:
    """`sentence` says what was compared and what was not; `more` counts the changed verdicts that are not shown."""

    sentence: str
    lines: list[Line]
    examples: list[Example]
    more: int


def shown_what_if(change: ServiceLevelPolicy | Calendar) -> ShownWhatIf:
    """What the incidents of the last 30 days would have got by a policy or calendar that is not saved."""
    now = house().clock.now()
    found = what_if(session(), change, now - LAST_MONTH, now, now=now, incidents_max=INCIDENTS_MAX)
    rows = rows_by_number(session(), the_viewer(), [one.incident_id for one in found.examples])
    examples = [_example(one, rows[one.incident_id].subject) for one in found.examples if one.incident_id in rows]
    return ShownWhatIf(_sentence(found), _lines(found), examples, found.flips - len(examples))


def _sentence(found: WhatIf) -> str:
    if not found.compared:
        return "No incident was opened in the last 30 days, so there is nothing to try it on."
    period = f"opened from {found.since:%-d %B} to {found.until:%-d %B}"
    bound = f"the newest {found.compared:,} incidents" if found.is_cut_off else _count(found.compared, "incident")
    changed = (
        f"{_count(found.flips, 'verdict')} would have been another." if found.flips else "No verdict would change."
    )
    return f"Tried on {bound} {period}, with what happened to them until now. {changed}"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _lines(found: WhatIf) -> list[Line]:
    targets = [one for one in Target if one in found.before or one in found.after]
    return [Line(one.label, found.before.get(one, Count()), found.after.get(one, Count())) for one in targets]


def _example(flip: Flip, subject: str) -> Example:
    words = f"{_verdict(flip.before, flip.clock_before)} → {_verdict(flip.after, flip.clock_after)}"
    return Example(flip.incident_id, subject, flip.target.label, words)


def _verdict(verdict: str, clock: Clock | None) -> str:
    if clock is None:
        return "not promised"
    used = f"{hours_and_minutes(clock.elapsed_seconds)} of {hours_and_minutes(clock.target_seconds)}"
    return f"{verdict or 'not known yet'} ({used})"
