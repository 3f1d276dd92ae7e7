"""Words of a text as index terms: lower-case, accents folded, stemmed, CJK as bigrams.

Used alike for documents, queries and highlights, so that the three agree. Linear in the text's length.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from whoosh.lang.snowball.english import EnglishStemmer

LONGEST_WORD = 64  # what is longer is base64 or a hash: its beginning identifies it well enough

# Python's \w leaves out combining marks, which cuts Devanagari, Thai and decomposed accents to pieces.
_MARKS = "".join(re.escape(chr(c)) for c in range(0x300, 0x10000) if unicodedata.category(chr(c))[0] == "M")
WORD = re.compile(rf"[^\W_](?:[^\W_]|[{_MARKS}])*")

# Scripts written without spaces between words, and Hangul, whose particles cling to the word.
_CJK = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
CJK_RUN = re.compile(f"[{_CJK}]+")
_SCRIPTS = re.compile(f"[{_CJK}]+|[^{_CJK}]+")

_STRIPPED = re.compile("[\u0300-\u036f\u064b-\u065f]")  # Latin, Greek, Cyrillic accents; Arabic short vowels
_UMLAUT = re.compile("[äöüÄÖÜ]")
_SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "ae", "Ö": "oe", "Ü": "ue"})
_LETTERS = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})

_ENGLISH = (
    "an and are as at be been but by can could did do does for from had has have he her his how if in into "
    "is it its just me my no not of on or our she so some that the their them then there these they this to "
    "us was we were what when which while who will with would you your am im ive dont"
)
STOP_WORDS = frozenset(_ENGLISH.split())

_stemmer = EnglishStemmer()


def fold(text: str) -> str:
    """Lower-case without accents. The length may change."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFC", _STRIPPED.sub("", decomposed)).translate(_LETTERS)


def word_terms(word: str) -> tuple[str, ...]:
    """The terms under which one word of a document is indexed; none for a stop word or a single letter."""
    return _short_word_terms(word) if len(word) <= LONGEST_WORD else _word_terms(word)


def asked_terms(word: str) -> tuple[tuple[str, ...], ...]:
    """The same for one word of a query: all groups must be found, each by any of its terms."""
    return tuple(group for part in _parts(word) for group in _asked(part) if group)


def terms(text: str) -> Iterator[str]:
    """All terms of a text in order, repeated as often as they occur."""
    for word in WORD.findall(text):
        yield from word_terms(word)


@lru_cache(maxsize=200_000)
def _short_word_terms(word: str) -> tuple[str, ...]:
    return _word_terms(word)


def _word_terms(word: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(term for part in _parts(word) for term in _indexed(part)))


def _parts(word: str) -> list[str]:
    """A word cut where it changes between CJK and another script."""
    return [word] if word.isascii() else _SCRIPTS.findall(unicodedata.normalize("NFC", word))


def _indexed(part: str) -> tuple[str, ...]:
    if not CJK_RUN.match(part):
        return _spellings(part)
    run = fold(part)
    return (*run, *_bigrams(run))


def _asked(part: str) -> list[tuple[str, ...]]:
    if not CJK_RUN.match(part):
        return [_spellings(part)]
    run = fold(part)
    return [(pair,) for pair in _bigrams(run)] if len(run) > 1 else [(run,)]


def _bigrams(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(len(run) - 1)]


def _spellings(part: str) -> tuple[str, ...]:
    """A stemmed word, and beside it "laesst" for "lässt", so that both spellings find both."""
    plain = _stem(fold(part))
    if not _UMLAUT.search(part):
        return (plain,) if plain else ()
    return tuple(term for term in (plain, _stem(fold(part.translate(_SPELT_OUT)))) if term)


def _stem(folded: str) -> str:
    if len(folded) < 2 or folded in STOP_WORDS:
        return ""
    folded = folded[:LONGEST_WORD]
    return str(_stemmer.stem(folded)) if folded.isascii() and folded.isalpha() else folded
