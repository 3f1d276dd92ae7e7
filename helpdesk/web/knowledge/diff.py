"""Two texts beside each other, for people: lines that went, lines that came, and the words that changed in a line."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

LINES_MAX = 4_000  # beyond that comparing may take seconds; the texts are shown as gone and come
WORD_PAIRS_MAX = 2_000_000
ALIKE_MIN = 0.4
AROUND = 3  # unchanged lines kept around a change
WORD = re.compile(r"\s+|\w+|[^\w\s]")

Words = tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class DiffLine:
    """`kind` is same, gone, come or skipped (then `count` lines are left out); `words` are (text, changed)."""

    kind: str
    words: Words = ()
    count: int = 0


def compare(old: str, new: str) -> list[DiffLine]:
    """The lines of both texts in order, long unchanged runs left out."""
    before, after = old.splitlines(), new.splitlines()
    if max(len(before), len(after)) > LINES_MAX:
        return [*map(_gone, before), *map(_come, after)]
    found: list[DiffLine] = []
    marker = _Marker()
    for tag, start, end, other_start, other_end in SequenceMatcher(None, before, after, autojunk=True).get_opcodes():
        if tag == "equal":
            found.extend(DiffLine("same", ((line, False),)) for line in before[start:end])
        else:
            found.extend(_changed(before[start:end], after[other_start:other_end], marker))
    return list(_folded(found))


def _gone(line: str) -> DiffLine:
    return DiffLine("gone", ((line, False),))


def _come(line: str) -> DiffLine:
    return DiffLine("come", ((line, False),))


def _changed(before: list[str], after: list[str], marker: "_Marker") -> Iterator[DiffLine]:
    pairs = list(zip(before, after, strict=False))
    marked = [marker.mark(one, other) for one, other in pairs]
    for (one, _), words in zip(pairs, marked, strict=True):
        yield DiffLine("gone", words[0]) if words else _gone(one)
    yield from map(_gone, before[len(pairs) :])
    for (_, other), words in zip(pairs, marked, strict=True):
        yield DiffLine("come", words[1]) if words else _come(other)
    yield from map(_come, after[len(pairs) :])


class _Marker:
    """Marks the words that changed in a line, for as many lines as the budget of one comparison allows: comparing
    words costs by their square, and an article may be one that was made to be slow."""

    def __init__(self) -> None:
        self._left = WORD_PAIRS_MAX

    def mark(self, one: str, other: str) -> tuple[Words, Words] | None:
        """The words of both lines; None when they have too little in common to be one line, or the budget is spent."""
        before, after = WORD.findall(one), WORD.findall(other)
        self._left -= len(before) * len(after)
        if not before or not after or self._left < 0:
            return None
        matcher = SequenceMatcher(None, before, after, autojunk=False)
        if matcher.ratio() < ALIKE_MIN:
            return None
        left: list[tuple[str, bool]] = []
        right: list[tuple[str, bool]] = []
        for tag, start, end, other_start, other_end in matcher.get_opcodes():
            left.append(("".join(before[start:end]), tag != "equal"))
            right.append(("".join(after[other_start:other_end]), tag != "equal"))
        return tuple(part for part in left if part[0]), tuple(part for part in right if part[0])


def _folded(lines: list[DiffLine]) -> Iterator[DiffLine]:
    changes = [at for at, line in enumerate(lines) if line.kind != "same"]
    near = {at + step for at in changes for step in range(-AROUND, AROUND + 1)}
    left_out = 0
    for at, line in enumerate(lines):
        if at not in near:
            left_out += 1
            continue
        if left_out:
            yield DiffLine("skipped", count=left_out)
            left_out = 0
        yield line
    if left_out:
        yield DiffLine("skipped", count=left_out)
