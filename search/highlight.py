"""Titles and snippets as plain fragments, the asked-for words marked. No markup leaves this package."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from search.codes import CHUNK, EDGES, code_spellings
from search.document import Fragment
from search.words import CJK_RUN, WORD, fold, word_terms

SNIPPET_CHARACTERS = 240
_READ_CHARACTERS = 20_000
_ENOUGH_MARKS = 30
_LONGEST_TITLE = 500
_ELLIPSIS = Fragment("…", matched=False)

Span = tuple[int, int, str]  # begin, end, what it matched


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to mark: terms of words and whole codes."""

    words: frozenset[str]
    codes: frozenset[str]


def marked_title(title: str, wanted: Wanted) -> tuple[Fragment, ...]:
    """The title in one line."""
    line = " ".join(title[:_LONGEST_TITLE].split())
    return tuple(_fragments(line, list(_spans(line, wanted)), 0, len(line)))


def snippet(texts: Iterable[str], wanted: Wanted) -> tuple[Fragment, ...]:
    """About 240 characters around the place where most of what was asked for stands together."""
    read = [" ".join(text[:_READ_CHARACTERS].split()) for text in texts]
    found = [(line, _first_spans(line, wanted)) for line in read if line]
    if not found:
        return ()
    line, spans, begin = max((_densest(line, spans) for line, spans in found), key=_richness)
    begin = _word_edge(line, max(0, begin - SNIPPET_CHARACTERS // 4))
    end = _word_edge(line, min(len(line), begin + SNIPPET_CHARACTERS))
    shown = list(_fragments(line, spans, begin, end))
    return (*([_ELLIPSIS] if begin else []), *shown, *([_ELLIPSIS] if end < len(line) else []))


def _richness(place: tuple[str, list[Span], int]) -> int:
    _line, spans, begin = place
    return len({what for start, _end, what in spans if begin <= start < begin + SNIPPET_CHARACTERS * 3 // 4})


def _densest(line: str, spans: list[Span]) -> tuple[str, list[Span], int]:
    begins = [span[0] for span in spans] or [0]
    return line, spans, max(begins, key=lambda begin: _richness((line, spans, begin)))


def _first_spans(line: str, wanted: Wanted) -> list[Span]:
    spans = []
    for span in _spans(line, wanted):
        spans.append(span)
        if len(spans) >= _ENOUGH_MARKS:
            break
    return spans


def _spans(line: str, wanted: Wanted) -> Iterator[Span]:
    if not wanted.words and not wanted.codes:
        return
    for chunk in CHUNK.finditer(line):
        codes = wanted.codes and wanted.codes.intersection(code_spellings(chunk[0]))
        if codes:
            begin = chunk.start() + len(chunk[0]) - len(chunk[0].lstrip(EDGES))
            yield begin, begin + len(chunk[0].strip(EDGES)), min(codes)
            continue
        for word in WORD.finditer(chunk[0]):
            yield from _word_spans(word[0], chunk.start() + word.start(), wanted.words)


def _word_spans(word: str, begin: int, wanted: frozenset[str]) -> Iterator[Span]:
    hits = wanted.intersection(word_terms(word))
    if not hits:
        return
    if not CJK_RUN.search(word):
        yield begin, begin + len(word), min(hits)
        return
    for offset in range(len(word)):
        for size in (2, 1):
            term = fold(word[offset : offset + size])
            if term in hits:
                yield begin + offset, begin + min(offset + size, len(word)), term
                break


def _fragments(line: str, spans: list[Span], begin: int, end: int) -> Iterator[Fragment]:
    """The line from begin to end; spans are in order and may overlap."""
    reached = begin
    joined: list[list[int]] = []
    for start, stop, _what in spans:
        if joined and start < joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], stop)
        elif start >= begin and stop <= end:
            joined.append([start, stop])
    for start, stop in joined:
        if start > reached:
            yield Fragment(line[reached:start], matched=False)
        yield Fragment(line[start:stop], matched=True)
        reached = stop
    if reached < end:
        yield Fragment(line[reached:end], matched=False)


def _word_edge(line: str, place: int) -> int:
    """The place itself or, within twenty characters before it, the space where a word ends."""
    if place in (0, len(line)):
        return place
    space = line.rfind(" ", max(0, place - 20), place)
    return place if space < 0 else space + 1
