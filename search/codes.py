"""Identifiers: error codes, KB numbers, versions, host names, paths, addresses, INC-42.

They are indexed whole and in parts in a field of their own, because a word index tears them up
and because one shared error code says more than ten shared words.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from search.words import fold

LONGEST_CODE = 120
_LONGEST_READ = 240  # of a run without spaces; what is cached stays small whatever a mail holds

CHUNK = re.compile(r"[^\s\"'<>()\[\]{},;|`“”„«»‘’]+")
_IDENTIFYING = re.compile(r"\d|[^\W_][_@\\/.:#+-]+[^\W_]")
EDGES = ".,:;!?*=~&$%^-_/\\#+@"
_PREFIXES = re.compile(r"^(?:0x(?=[0-9a-f]{3})|v(?=\d)|#(?=\d))")
_TRAILING_NUMBER = re.compile(r"^[a-z]+[-_]?(\d{3,})$")
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*://")
_SEPARATORS = re.compile(r"[/\\:@=?&#]+")


def codes(text: str) -> Iterator[str]:
    """All codes of a text, whole and in parts, repeated as often as they occur."""
    for chunk in CHUNK.findall(text):
        yield from chunk_codes(chunk)


def chunk_codes(chunk: str) -> tuple[str, ...]:
    """What one run of characters without spaces is indexed under; nothing for an ordinary word."""
    return _chunk_codes(chunk[:_LONGEST_READ])


@lru_cache(maxsize=100_000)
def _chunk_codes(chunk: str) -> tuple[str, ...]:
    whole = code_spellings(chunk)
    if not whole:
        return ()
    parts = [part for part in _SEPARATORS.split(_SCHEME.sub("", whole[0])) if _is_code(part)][:12]
    numbers = [match[1] for code in (*whole, *parts) if (match := _TRAILING_NUMBER.match(code))]
    return tuple(dict.fromkeys([*whole, *parts, *numbers]))


def code_spellings(chunk: str) -> tuple[str, ...]:
    """The identifier as written and without its 0x, v or #; nothing for an ordinary word."""
    read = chunk[:_LONGEST_READ]
    if not _IDENTIFYING.search(read):
        return ()
    code = fold(read).strip(EDGES)[:LONGEST_CODE]
    if not _is_code(code):
        return ()
    bare = _PREFIXES.sub("", code)
    return (code,) if bare == code else (code, bare)


def _is_code(text: str) -> bool:
    return len(text) > 2 and _IDENTIFYING.search(text) is not None
