"""A problem's own text as weighted terms: what it asks of each document, and for how much."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from search import fields
from search.codes import CHUNK, chunk_codes
from search.postings import Postings
from search.ranking import rarity
from search.snapshot import Snapshot
from search.words import WORD, word_terms

TITLE_WEIGHT = 2.0
MOST_TERMS = 300
LONGEST_TEXT = 20_000
_ASKED_SATURATION = 4.0  # a word said often in one report counts up to this many times

# Words of reports rather than of problems. They rank like others but are no evidence that two texts are
# about one thing: among a few hundred documents "second" or "since" is as rare as "certificate".
_ORDINARY = (
    "about after again all almost also always another any anyone anything around ask away back because before "
    "being best better both called came come coming correct correctly day days different does doesn doing done "
    "down during each either else even ever every everything far few find fine first found friday full get gets "
    "getting give given go goes going gone good got great happen happened happening happens having hello help "
    "here hi him hope however idea issue issues keep keeps kind know last later least left let like little long "
    "look looks made make makes making many may maybe mean might monday more most much must need needed needs "
    "never new next nobody nothing now off often ok old once one only open other others out over own people "
    "perhaps place please possible problem problems put question quite really regards right said same saturday "
    "say says second see seem seems seen send sent set several should show shows simply since someone something "
    "sometimes soon still such sunday sure take tell thank thanks thing things think third thought three through "
    "thursday time times today together told tomorrow tonight too tried tries try trying tuesday two under "
    "until up use used user users using usually very want wanted wants way wednesday week weeks well went where "
    "whether whole why without won work worked working works wrong year years yes yesterday yet"
)
ORDINARY = frozenset(term for word in _ORDINARY.split() for term in word_terms(word))


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the problem: the word it came from, what finding it is worth, and where it is found.

    `telling`: how much evidence it is that two texts are about one thing: 0, 1, or 2 for a code.
    """

    word: str
    worth: float
    telling: int
    found: tuple[Postings, ...]


def problem_terms(snapshot: Snapshot, title: str, body: str) -> list[Term]:
    """The terms that say most. Words nobody wrote before count as much as words one document has."""
    counts: Counter[tuple[str, str]] = Counter()
    written: dict[tuple[str, str], str] = {}
    for text, weight in ((title, TITLE_WEIGHT), (body, 1.0)):
        for field, term, word in _terms(text[:LONGEST_TEXT]):
            counts[field, term] += weight  # type: ignore[assignment]
            written.setdefault((field, term), word)
    known = rarity(1, snapshot.size)
    worths = {name: min(snapshot.rarity(*name), known) * _asked_weight(count) for name, count in counts.items()}
    chosen = sorted(worths, key=lambda name: (-worths[name], name))[:MOST_TERMS]
    return [Term(written[name], worths[name], _telling(*name), _found(snapshot, *name)) for name in chosen]


def _asked_weight(count: float) -> float:
    return count * (_ASKED_SATURATION + 1) / (count + _ASKED_SATURATION)


def _telling(field: str, term: str) -> int:
    return 2 if field else int(term not in ORDINARY)


def _terms(text: str) -> Iterator[tuple[str, str, str]]:
    """Field, term and the word as written; field "" is that of ordinary words."""
    for chunk in CHUNK.findall(text):
        for code in chunk_codes(chunk):
            yield fields.CODE, code, chunk.strip(".,:;!?")
        for word in WORD.findall(chunk):
            for term in word_terms(word):
                yield "", term, word


def _found(snapshot: Snapshot, field: str, term: str) -> tuple[Postings, ...]:
    return tuple(snapshot.code_impacts(field, term) if field else snapshot.impacts(term))
