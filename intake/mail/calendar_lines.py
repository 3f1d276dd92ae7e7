"""The content lines of a calendar (RFC 5545 section 3.1), cut down to one event, and the zones that calendars define.

Reduced before a library sees them: a hostile calendar may hold thousands of events or zones that change each second.
"""

import re
from datetime import UTC, datetime, timedelta, timezone

_LINES_MAX = 20_000
_CHARACTERS_MAX = 4000
_ATTENDEES_MAX = 200
_FOLD = re.compile(r"\r*\n[ \t]")
_NAME = re.compile(r"[A-Za-z-]{1,40}")
_WANTED = frozenset({"DTSTART", "DTEND", "DURATION", "SUMMARY", "LOCATION", "ORGANIZER", "ATTENDEE", "RRULE"})
_OFFSET = re.compile(r"([+-])(\d{2})(\d{2})")
_YEARLY = re.compile(r"BYDAY=([+-]?\d)(MO|TU|WE|TH|FR|SA|SU)", re.IGNORECASE)
_MONTH = re.compile(r"BYMONTH=(\d{1,2})", re.IGNORECASE)
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def unfolded(text: str) -> list[str]:
    """Content lines put together again; what is too long for a line of an event is left out."""
    lines = _FOLD.sub("", text).replace("\r", "").split("\n", _LINES_MAX)[:_LINES_MAX]
    return [line for line in lines if line.strip() and len(line) <= _CHARACTERS_MAX]


def method_of(lines: list[str]) -> str:
    """The METHOD of the calendar (RFC 5546 section 1.4), "" when it names none."""
    return next((line.partition(":")[2].strip() for line in lines if line.upper().startswith("METHOD:")), "")


def event_lines(lines: list[str]) -> list[str]:
    """The first VEVENT with the properties that a card shows, each once but for the attendees; [] without any event."""
    begin = next((index for index, line in enumerate(lines) if line.strip().upper() == "BEGIN:VEVENT"), None)
    if begin is None:
        return []
    kept: list[str] = []
    seen: dict[str, int] = {}
    depth = 0
    for line in lines[begin + 1 :]:
        upper = line.strip().upper()
        if upper == "END:VEVENT":
            break
        depth += upper.startswith("BEGIN:") - upper.startswith("END:")  # an alarm inside the event
        found = _NAME.match(line)
        name = found[0].upper() if found else ""
        if depth == 0 and name in _WANTED:
            seen[name] = seen.get(name, 0) + 1
            if seen[name] <= (_ATTENDEES_MAX if name == "ATTENDEE" else 1):
                kept.append(line)
    return ["BEGIN:VEVENT", *kept, "END:VEVENT"]


def zone_of(lines: list[str], name: str, local: datetime) -> timezone | None:
    """The offset that the calendar's own VTIMEZONE `name` has at that local time; None when it defines no such zone."""
    begin = next((index for index, line in enumerate(lines) if _is_zone(lines, index, name)), None)
    if begin is None:
        return None
    onsets: list[tuple[datetime, timezone]] = []
    values: dict[str, str] = {}
    for line in lines[begin:]:
        key, _, value = line.strip().partition(":")
        key = key.upper().partition(";")[0]
        if key == "END" and value.upper() in {"STANDARD", "DAYLIGHT"}:
            onsets += _onsets(values, local)
            values = {}
        elif key == "END" and value.upper() == "VTIMEZONE":
            break
        else:
            values[key] = value
    before = [one for one in onsets if one[0] <= local]
    return max(before, default=min(onsets, default=(local, None)), key=lambda one: one[0])[1]


def _is_zone(lines: list[str], index: int, name: str) -> bool:
    """Whether a VTIMEZONE of that name begins in this line."""
    if lines[index].strip().upper() != "BEGIN:VTIMEZONE":
        return False
    return any(line.strip().upper() == f"TZID:{name}".upper() for line in lines[index + 1 : index + 10])


def _onsets(values: dict[str, str], local: datetime) -> list[tuple[datetime, timezone]]:
    """When the offset began to hold, by the yearly rule or else by the one date given."""
    offset = _OFFSET.match(values.get("TZOFFSETTO", ""))
    if offset is None:
        return []
    ahead = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
    if ahead >= timedelta(hours=24):
        return []
    zone = timezone(ahead if offset[1] == "+" else -ahead) if ahead else UTC
    rule = values.get("RRULE", "")
    day, month = _YEARLY.search(rule), _MONTH.search(rule)
    hour = int(values["DTSTART"][9:11]) if values.get("DTSTART", "")[9:11].isdecimal() else 0
    if day and month and 1 <= int(month[1]) <= 12 and 1 <= abs(int(day[1])) <= 5 and hour < 24:
        number, weekday = int(day[1]), _DAYS.index(day[2].upper())
        years = (year for year in (local.year - 1, local.year) if year > 0)
        return [(_nth(year, int(month[1]), number, weekday) + timedelta(hours=hour), zone) for year in years]
    try:
        return [(datetime.strptime(values.get("DTSTART", "")[:8], "%Y%m%d"), zone)]  # noqa: DTZ007 - local by nature
    except ValueError:
        return []


def _nth(year: int, month: int, number: int, weekday: int) -> datetime:
    """The second Monday or the last Sunday of a month."""
    if number > 0:
        first = datetime(year, month, 1)  # noqa: DTZ001 - local by nature
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))
    last = datetime(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)  # noqa: DTZ001
    return last - timedelta(days=(last.weekday() - weekday) % 7 + 7 * (-number - 1))
