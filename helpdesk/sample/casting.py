"""Turns a scenario into a story with people in it, using its reports in turn so that texts repeat late."""

from collections import Counter
from datetime import datetime
from random import Random

from .cast import Cast, worker
from .company import Requester
from .incident import Source
from .scenario import Scenario
from .story import Story
from .wording import OUTSIDE


class Casting:
    """Begins stories; remembers how often each scenario has been told."""

    def __init__(self, rng: Random, cast: Cast) -> None:
        self._rng = rng
        self._cast = cast
        self._told: Counter[str] = Counter()

    def story(self, scenario: Scenario, at: datetime, language: str | None = None) -> Story:
        """A story about to begin at that moment, in one language only if asked."""
        reports = [r for r in scenario.reports if language in (None, r.language)]
        turn = self._told[scenario.key]
        self._told[scenario.key] += 1
        report = reports[turn % len(reports)]
        person = self._cast.requester(self._rng, scenario, report.language)
        agent = worker(self._rng, scenario.filing.team)
        repeated = turn >= len(reports)
        return Story(self._rng, scenario, report, person, agent, self._source(person), at, repeated)

    def _source(self, person: Requester) -> Source:
        chance = self._rng.random()
        if chance < 0.72:
            return "mail"
        return "form" if chance < 0.92 or person.area in OUTSIDE else "agent"
