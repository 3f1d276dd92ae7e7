"""Reads what somebody typed into the search box: words, "phrases", -not, field:value.

Never raises: what isn't understood is a word, and what holds no word at all is left out.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from search.codes import CHUNK, code_spellings
from search.fields import CATEGORY, KIND, SERVICE, STATE
from search.words import CJK_RUN, WORD, asked_terms, fold

FILTERS = (STATE, SERVICE, CATEGORY, KIND)
LONGEST_TEXT = 20_000
MOST_PIECES = 64
MOST_CLAUSES = 48
MOST_PHRASES = 8
MOST_PHRASE_WORDS = 24

_PIECE = re.compile(r'(-?)(?:(\w{1,20}):)?"([^"]*)"|(\S+)')
_FILTER = re.compile(r"(-?)(\w{1,20}):(.+)", re.DOTALL)
_QUOTES = str.maketrans("“”„«»", '"' * 5)
_BETWEEN = r"[\W_]+"


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing asked for: any of `codes`, or all groups of `words`, a group by any of its spellings."""

    codes: tuple[str, ...]
    words: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in this order with nothing but spaces and signs between; `clauses` find the candidates."""

    pattern: re.Pattern[str]
    clauses: tuple[Clause, ...]


@dataclass(slots=True)
class Asked:
    """A query taken to pieces. `left_out`: it was longer than anybody types, and its tail is ignored."""

    clauses: list[Clause] = field(default_factory=list)
    without: list[Clause] = field(default_factory=list)
    phrases: list[Phrase] = field(default_factory=list)
    without_phrases: list[Phrase] = field(default_factory=list)
    filters: dict[str, list[str]] = field(default_factory=dict)
    without_filters: dict[str, list[str]] = field(default_factory=dict)
    left_out: bool = False

    @property
    def is_empty(self) -> bool:
        return not (
            self.clauses or self.without or self.phrases or self.without_phrases
            or self.filters or self.without_filters
        )  # fmt: skip


def read(text: str) -> Asked:
    """The pieces of a query."""
    asked = Asked()
    pieces = list(_PIECE.finditer(text[:LONGEST_TEXT].translate(_QUOTES)))
    for piece in pieces[:MOST_PIECES]:
        minus, name, quoted, bare = piece.groups()
        if quoted is None:
            _take_bare(asked, bare)
        elif name and name.lower() in FILTERS and WORD.search(quoted):
            _take_filter(asked, minus, name.lower(), quoted)
        else:
            _take_phrase(asked, minus, f"{name} {quoted}" if name else quoted)
    asked.left_out = len(text) > LONGEST_TEXT or len(pieces) > MOST_PIECES
    for kind, most in (
        (asked.clauses, MOST_CLAUSES),
        (asked.without, MOST_CLAUSES),
        (asked.phrases, MOST_PHRASES),
        (asked.without_phrases, MOST_PHRASES),
    ):
        _cut(asked, kind, most)
    return asked


def _cut(asked: Asked, pieces: list[Any], most: int) -> None:
    """Each piece once and no more than anybody types."""
    pieces[:] = dict.fromkeys(pieces)
    asked.left_out |= len(pieces) > most
    del pieces[most:]


def _take_bare(asked: Asked, bare: str) -> None:
    label = _FILTER.fullmatch(bare)
    if label and label[2].lower() in FILTERS and WORD.search(label[3]):
        _take_filter(asked, label[1], label[2].lower(), label[3])
        return
    minus = bare.startswith("-") and len(bare) > 1 and not bare.startswith("--")
    (asked.without if minus else asked.clauses).extend(clauses(bare[minus:]))


def _take_filter(asked: Asked, minus: str, name: str, value: str) -> None:
    (asked.without_filters if minus else asked.filters).setdefault(name, []).append(value)


def _take_phrase(asked: Asked, minus: str, quoted: str) -> None:
    words = WORD.findall(fold(quoted))[:MOST_PHRASE_WORDS]
    if not words:
        return
    pattern = _BETWEEN.join(map(re.escape, words))
    before = "" if CJK_RUN.match(words[0][0]) else r"(?<![^\W_])"
    after = "" if CJK_RUN.match(words[-1][-1]) else r"(?![^\W_])"
    phrase = Phrase(re.compile(before + pattern + after), tuple(clauses(" ".join(words), whole_codes=False)))
    (asked.without_phrases if minus else asked.phrases).append(phrase)


def clauses(text: str, *, whole_codes: bool = True) -> list[Clause]:
    """One clause for each word or identifier. An identifier may also be found by its parts, if they tell."""
    found: list[Clause] = []
    for chunk in CHUNK.findall(text):
        codes = code_spellings(chunk) if whole_codes else ()
        words = WORD.findall(chunk)
        if not codes:
            found.extend(Clause((), (group,)) for word in words for group in asked_terms(word))
            continue
        groups = tuple(group for word in words for group in asked_terms(word))
        found.append(Clause(codes, groups if all(len(word) > 1 for word in words) else ()))
    return found
