"""Clocks worked out by hand, one row a case: what happened, when somebody asks, and what each clock must say then.

The office is open Monday to Friday, 9 to 12 and 13 to 17 in Berlin. At priority 3 the promises are 2 hours for a
first response, 4 for the next update, 8 for restoration and 16 for resolution; at priority 2 half of that. Clocks
pause while the requester is asked. Times are as a clock in Berlin shows them, lengths are hours of opening time."""

from dataclasses import dataclass

import pytest

from helpdesk.service_levels.clocks import Clock, replay
from tests.domain.service_levels.telling_stories import Story, a_book, check, hours, moment


@dataclass(frozen=True)
class Case:
    name: str
    happens: str
    asked: str
    says: str  # target, run where there are several: state, elapsed of target, when due


# fmt: off
CASES = (
    Case("answered before noon",
         "Mon 09:30 opened; Mon 11:00 reply", "Mon 11:00",
         "first_response: met 1:30 of 2:00 due Mon 11:30"),
    Case("the lunch break is not counted",
         "Mon 11:00 opened; Mon 13:30 reply", "Mon 14:00",
         "first_response: met 1:30 of 2:00 due Mon 14:00"),
    Case("nor is the weekend",
         "Fri 16:00 opened; Mon+1 10:30 reply", "Mon+1 11:00",
         "first_response: missed 2:30 of 2:00 due Mon+1 10:00"),
    Case("reported at night, it starts in the morning",
         "Sun 23:00 opened", "Mon+1 08:00",
         "first_response: outside 0:00 of 2:00 due Mon+1 11:00"),
    Case("exactly in time is in time",
         "Mon 09:00 opened; Mon 11:00 reply", "Mon 12:00",
         "first_response: met 2:00 of 2:00 due Mon 11:00"),
    Case("due at the moment at which the break begins, not at its end",
         "Mon 10:00 opened", "Mon 14:00",
         "first_response: missed 3:00 of 2:00 due Mon 12:00"),
    Case("notes, automatic letters and what was called back are no response",
         "Mon 09:00 opened; Mon 09:10 automatic; Mon 09:20 note; Mon 09:30 reply 5; Mon 09:31 withdrawn 5", "Mon 10:00",
         "first_response: running 1:00 of 2:00 due Mon 11:00"),
    Case("asking the requester pauses",
         "Mon 09:00 opened; Mon 10:00 asked; Wed 10:00 resumed", "Wed 11:00",
         "resolution: running 2:00 of 16:00 due Fri 11:00"),
    Case("while it is paused nobody can say when it will be due",
         "Mon 09:00 opened; Mon 10:00 asked", "Tue 16:00",
         "resolution: paused 1:00 of 16:00 due never"),
    Case("waiting for others does not pause by this policy",
         "Mon 09:00 opened; Mon 10:00 waiting", "Mon 17:00",
         "resolution: outside 7:00 of 16:00 due Wed 11:00"),
    Case("unless its status says so",
         "Mon 09:00 opened; Mon 10:00 waiting pausing", "Mon 17:00",
         "resolution: paused 1:00 of 16:00 due never"),
    Case("a higher priority halves what is left of the time, what has gone by stays",
         "Mon 09:00 opened; Tue 09:00 priority 2", "Tue 09:30",
         "resolution: running 7:30 of 8:00 due Tue 10:00"),
    Case("and may have used it up already",
         "Mon 09:00 opened; Tue 12:00 priority 2", "Tue 13:00",
         "resolution: missed 10:00 of 8:00 due Tue 10:00"),
    Case("opened again, resolution goes on, and the days in between don't count",
         "Mon 09:00 opened; Mon 12:00 resolved; Thu 09:00 reopened; Thu 10:00 resolved", "Fri 09:00",
         "resolution: met 4:00 of 16:00 due Fri 16:00"),
    Case("and so does restoration, whenever the service had worked before",
         "Mon 09:00 opened; Mon 10:00 restored; Mon 12:00 resolved; Tue 09:00 reopened", "Tue 10:00",
         "restoration: running 2:00 of 8:00 due Tue 17:00"),
    Case("each letter promises the next one",
         "Mon 09:00 opened; Mon 10:00 reply; Mon 16:00 reply", "Mon 17:00",
         "next_update 1: met 1:00 of 4:00 due Mon 14:00; next_update 2: missed 5:00 of 4:00 due Mon 15:00; "
         "next_update 3: outside 1:00 of 4:00 due Tue 12:00"),
    Case("the service works before the resolution is written down",
         "Mon 09:00 opened; Mon 11:00 restored; Tue 16:00 resolved", "Wed 09:00",
         "restoration: met 2:00 of 8:00 due Tue 10:00; resolution: met 13:00 of 16:00 due Wed 11:00"),
    Case("it did not work after all: the hour in which it was thought to is not counted",
         "Mon 09:00 opened; Mon 10:00 restored; Mon 11:00 broken", "Mon 12:00",
         "restoration: outside 2:00 of 8:00 due Tue 11:00"),
    Case("merged, nothing is owed",
         "Mon 09:00 opened; Mon 10:00 merged", "Wed 10:00",
         "first_response: stopped 1:00 of 2:00 due never; resolution: stopped 1:00 of 16:00 due never"),
    Case("taken apart again, it goes on where it stood",
         "Mon 09:00 opened; Mon 10:00 merged; Wed 10:00 unmerged open", "Wed 10:30",
         "first_response: running 1:30 of 2:00 due Wed 11:00; resolution: running 1:30 of 16:00 due Fri 11:00"),
    Case("written down later, it counts from when it was done",
         "Mon 09:00 opened; Mon 16:00 note; Mon 10:00 restored; Mon 09:30 reply", "Mon 16:30",
         "first_response: met 0:30 of 2:00 due Mon 11:00; restoration: met 1:00 of 8:00 due Tue 10:00"),
    Case("an agent's resolution is a first response",
         "Mon 09:00 opened; Mon 09:45 resolved", "Mon 10:00",
         "first_response: met 0:45 of 2:00 due Mon 11:00"),
    Case("the desk's own is not, and then none is owed",
         "Mon 09:00 opened; Mon 09:45 resolved system", "Mon 10:00",
         "first_response: stopped 0:45 of 2:00 due never; resolution: met 0:45 of 16:00 due Wed 11:00"),
)
# fmt: on


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_worked_by_hand(case: Case) -> None:
    now = moment(case.asked)
    clocks = replay(Story().say(case.happens).events, a_book(), now=now)
    for clock in clocks:
        check(clock, now)
    said = {name: line for clock in clocks for name, line in _lines(clock, case.says)}
    expected = dict(line.split(": ", 1) for line in case.says.split("; "))
    assert {name: said.get(name) for name in expected} == expected


def _lines(clock: Clock, says: str) -> list[tuple[str, str]]:
    due = next((word for word in _dues(says) if clock.due_at == moment(word)), clock.due_at or "never")
    line = f"{clock.state} {hours(clock.elapsed_seconds)} of {hours(clock.target_seconds)} due {due}"
    return [(clock.target.value, line), (f"{clock.target.value} {clock.run}", line)]


def _dues(says: str) -> list[str]:
    words = [line.rpartition(" due ")[2] for line in says.split("; ")]
    return [word for word in words if word != "never"]
