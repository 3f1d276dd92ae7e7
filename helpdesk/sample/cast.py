"""Who reports and who works: finds people that fit a scenario, so that till problems come from shops."""

from collections.abc import Sequence
from random import Random

from .company import AGENTS, TEAMS, Agent, Language, Requester
from .scenario import Scenario

STAFF = ("office", "workshop", "shop", "warehouse")
AGENT_BY_ADDRESS = {agent.address: agent for agent in AGENTS}
MEMBERS = {team.key: tuple(AGENT_BY_ADDRESS[address] for address in team.members) for team in TEAMS}
PRIVATE = frozenset(team.key for team in TEAMS if team.private)


class Cast:
    """People to draw requesters from."""

    def __init__(self, people: Sequence[Requester]) -> None:
        self._people = tuple(people)
        self._fitting: dict[tuple[str, Language], tuple[Requester, ...]] = {}

    def requester(self, rng: Random, scenario: Scenario, language: Language) -> Requester:
        """Somebody who may report it and writes that language. Raises IndexError when nobody fits."""
        key = (scenario.key, language)
        if key not in self._fitting:
            self._fitting[key] = tuple(p for p in self._people if _fits(p, scenario, language))
        return rng.choice(self._fitting[key])


def _fits(person: Requester, scenario: Scenario, language: Language) -> bool:
    areas = STAFF if scenario.who == "staff" else (scenario.who,)
    job_fits = not scenario.jobs or person.job in scenario.jobs
    return person.area in areas and person.language == language and job_fits


def worker(rng: Random, team: str) -> Agent:
    """A member of the team; the first named one works half of its incidents."""
    members = MEMBERS[team]
    return members[0] if rng.random() < 0.5 else rng.choice(members)
