"""Impact x urgency -> priority (ITIL): the site's matrix, the names of its sides, and what raises the impact.

`PriorityPolicy` is read and kept through `helpdesk.policies`; what it proposes for one incident is worked out in
`helpdesk.incidents.prioritization`."""

from enum import IntEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from sqlalchemy.orm import Session

from helpdesk.errors import Invalid
from helpdesk.policies import policy
from helpdesk.services import Criticality

NAME_LENGTH_MAX = 40
PEOPLE_MAX = 10_000_000


class Impact(IntEnum):
    """How much of the business is hit."""

    HIGH = 1
    MEDIUM = 2
    LOW = 3


class Urgency(IntEnum):
    """How soon it hurts."""

    HIGH = 1
    MEDIUM = 2
    LOW = 3


class Priority(IntEnum):
    CRITICAL = 1
    HIGH = 2
    MEDIUM = 3
    LOW = 4
    PLANNING = 5


# What a site begins with.
MATRIX: dict[tuple[Impact, Urgency], Priority] = {
    (Impact.HIGH, Urgency.HIGH): Priority.CRITICAL,
    (Impact.HIGH, Urgency.MEDIUM): Priority.HIGH,
    (Impact.HIGH, Urgency.LOW): Priority.MEDIUM,
    (Impact.MEDIUM, Urgency.HIGH): Priority.HIGH,
    (Impact.MEDIUM, Urgency.MEDIUM): Priority.MEDIUM,
    (Impact.MEDIUM, Urgency.LOW): Priority.LOW,
    (Impact.LOW, Urgency.HIGH): Priority.MEDIUM,
    (Impact.LOW, Urgency.MEDIUM): Priority.LOW,
    (Impact.LOW, Urgency.LOW): Priority.PLANNING,
}


def cell(impact: int, urgency: int) -> str:
    """The key of a cell in a policy: “1-3” for high impact and low urgency."""
    return f"{int(impact)}-{int(urgency)}"


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=NAME_LENGTH_MAX)]
Names = tuple[Name, Name, Name]
Answer = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
People = Annotated[int, Field(ge=1, le=PEOPLE_MAX)]


class Threshold(BaseModel):
    """From how many affected people on the impact is medium, and from how many it is high."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    medium: People
    high: People

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if self.high < self.medium:
            raise ValueError("high impact begins with at least as many people as medium impact")
        return self


class PriorityPolicy(BaseModel):
    """What the site decided: see `helpdesk.policies`. Levels go from high to low; `answers` are the reporter's words
    for each urgency, `cells` is keyed by `cell`, and `people` by the criticality of the service ("1" vital to "3"
    ordinary)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    impacts: Names = ("High", "Medium", "Low")
    urgencies: Names = ("High", "Medium", "Low")
    answers: tuple[Answer, Answer, Answer] = ("I can’t work", "I’m slowed down", "It can wait")
    cells: dict[str, Priority] = Field(default_factory=lambda: {cell(*sides): level for sides, level in MATRIX.items()})
    people: dict[str, Threshold] = Field(
        default_factory=lambda: {
            str(Criticality.VITAL.value): Threshold(medium=3, high=20),
            str(Criticality.IMPORTANT.value): Threshold(medium=5, high=50),
            str(Criticality.ORDINARY.value): Threshold(medium=10, high=100),
        }
    )
    vip_raises: bool = True

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.cells.keys() != {cell(*sides) for sides in MATRIX}:
            raise ValueError("the matrix needs a priority for each pair of impact and urgency")
        if self.people.keys() != {str(level.value) for level in Criticality}:
            raise ValueError("each criticality needs its numbers of people")
        return self

    def priority(self, impact: int, urgency: int) -> Priority:
        """The cell of the matrix. Raises Invalid for a side that is not 1 (high), 2 (medium) or 3 (low)."""
        found = self.cells.get(cell(impact, urgency))
        if found is None:
            raise Invalid("Impact and urgency are 1 (high), 2 (medium) or 3 (low).", field="impact")
        return found

    def impact_of(self, people: int, criticality: int) -> Impact:
        """How much of the business so many people are, where a service of this criticality is hit."""
        threshold = self.people[str(criticality)]
        if people >= threshold.high:
            return Impact.HIGH
        return Impact.MEDIUM if people >= threshold.medium else Impact.LOW

    def impact_name(self, level: int) -> str:
        return self.impacts[level - 1]

    def urgency_name(self, level: int) -> str:
        return self.urgencies[level - 1]


def priority_of(impact: int, urgency: int, session: Session | None = None) -> Priority:
    """The priority that the site's matrix gives, or without a session the one that sites begin with.

    Raises Invalid for a side that is not 1 (high), 2 (medium) or 3 (low)."""
    decided = policy(session, PriorityPolicy) if session is not None else PriorityPolicy()
    return decided.priority(impact, urgency)
