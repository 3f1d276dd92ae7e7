"""As many varied incidents as a benchmark wants, told one at a time and cheaply; nothing is kept in between."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from . import plots
from .cast import Cast
from .casting import Casting
from .company import DOMAIN, REQUESTERS, Requester
from .incident import SampleIncident
from .scenarios import SCENARIOS
from .wording import OUTSIDE
from .working_time import busy_moment

SPAN_DAYS = 2 * 365
RECENT_SHARE = 0.03
BULK_NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)
PEOPLE_EACH = 24  # invented staff for each named person

# fmt: off
GIVEN = (
    "Abena", "Alasdair", "Amélie", "Anders", "Beatriz", "Bogdan", "Caitlin", "Chiara", "Dawit", "Dilnoza", "Eamon",
    "Elif", "Esther", "Farid", "Gwen", "Hiro", "Ines", "Ivana", "Jakub", "Jyoti", "Karim", "Lena", "Luca", "Mairead",
    "Mateo", "Nadia", "Nikos", "Oluwaseun", "Paolo", "Quentin", "Rania", "Sven", "Thandiwe", "Uma", "Viola", "Wei",
)
FAMILY = (
    "Abbott", "Achebe", "Bakker", "Bianchi", "Carver", "Castellano", "Dalgaard", "Dimitrov", "Eastwood", "Fashola",
    "Ferreira", "Greaves", "Hashimoto", "Horvat", "Ibbotson", "Jansen", "Kaur", "Kowalczyk", "Langley", "Lefèvre",
    "Marlowe", "Moreau", "Nakagawa", "Novák", "Osei", "Pereira", "Quigley", "Sandoval", "Sørensen", "Thackeray",
)
# fmt: on


def bulk(count: int, seed: int = 11, now: datetime = BULK_NOW) -> Iterator[SampleIncident]:
    """Yields `count` incidents of the two years before `now`, in no order of time; a few per cent are active.

    Requesters are mostly people who are not in `company.REQUESTERS`: file by `requester` and `requester_name`.
    """
    rng = Random(seed)  # noqa: S311 - repeatable, not secret
    casting = Casting(rng, Cast([*REQUESTERS, *_crowd(rng)]))
    weights = [scenario.weight for scenario in SCENARIOS]
    for _ in range(count):
        recent = rng.random() < RECENT_SHARE
        opened = busy_moment(rng, now - timedelta(days=4 if recent else SPAN_DAYS), now)
        story = casting.story(rng.choices(SCENARIOS, weights)[0], opened)
        (plots.current if recent else plots.settled)(story)
        yield story.told(now)


def _crowd(rng: Random) -> Iterator[Requester]:
    """Many more people with the jobs, places and languages of the named ones."""
    for number, person in enumerate(REQUESTERS * PEOPLE_EACH):
        given, family = rng.choice(GIVEN), rng.choice(FAMILY)
        domain = person.address.partition("@")[2] if person.area in OUTSIDE else DOMAIN
        yield replace(person, name=f"{given} {family}", address=f"staff{number:05}@{domain}")
