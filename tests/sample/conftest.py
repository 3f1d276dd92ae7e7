"""Fixed moments and chance for the tests of the sample."""

from datetime import UTC, datetime
from random import Random

import pytest

from helpdesk.sample.history import history


@pytest.fixture
def rng():
    return Random(1)


# Each weekday, at hours inside and outside of work, around the turn of a year and in summer.
MOMENTS = [
    datetime(2026, 11, 21, 23, 0, tzinfo=UTC),
    datetime(2026, 11, 23, 4, 10, tzinfo=UTC),
    datetime(2026, 12, 1, 9, 30, tzinfo=UTC),
    datetime(2027, 1, 6, 14, 0, tzinfo=UTC),
    datetime(2027, 3, 4, 19, 45, tzinfo=UTC),
    datetime(2027, 6, 25, 12, 0, tzinfo=UTC),
    datetime(2027, 8, 29, 5, 0, tzinfo=UTC),
]


@pytest.fixture(scope="session", params=MOMENTS, ids=lambda moment: moment.strftime("%a-%H"))
def now(request):
    return request.param


@pytest.fixture(scope="session")
def incidents(now):
    return history(now)
