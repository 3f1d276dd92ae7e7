"""Whatever happens to an incident, in whatever order it is written down: the clocks say what a watcher with a stop
watch for each promise would have measured, minute by minute, and their intervals account for all of the time."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from helpdesk.service_levels.calendar import Calendar
from helpdesk.service_levels.choosing import Book
from helpdesk.service_levels.clocks import Clock, replay
from helpdesk.service_levels.intervals import Target
from helpdesk.service_levels.policy import ServiceLevelPolicy
from tests.domain.service_levels.telling_stories import SPLIT, Story, a_calendar, a_policy, check

STEP = timedelta(minutes=15)
# In each zone a few days before clocks go forward, or back.
STARTS = {
    "Europe/Berlin": ("2026-03-27", "2026-10-23"),
    "America/New_York": ("2026-03-06", "2026-10-30"),
    "Australia/Lord_Howe": ("2026-10-02", "2026-04-03"),
}
WEEKS = (
    SPLIT,
    {str(day): [["00:00", "24:00"]] for day in range(7)},
    {str(day): [["22:00", "06:00"]] for day in range(7)},
    {"5": [["04:30", "12:00"], ["13:00", "24:00"]], "6": [["00:00", "07:00"]], "0": [["08:15", "16:45"]]},
)
PENDING = ("pending_requester", "pending_other")


class WithStopWatches(RuleBasedStateMachine):
    """The model counts; the code under test computes from events."""

    @initialize(zone=st.sampled_from(sorted(STARTS)), which=st.integers(0, 1), week=st.sampled_from(WEEKS))
    def opens(self, zone: str, which: int, week: dict[str, list[list[str]]]) -> None:
        self.zone = ZoneInfo(zone)
        on = date.fromisoformat(STARTS[zone][which])
        self.now = datetime(on.year, on.month, on.day, 10, tzinfo=self.zone).astimezone(ZoneInfo("UTC"))
        self.calendars: list[Calendar] = [a_calendar(time_zone=zone, weekly=week)]
        self.policies: list[ServiceLevelPolicy] = [a_policy()]
        self.story = Story()
        self.story.happens("opened", self.now)
        self.state, self.merged, self.restored, self.answered, self.runs = "open", False, False, False, 1
        self.counted = {target: timedelta(0) for target in Target}

    # What happens

    @rule(steps=st.integers(1, 150))
    def time_goes_by(self, steps: int) -> None:
        for _ in range(steps):
            if self.is_open() and not self.merged and self.state not in self.policies[-1].pauses:
                for target in self.owed():
                    self.counted[target] += STEP
            self.now += STEP

    @precondition(lambda self: not self.merged)
    @rule()
    def an_agent_writes(self) -> None:
        self.tell("reply")
        if self.state != "resolved":
            self.says_something()

    @precondition(lambda self: not self.merged and self.state != "resolved")
    @rule(state=st.sampled_from(["open", *PENDING]))
    def it_waits_or_goes_on(self, state: str) -> None:
        self.tell({"open": "resumed", "pending_requester": "asked", "pending_other": "waiting"}[state])
        self.state = state

    @precondition(lambda self: not self.merged and self.state != "resolved")
    @rule()
    def it_is_resolved(self) -> None:
        self.tell("resolved")
        self.state, self.answered = "resolved", True

    @precondition(lambda self: not self.merged and self.state == "resolved")
    @rule()
    def it_is_opened_again(self) -> None:
        self.tell("reopened")
        self.state, self.restored = "open", False
        self.counted[Target.NEXT_UPDATE], self.runs = timedelta(0), self.runs + 1

    @precondition(lambda self: not self.merged and self.state != "resolved")
    @rule()
    def it_works_or_does_not(self) -> None:
        self.tell("broken" if self.restored else "restored")
        self.restored = not self.restored

    @precondition(lambda self: self.state != "resolved")
    @rule()
    def it_is_merged_or_taken_apart(self) -> None:
        self.tell("unmerged", self.state) if self.merged else self.tell("merged")
        self.merged = not self.merged

    @precondition(lambda self: not self.merged)
    @rule(priority=st.integers(1, 3))
    def its_priority_changes(self, priority: int) -> None:
        self.tell("priority", str(priority))

    @rule(pauses=st.sets(st.sampled_from(PENDING)))
    def the_policy_changes(self, pauses: set[str]) -> None:
        version = len(self.policies) + 1
        made = {"version": version, "valid_from": self.now, "applies_to_running": True, "pauses": sorted(pauses)}
        self.policies.append(a_policy(**made))

    @rule(days=st.sets(st.integers(-2, 6), max_size=3), week=st.sampled_from(WEEKS))
    def the_calendar_changes(self, days: set[int], week: dict[str, list[list[str]]]) -> None:
        today = self.now.astimezone(self.zone).date()
        own = [{"date": str(today + timedelta(days=one)), "name": "Day off"} for one in sorted(days)]
        made = {"version": len(self.calendars) + 1, "valid_from": self.now, "applies_to_running": True}
        zone = str(self.zone)
        self.calendars.append(a_calendar(time_zone=zone, weekly=week, own_days=own, **made))

    # What must be so

    @invariant()
    def the_clocks_say_what_the_stop_watches_do(self) -> None:
        latest = {clock.target: clock for clock in self.clocks()}
        for target, counted in self.counted.items():
            assert latest[target].elapsed_seconds == counted.total_seconds(), target
        assert latest[Target.NEXT_UPDATE].run == self.runs

    @invariant()
    def every_interval_is_explained_and_none_is_missing(self) -> None:
        for clock in self.clocks():
            check(clock, self.now)

    # The watcher

    def clocks(self) -> tuple[Clock, ...]:
        return replay(self.story.events, Book.of(self.policies, self.calendars), now=self.now)

    def tell(self, verb: str, *more: str) -> None:
        self.story.happens(verb, self.now, *more)

    def says_something(self) -> None:
        self.answered = True
        self.counted[Target.NEXT_UPDATE], self.runs = timedelta(0), self.runs + 1

    def owed(self) -> set[Target]:
        if self.state == "resolved":
            return set()
        return set(Target) - ({Target.FIRST_RESPONSE} if self.answered else set()) - (
            {Target.RESTORATION} if self.restored else set()
        )  # fmt: skip

    def is_open(self) -> bool:
        """By a look at the clock on the wall, and at the sheet with the opening hours next to it."""
        calendar, local = self.calendars[-1], self.now.astimezone(self.zone)
        if str(local.date()) in {one["date"] for one in calendar.own_days or ()}:
            return False
        time, yesterday = f"{local:%H:%M}", str((local.weekday() - 1) % 7)
        today = [
            (start, end if start < end else "24:00") for start, end in calendar.weekly.get(str(local.weekday()), [])
        ]
        night = [("00:00", end) for start, end in calendar.weekly.get(yesterday, []) if end <= start]
        return any(start <= time < end for start, end in [*today, *night])


WithStopWatches.TestCase.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
TestWithStopWatches = WithStopWatches.TestCase

KINDS = ("reply", "asked", "waiting", "resumed", "resolved", "reopened", "note", "automatic")


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 500), st.sampled_from(KINDS)), max_size=12, unique_by=lambda one: one[0]),
    st.randoms(),
)
def test_it_makes_no_difference_when_things_were_written_down(happened: list[tuple[int, str]], random: object) -> None:
    book = Book.of([a_policy()], [a_calendar()])
    start = datetime(2026, 3, 27, 9, tzinfo=ZoneInfo("UTC"))
    at_once, later = Story(), Story()
    for story in (at_once, later):
        story.happens("opened", start)
    for steps, verb in sorted(happened):
        at_once.happens(verb, start + steps * STEP)
    shuffled = list(happened)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    for steps, verb in shuffled:
        later.happens(verb, start + steps * STEP)
    now = start + 600 * STEP
    one, other = (replay(story.events, book, now=now) for story in (at_once, later))
    assert [_figures(clock) for clock in one] == [_figures(clock) for clock in other]


def _figures(clock: Clock) -> tuple[object, ...]:
    spans = [(one.start, one.end, one.kind, one.why) for one in clock.intervals]
    return clock.target, clock.run, clock.state, clock.due_at, clock.elapsed_seconds, clock.ended_at, spans
