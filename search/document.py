"""The words of searching: what is indexed, what is asked, what is answered.

Plain frozen values without any text markup. The caller turns its records into
Documents and its viewer's rights into audience tokens; templates render fragments.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """Names one record; `kind` is a short word such as "incident" or "article"."""

    kind: str
    id: int

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


@dataclass(frozen=True, slots=True)
class Document:
    """One record as the index holds it. Leave quoted mail, signatures and automatic mail out of the texts.

    `audience`: tokens ("public", "agents", "team:3"); a viewer holding any one of them may see the record,
    and a document without tokens is seen by nobody. `at` is aware: when it was reported or last written.
    `fix`: for an incident its cause and resolution, for an article its text.
    `people`: names and addresses, searched only by queries with `people=True`.
    `suggestable`: may be offered as a fix.
    """

    key: Key
    version: int
    title: str
    body: str
    fix: str
    audience: frozenset[str]
    at: datetime
    state: str = ""
    service: str = ""
    category: str = ""
    people: str = ""
    reference: str = ""
    suggestable: bool = False

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError(f"{self.key}: `at` must carry a time zone, pass an aware datetime")


@dataclass(frozen=True, slots=True)
class Query:
    """What somebody typed and what they may see.

    `text`: words, "exact phrases", -not, and filters state: service: category: kind:. Anything may be in it.
    `audience`: the viewer's tokens; without any the answer is empty. `kinds` None means every kind.
    `people`: whether names and addresses may be searched as well (agents).
    """

    text: str
    audience: frozenset[str]
    kinds: frozenset[str] | None = None
    limit: int = 20
    offset: int = 0
    people: bool = False


@dataclass(frozen=True, slots=True)
class Fragment:
    """A run of plain, unescaped text; `matched` when the query asked for it."""

    text: str
    matched: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """One found record. `title` and `snippet` are to be escaped and marked up by the template."""

    key: Key
    score: float
    title: tuple[Fragment, ...]
    snippet: tuple[Fragment, ...]


@dataclass(frozen=True, slots=True)
class Results:
    """One page of hits, best first. `total` counts all matches this viewer may see.

    `partial`: the query was too costly to follow to its end, so `total` is a lower bound.
    `any_word`: no record held all words, so these hold some of them.
    """

    hits: tuple[Hit, ...] = ()
    total: int = 0
    partial: bool = False
    any_word: bool = False
    took_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Problem:
    """An incident that looks for its fix: its own new text, without quoted mail.

    `at` is when it was reported; `exclude` is the incident itself; `kinds` None means every kind.
    """

    title: str
    body: str
    audience: frozenset[str]
    at: datetime
    service: str = ""
    category: str = ""
    exclude: Key | None = None
    kinds: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A record whose fix may help, with the reasons for it.

    `score` ranks within one answer only. `likeness` is 0 to 1: the part of the problem's weight that was
    found. `matched_terms`: words as the person wrote them, most telling first. `age_days` lies between the
    two reports.
    """

    key: Key
    score: float
    likeness: float
    matched_terms: tuple[str, ...]
    same_service: bool
    same_category: bool
    age_days: float
