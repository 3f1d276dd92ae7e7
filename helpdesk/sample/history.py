"""The desk's last six months before a given moment: what the demo loads and the screenshots show.

`history` is the only door. The same moment, seed and count give the same incidents.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random

from . import plots
from .bad_friday import bad_friday
from .cast import Cast
from .casting import Casting
from .company import REQUESTERS
from .incident import SampleIncident
from .scenario import Scenario
from .scenarios import SCENARIOS
from .story import Story
from .working_time import busy_moment

HISTORY_DAYS = 182
SETTLED_UNTIL_DAYS = 4
SETTLED_LATELY_SHARE = 0.1


def history(now: datetime, seed: int = 7, count: int = 300) -> tuple[SampleIncident, ...]:
    """`count` incidents opened in the six months before `now`, oldest first; nothing happens after `now`.

    About a fifth is still active, the others are resolved or closed. Raises ValueError for a naive moment.
    """
    if now.tzinfo is None:
        raise ValueError(f"{now!r} has no time zone; give an aware datetime")
    past = _Past(now.astimezone(UTC).replace(microsecond=0), seed)
    return tuple(sorted(past.incidents(count), key=lambda incident: incident.opened_at))


class _Past:
    def __init__(self, now: datetime, seed: int) -> None:
        self.now = now
        self.rng = Random(seed)  # noqa: S311 - repeatable, not secret
        self.casting = Casting(self.rng, Cast(REQUESTERS))
        self.active_keys: set[str] = set()

    def incidents(self, count: int) -> Iterator[SampleIncident]:
        active = count // 5
        friday = bad_friday(self.now, min(14, count // 10))
        yield from friday
        yield from self._active(active)
        yield from self._settled(count - active - len(friday))

    def _settled(self, count: int) -> Iterator[SampleIncident]:
        """Each scenario once, then by how often it comes up."""
        weights = [scenario.weight for scenario in SCENARIOS]
        scenarios = self.rng.sample(SCENARIOS, min(count, len(SCENARIOS)))
        scenarios += self.rng.choices(SCENARIOS, weights, k=count - len(scenarios))
        for scenario in scenarios:
            yield self._settled_story(scenario).told(self.now)

    def _settled_story(self, scenario: Scenario) -> Story:
        latest = self.now - timedelta(days=SETTLED_UNTIL_DAYS)
        earliest = self.now - timedelta(days=HISTORY_DAYS)
        if self.rng.random() < SETTLED_LATELY_SHARE:
            earliest, latest = self.now - timedelta(days=7), self.now - timedelta(days=1)
        story = self.casting.story(scenario, busy_moment(self.rng, earliest, latest))
        plots.settled(story)
        return story

    def _active(self, count: int) -> Iterator[SampleIncident]:
        """Shares of a usual desk: half being worked or waiting, the rest new, a few reopened."""
        waiting, other, again = count // 5, count // 8, count // 20
        new = count // 4
        yield from self._in_state(plots.new, new, 1.5, self._mixed(new, urgent=2))
        yield from self._in_state(plots.pending_requester, waiting, 6, self._with("exchanges", waiting))
        yield from self._waiting_for_others(other)
        yield from self._in_state(plots.reopened, again, 8, self._with("relapse", again))
        working = count - new - waiting - other - again
        yield from self._in_state(plots.open_, working, 6, self._mixed(working, urgent=5))

    def _mixed(self, count: int, urgent: int) -> list[Scenario]:
        """Different scenarios, among them some of high priority."""
        pressing = [s for s in SCENARIOS if s.filing.impact + s.filing.urgency <= 3]
        chosen = self._cycled(pressing, min(urgent, count))
        return chosen + self._cycled(list(SCENARIOS), count - len(chosen))

    def _with(self, part: str, count: int) -> list[Scenario]:
        return self._cycled([scenario for scenario in SCENARIOS if getattr(scenario, part)], count)

    def _cycled(self, scenarios: list[Scenario], count: int) -> list[Scenario]:
        shuffled = self.rng.sample(scenarios, len(scenarios))
        shuffled.sort(key=lambda scenario: scenario.key in self.active_keys)  # what is not active yet comes first
        chosen = [shuffled[place % len(shuffled)] for place in range(count)]
        self.active_keys.update(scenario.key for scenario in chosen)
        return chosen

    def _waiting_for_others(self, count: int) -> Iterator[SampleIncident]:
        for scenario in self._with("waits_for", count):
            days = 1 if scenario.filing.urgency == 1 else self.rng.randrange(11, 18)
            yield self._fitted(scenario, 6, partial(plots.pending_other, days=days))

    def _in_state(
        self, plot: plots.Plot, count: int, window_days: float, scenarios: list[Scenario]
    ) -> Iterator[SampleIncident]:
        for scenario in scenarios[:count]:
            yield self._fitted(scenario, window_days, plot)

    def _fitted(self, scenario: Scenario, window_days: float, plot: Callable[[Story], None]) -> SampleIncident:
        """Tells it, beginning earlier and earlier until all of it has happened by now."""
        window = timedelta(days=min(window_days, 0.6) if scenario.filing.urgency == 1 else window_days)
        latest = self.now - timedelta(minutes=5)
        while True:
            story = self.casting.story(scenario, busy_moment(self.rng, latest - window, latest), _language(plot))
            plot(story)
            if story.steps[-1].at <= self.now:
                return story.told(self.now)
            latest -= timedelta(hours=3)


def _language(plot: Callable[[Story], None]) -> str | None:
    """The scenarios' questions are in English, so whoever is asked wrote in English."""
    return "en" if plot is plots.pending_requester else None
