"""What requesters may expect, and by when: one line each on their own page, in plain words."""

from dataclasses import dataclass

from helpdesk.db import session
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.lifecycle import State
from helpdesk.letters.languages import ENGLISH
from helpdesk.letters.promises import promises_to_requester
from helpdesk.policies import LetterPolicy, policy
from helpdesk.service_levels.clocks import Target
from helpdesk.web.access import house

BY_WHEN = {
    Target.FIRST_RESPONSE: ("We answer by {}.", "We wanted to answer by {} and are late. We are sorry."),
    Target.NEXT_UPDATE: ("You hear from us again by {}.", "You should have heard from us by {}. We are sorry."),
    Target.RESTORATION: ("It should work again by {}.", "It should have worked again by {}. We are still on it."),
    Target.RESOLUTION: ("It should be solved by {}.", "It should have been solved by {}. We are still on it."),
}
WAITING_FOR_YOU = "The time is paused while we wait for your answer."
WAITING = "The time is paused while we wait for somebody else."


@dataclass(frozen=True, slots=True)
class Told:
    text: str
    glyph: str
    is_late: bool = False


def promises_told(incident: Incident) -> list[Told]:
    """Nothing once it is resolved, and nothing where the policy keeps due times to agents."""
    if not incident.is_open:
        return []
    promised = promises_to_requester(session(), incident.id, now=house().clock.now())
    zone = policy(session(), LetterPolicy).time_zone if promised else ""
    found = [
        Told(BY_WHEN[one.target][one.is_late].format(ENGLISH.at(one.due_at, zone)), "clock", one.is_late)
        for one in promised
        if one.due_at is not None
    ]
    if any(one.due_at is None for one in promised):
        is_theirs = incident.current is State.PENDING_REQUESTER
        found.append(Told(WAITING_FOR_YOU if is_theirs else WAITING, "player-pause"))
    return found
