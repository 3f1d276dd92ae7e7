"""Where the quoted history begins: introductions ("On ... wrote:"), separators, pasted header blocks."""

import re
from dataclasses import dataclass

from intake.mail.quote_headers import (
    ADDRESS,
    BEGIN_FORWARD,
    DATE,
    FIRST_PERSON,
    FULL_DATE,
    HEADER_LINE,
    INTRO_START,
    ORIGINAL,
    PREPOSITION_INSIDE,
    REPLY_ABOVE,
    REPLY_ABOVE_WORD,
    VERB_AT_END,
    VERB_INSIDE,
    VERBLESS,
)

_INTRO_LINES = 4
_INTRO_CHARACTERS = 400
_BLOCK_LINES = 16
_SEPARATOR_CHARACTERS = 160
_DECORATION = "-–—_=*+#~"
_FULL_DATE = re.compile(r"(?=.*\b\d{4}\b).*\b\d{1,2}[:.h]\d{2}\b")
_MARKS_OF_DIRECTION = re.compile("[\u200e\u200f\u202a-\u202e]")  # Windows Mail puts them around every number
_TELLING = re.compile(r"[\d@<:：]")  # no introduction and no label begins with a line that has none of these
_DIGIT = re.compile(r"\d")
_COLON = re.compile("[:：]")
_LABEL_CHARACTERS = 60
_VERB_CHARACTERS = 120
_QUOTED = re.compile(r"[ \t]*(?:>|&gt;)")


@dataclass(frozen=True, slots=True)
class Mark:
    """Lines `begin` to `end` (exclusive) that introduce a quote; `is_history`: what follows bears no ">" marks."""

    begin: int
    end: int
    is_history: bool


def is_quoted(line: str) -> bool:
    """A line with a leading ">"."""
    return _QUOTED.match(line) is not None


def may_open_mark(line: str) -> bool:
    """A cheap first look: could a mark begin in this line?"""
    if len(line) > _INTRO_CHARACTERS or is_quoted(line):
        return False
    if line.lstrip()[:1] in _DECORATION:
        return True
    if _TELLING.search(line) is None:
        return False
    return INTRO_START.match(line) is not None or _is_label(line) or is_separator(line)


def mark_at(lines: list[str], index: int) -> Mark | None:
    """The mark that begins in this line, None when none does. Looks at a bounded number of lines."""
    line = lines[index]
    if is_separator(line) or _says_reply_above(line):
        return Mark(index, _block_end(lines, index + 1) or index + 1, is_history=True)
    if _is_label(line):
        end = _block_end(lines, index)
        if end:
            return Mark(index, end, is_history=True)
    end = _intro_end(lines, index)
    return Mark(index, end, is_history=not _is_quote_next(lines, end)) if end else None


def _says_reply_above(line: str) -> bool:
    return len(line) <= _SEPARATOR_CHARACTERS and bool(REPLY_ABOVE_WORD.search(line) and REPLY_ABOVE.match(line))


def _is_label(line: str) -> bool:
    return _COLON.search(line, 0, _LABEL_CHARACTERS) is not None and label_of(line) is not None


def label_of(line: str) -> re.Match[str] | None:
    """The label and value of one line of a pasted header block, None when it is none."""
    return HEADER_LINE.match(_MARKS_OF_DIRECTION.sub("", line))


def is_separator(line: str) -> bool:
    """A line of its own that says: the earlier mail follows ("----- Original Message -----")."""
    core = line.strip(_DECORATION + " \t:：<")
    if not core or len(line) > _SEPARATOR_CHARACTERS:
        return False
    is_drawn = line.lstrip()[0] in _DECORATION and line.strip() != core
    return BEGIN_FORWARD.fullmatch(core) is not None or (is_drawn and ORIGINAL.match(core) is not None)


def _is_quote_next(lines: list[str], index: int) -> bool:
    following = next((line for line in lines[index : index + 4] if line.strip()), "")
    return is_quoted(following)


def _intro_end(lines: list[str], index: int) -> int:
    """The line after an introduction that begins here and may be wrapped over four; 0 when there is none."""
    joined = ""
    for end in range(index, min(index + _INTRO_LINES, len(lines))):
        line = lines[end].strip()
        if not line or (end > index and is_quoted(line) and not line.lstrip("> ").endswith(":")):
            return 0
        joined = f"{joined} {line}" if joined else line
        if len(joined) > _INTRO_CHARACTERS:
            return 0
        if _is_intro(joined):
            return end + 1
    return 0


def _is_intro(joined: str) -> bool:
    has_address = "@" in joined and ADDRESS.search(joined) is not None
    has_date = _DIGIT.search(joined) is not None and DATE.search(joined) is not None
    if not has_address and not has_date:
        return False
    if FIRST_PERSON.search(joined):
        return False
    if VERB_AT_END.search(joined, max(0, len(joined) - _VERB_CHARACTERS)):
        return has_date or joined.rstrip(" -").endswith((":", "："))
    if has_date and has_address and PREPOSITION_INSIDE.search(joined):
        return True
    if has_date and VERB_INSIDE.search(joined) and (has_address or (len(joined) < 120 and FULL_DATE.search(joined))):
        return True
    return VERBLESS.match(joined.lstrip("-* ")) is not None


def _block_end(lines: list[str], begin: int) -> int:
    """The line after a pasted header block that begins at or right after `begin`; 0 when there is none.

    A block names a sender and two more things, and shows that it is about a mail by an address, a subject
    or a full date: a form that says "From: Berlin / To: Paris" does not count.
    """
    kinds: set[str] = set()
    is_mail = False
    end = other_lines = 0
    for index in range(begin, min(begin + _BLOCK_LINES, len(lines))):
        line = _MARKS_OF_DIRECTION.sub("", lines[index][:2000])
        found = HEADER_LINE.match(line)
        if found is None:
            other_lines += 1
            if other_lines > (2 if kinds else 1) or (kinds >= {"sender", "subject"} and not line.strip()):
                break
            continue
        kinds.add(kind_of_label(found))
        is_full_date = found["date"] is not None and _FULL_DATE.search(found["value"]) is not None
        is_mail = is_mail or "@" in found["value"] or is_full_date
        other_lines = 0
        end = index + 1
    is_block = "sender" in kinds and len(kinds) >= 3 and (is_mail or "subject" in kinds)
    return end if is_block else 0


def kind_of_label(found: re.Match[str]) -> str:
    """What the label of `label_of` names: sender, date, subject or recipient."""
    return next(name for name in ("sender", "date", "subject", "recipient") if found[name] is not None)
