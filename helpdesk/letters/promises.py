"""What a requester is told of what was promised to them: only where the policy says so, and never how a clock is kept.

Asked for the acknowledgement and for the requester's own page."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from helpdesk.letters.languages import Language
from helpdesk.policies import LetterPolicy, policy
from helpdesk.service_levels.clocks import Clock, Target, current
from helpdesk.service_levels.replaying import clocks_of


@dataclass(frozen=True, slots=True)
class Promise:
    """`due_at` None: the clock is paused, so nothing can be said."""

    target: Target
    due_at: datetime | None
    is_late: bool


def promises_to_requester(session: Session, incident_id: int, *, now: datetime) -> list[Promise]:
    """What is still owed and may be told. An update is only promised after the first answer, which is one."""
    clocks = current(clocks_of(session, incident_id, now=now))
    owed = [clock for clock in clocks.values() if not clock.is_over and clock.is_shown_to_requester]
    if any(clock.target is Target.FIRST_RESPONSE for clock in owed):
        owed = [clock for clock in owed if clock.target is not Target.NEXT_UPDATE]
    return [Promise(clock.target, None if _is_paused(clock) else clock.due_at, clock.is_missed) for clock in owed]


def _is_paused(clock: Clock) -> bool:
    """Also one that was missed before: to whom we wait for, it would be no word to say that we are late."""
    return clock.state == "paused" or bool(clock.intervals and clock.intervals[-1].kind == "paused")


def due_times(session: Session, incident_id: int, language: Language, *, now: datetime) -> dict[str, str]:
    """The placeholders of the acknowledgement: by when; "" for what is not promised, paused or late already."""
    zone = policy(session, LetterPolicy).time_zone
    told = {
        one.target: language.at(one.due_at, zone)
        for one in promises_to_requester(session, incident_id, now=now)
        if one.due_at is not None and not one.is_late
    }
    return {"answer_by": told.get(Target.FIRST_RESPONSE, ""), "solved_by": told.get(Target.RESOLUTION, "")}
