"""Impact x urgency -> priority (ITIL): the matrix, and the words for its sides."""

from enum import IntEnum

from helpdesk.errors import Invalid


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


def priority_of(impact: int, urgency: int) -> Priority:
    """The cell of the matrix. Raises Invalid for a side that is not 1 (high), 2 (medium) or 3 (low)."""
    try:
        return MATRIX[Impact(impact), Urgency(urgency)]
    except ValueError:
        raise Invalid("Impact and urgency are 1 (high), 2 (medium) or 3 (low).", field="impact") from None
