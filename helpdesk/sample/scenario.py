"""What a problem looks like before it happens to anybody: the shapes that the `scenarios_*` modules fill.

All prose may hold slots such as `{first}` or `{host}` (see `slots`) and may be wrapped in the source: `slots.prose`
joins it again.
"""

from dataclasses import dataclass
from typing import Literal

from .company import Language

Who = Literal["staff", "office", "workshop", "warehouse", "shop", "customer", "supplier"]
Code = Literal["fixed", "workaround", "user_education", "no_fault_found", "external", "duplicate", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Report:
    """One way a requester puts it. A body shorter than a line is sent without greeting."""

    subject: str
    body: str
    language: Language = "en"


@dataclass(frozen=True, slots=True)
class Exchange:
    """What an agent asks and the requester answers."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Relapse:
    """How the requester says that it is back, and what mended it for good."""

    message: str
    fix: str


@dataclass(frozen=True, slots=True)
class Filing:
    """Where it belongs: keys of `company`, impact and urgency from 1 (high) to 3 (low)."""

    service: str
    category: str
    team: str
    impact: int
    urgency: int


@dataclass(frozen=True, slots=True)
class Scenario:
    """One problem: how it is reported, what is behind it, what mends it.

    `weight` is about how often it comes up in half a year; `who` may report it, of those only
    people with one of `jobs` when any is named; `waits_for` names whom the desk
    waits for when it must, in an agent's words.
    """

    key: str
    filing: Filing
    reports: tuple[Report, ...]
    cause: str
    fixes: tuple[str, ...]
    code: Code = "fixed"
    who: Who = "staff"
    jobs: tuple[str, ...] = ()
    weight: int = 2
    exchanges: tuple[Exchange, ...] = ()
    notes: tuple[str, ...] = ()
    waits_for: str = ""
    relapse: Relapse | None = None
