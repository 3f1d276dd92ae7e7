"""The new part of a mail apart from what it quotes. Lines are only ever folded: none is lost, none is changed."""

from typing import NamedTuple

from intake.mail.quote_headers import ANSWERS_BELOW, FORWARD
from intake.mail.quote_marks import Mark, is_quoted, mark_at, may_open_mark
from intake.mail.signatures import is_outlook_mobile, signature_begin

_LOOKS_MAX = 400  # lines looked at closely: a pasted log is full of lines that begin with a date
_POINTING_LINES = 12
_POINTING_CHARACTERS = 600  # "see my answers below" is said in a short note above them
_ALTERNATIONS_MAX = 8  # of quote and signature at the end of one text


class Split(NamedTuple):
    """A text parted in two. `is_interleaved`: answers stand between quoted passages, which therefore stay."""

    reply: str
    folded: str
    is_interleaved: bool


def split_reply(text: str, *, chars_max: int) -> Split:
    """The reply of a plain text body, and what is folded; every line of `text` is in exactly one of them, in order.

    Folded are quoted history and signature. Answers written between quoted passages are left where
    they stand, quotes and all; where the writer says that they stand there, the whole text is left.
    A text that would fold away whole is left whole too. Beyond `chars_max` characters nothing is looked
    at: that rest goes with the last line before it.
    """
    lines = text[:chars_max].split("\n")
    keep = _kept(lines)
    is_between = len(keep) < len(lines) and _points_below("\n".join(lines[index] for index in keep[:_POINTING_LINES]))
    if is_between or not any(lines[index].strip() for index in keep):
        keep = list(range(len(lines)))
    kept = set(keep)
    reply = [lines[index] for index in keep]
    folded = [line for index, line in enumerate(lines) if index not in kept]
    rest = text[chars_max:]
    if rest:
        last = reply if len(lines) - 1 in kept else folded
        last[-1] += rest
    return Split("\n".join(reply).strip("\n"), "\n".join(folded).strip("\n"), is_between or _answers_quotes(reply))


def _points_below(reply: str) -> bool:
    return len(reply) <= _POINTING_CHARACTERS and ANSWERS_BELOW.search(reply) is not None


def _answers_quotes(reply: list[str]) -> bool:
    """Own words stand behind a quoted passage that is part of the reply, and before it or between it and another."""
    blocks = _quote_blocks(reply, len(reply))
    if not blocks or not any(line.strip() for line in reply[blocks[0][1] :] if not is_quoted(line)):
        return False
    return len(blocks) > 1 or any(line.strip() for line in reply[: blocks[0][0]])


def _kept(lines: list[str], *, is_behind_mark: bool = False) -> list[int]:
    """Numbers of the lines that are the reply."""
    marks, history = _marks(lines)
    if history is not None and not any(line.strip() for line in lines[: history.begin]):
        return list(range(len(lines))) if is_behind_mark else _behind(lines, history)
    end = history.begin if history else len(lines)
    end = _without_tail(lines, end, marks)
    return _without_leading_quote(lines, end, marks)


def _marks(lines: list[str]) -> tuple[dict[int, Mark], Mark | None]:
    """Introductions of quotes marked by ">", by the line they end before; and the first unmarked history."""
    marks: dict[int, Mark] = {}
    seen_until = looks = 0
    for index, line in enumerate(lines):
        if index < seen_until or not line.strip():
            continue
        if is_outlook_mobile(line) and index:
            return marks, Mark(index, index + 1, is_history=True)
        if looks >= _LOOKS_MAX:
            break
        if not may_open_mark(line):
            continue
        looks += 1
        mark = mark_at(lines, index)
        if mark is None:
            continue
        if mark.is_history:
            return marks, mark
        marks[mark.end] = mark
        seen_until = mark.end
    return marks, None


def _behind(lines: list[str], history: Mark) -> list[int]:
    """A mail that begins with a mark is a bare forward, or an answer below one line of introduction."""
    rest = lines[history.end :]
    is_single_line = history.end - history.begin == 1 and not FORWARD.search(lines[history.begin])
    kept = _kept(rest, is_behind_mark=True) if is_single_line else list(range(signature_begin(rest, len(rest))))
    return [history.end + index for index in kept]


def _without_tail(lines: list[str], end: int, marks: dict[int, Mark]) -> int:
    """Takes off quote and signature from the end, as often as they alternate."""
    for _ in range(_ALTERNATIONS_MAX):
        begin = signature_begin(lines, end)
        quote = begin
        while quote and (is_quoted(lines[quote - 1]) or not lines[quote - 1].strip()):
            quote -= 1
        begin = _with_intro(quote, begin, marks) if quote < begin and _has_quote(lines, quote, begin) else begin
        if begin == end:
            break
        end = begin
    return end


def _has_quote(lines: list[str], begin: int, end: int) -> bool:
    return any(is_quoted(line) for line in lines[begin:end])


def _with_intro(begin: int, end: int, marks: dict[int, Mark]) -> int:
    """The introduction goes with its quote; blank lines may stand between."""
    mark = next((marks[at] for at in range(begin, end) if at in marks), None)
    return mark.begin if mark else begin


def _without_leading_quote(lines: list[str], end: int, marks: dict[int, Mark]) -> list[int]:
    """An answer below one introduced quote stands alone; with several quotes the answers need them."""
    blocks = _quote_blocks(lines, end)
    if len(blocks) == 1:
        begin, stop = blocks[0]
        mark = next((marks[at] for at in range(max(0, begin - 3), begin + 1) if at in marks), None)
        if mark and not any(line.strip() for line in lines[mark.end : begin]):
            return [*range(mark.begin), *range(stop, end)]
    return list(range(end))


def _quote_blocks(lines: list[str], end: int) -> list[tuple[int, int]]:
    blocks: list[tuple[int, int]] = []
    for index in range(end):
        if not is_quoted(lines[index]):
            continue
        if blocks and not any(line.strip() for line in lines[blocks[-1][1] : index]):
            blocks[-1] = (blocks[-1][0], index + 1)
        else:
            blocks.append((index, index + 1))
    return blocks
