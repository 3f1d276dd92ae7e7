"""The opening hours of a week, from how they are spelt to minutes of each day. Pure; asked by `calendar`."""

from collections.abc import Iterator
from itertools import pairwise

from helpdesk.errors import Invalid

DAY_MINUTES = 24 * 60
Pieces = tuple[tuple[int, int], ...]


def week_of(weekly: dict[str, list[list[str]]]) -> tuple[Pieces, ...]:
    """The pieces of a week from its spelling: {"0": [["09:00", "12:00"], ["13:00", "17:00"]]}, "0" being Monday.

    An end that is not after its start is on the next day ("22:00" to "06:00"); "24:00" is midnight. Raises Invalid
    for what is no time, for hours that overlap and for a week without any."""
    found: list[list[tuple[int, int]]] = [[] for _ in range(7)]
    for key, spans in weekly.items():
        if key not in "0123456" or len(key) != 1:
            raise Invalid("Days are numbered from 0, Monday, to 6, Sunday.", field="weekly")
        for span in spans:
            for weekday, piece in _split(int(key), span):
                found[weekday].append(piece)
    week = tuple(tuple(_joined(sorted(pieces))) for pieces in found)
    if not any(week):
        raise Invalid("This calendar is never open. Give at least one day its hours.", field="weekly")
    return week


def _split(weekday: int, span: list[str]) -> list[tuple[int, tuple[int, int]]]:
    if len(span) != 2:
        raise Invalid("Hours have a start and an end, such as 09:00 to 17:00.", field="weekly")
    start, end = minute_of(span[0]), minute_of(span[1])
    if start == DAY_MINUTES:
        raise Invalid("24:00 can only be an end. Write 00:00 on the next day.", field="weekly")
    if end > start:
        return [(weekday, (start, end))]
    pieces = [(weekday, (start, DAY_MINUTES)), ((weekday + 1) % 7, (0, end))]
    return [one for one in pieces if one[1][0] < one[1][1]]


def _joined(pieces: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    for (_, end), (start, _) in pairwise(pieces):
        if start < end:
            raise Invalid(f"Hours overlap at {start // 60:02}:{start % 60:02}. Join them into one.", field="weekly")
    yield from pieces


def minute_of(text: str) -> int:
    """Minutes after midnight of a time as HH:MM, up to 24:00. Raises Invalid for anything else."""
    hours, colon, minutes = str(text).strip().partition(":")
    if colon and len(minutes) == 2 and hours.isascii() and minutes.isascii() and hours.isdigit() and minutes.isdigit():
        found = int(hours) * 60 + int(minutes)
        if len(hours) <= 2 and int(minutes) < 60 and found <= DAY_MINUTES:
            return found
    raise Invalid(f"“{str(text)[:20]}” is not a time. Write it like 09:00.", field="weekly")
