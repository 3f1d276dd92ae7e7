"""Dates as people and mail programs write them in English, German, French, Spanish, Italian and Dutch.

Used for "away until ..." and for the header blocks of forwarded mail. What may be read in two ways is not read.
"""

import re
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_tz

_MONTHS = (
    "jan|januar|january|jän|jänner|janv|janvier|ene|enero|gen|gennaio|januari",
    "feb|februar|february|févr|fév|février|fevrier|febrero|febbraio|februari",
    "mar|mär|märz|mrz|march|mars|marzo|maart|mrt",
    "apr|april|avr|avril|abr|abril|aprile",
    "may|mai|mayo|mag|maggio|mei",
    "jun|juni|june|juin|junio|giu|giugno",
    "jul|juli|july|juil|juillet|julio|lug|luglio",
    "aug|august|août|aout|ago|agosto|augustus",
    "sep|sept|september|septembre|septiembre|setiembre|set|settembre",
    "oct|okt|october|oktober|octobre|octubre|ott|ottobre",
    "nov|november|novembre|noviembre",
    "dec|dez|december|dezember|déc|décembre|decembre|dic|diciembre|dicembre",
)
_WEEKDAYS = (
    "mon|monday|montag|mo|lun|lundi|lunes|lunedì|lunedi|ma|maandag",
    "tue|tues|tuesday|dienstag|di|mardi|martes|mart|martedì|martedi|dinsdag",
    "wed|wednesday|mittwoch|mi|mer|mercredi|mié|mie|miércoles|miercoles|mercoledì|mercoledi|wo|woensdag",
    "thu|thur|thurs|thursday|donnerstag|do|jeu|jeudi|jue|jueves|gio|giovedì|giovedi|donderdag",
    "fri|friday|freitag|fr|ven|vendredi|vie|viernes|venerdì|venerdi|vr|vrijdag",
    "sat|saturday|samstag|sonnabend|sa|sam|samedi|sáb|sábado|sabado|sabato|za|zaterdag",
    "sun|sunday|sonntag|so|dim|dimanche|dom|domingo|domenica|zo|zondag",
)
_MONTH_OF = {word: number for number, words in enumerate(_MONTHS, 1) for word in words.split("|")}
_WEEKDAY_OF = {word: number for number, words in enumerate(_WEEKDAYS) for word in words.split("|")}
_BOTH = _MONTH_OF.keys() & _WEEKDAY_OF.keys()


def _any(words: dict[str, int]) -> str:
    return "|".join(sorted((re.escape(word) for word in words if word not in _BOTH), key=len, reverse=True))


_ARTICLE = r"(?:(?:the|den|dem|der|le|el|il|de|del)\s+)?"
_WEEKDAY = rf"(?P<weekday>{_any(_WEEKDAY_OF)})(?![^\W_])\.?"
_DAY = (
    r"(?P<year1>\d{4})-(?P<month1>\d{2})-(?P<day1>\d{2})(?!\d)"
    r"|(?P<day2>\d{1,2})\.\s?(?P<month2>\d{1,2})\.(?:\s?(?P<year2>\d{4}|\d{2}(?![\d:])))?"
    r"|(?P<first>\d{1,2})(?P<mark>[/-])(?P<second>\d{1,2})(?:[/-](?P<year3>\d{4}|\d{2}))?(?![\d/-])"
    rf"|(?P<day4>\d{{1,2}})(?:st|nd|rd|th|er|\.|º|°)?\s+(?:of\s+|de\s+)?(?P<month4>{_any(_MONTH_OF)})(?![^\W_])\.?,?"
    r"(?:\s+(?:de\s+|del\s+)?(?P<year4>\d{4})(?!\d))?"
    rf"|(?P<month5>{_any(_MONTH_OF)})\.?\s+(?:the\s+)?(?P<day5>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:])"
    r"(?:,?\s+(?P<year5>\d{4})(?!\d))?"
)
DATE = re.compile(rf"(?:{_WEEKDAY},?\s+{_ARTICLE})?(?:{_DAY})|{_WEEKDAY.replace('weekday', 'alone')}", re.IGNORECASE)
_DAY_INSIDE = re.compile(rf"(?<![\w/:.-])(?:{_DAY})", re.IGNORECASE)
_TIME = re.compile(r"(?<![\d:.])(\d{1,2})[:.h](\d{2})(?::(\d{2}))?\s*([ap]\.?\s?m\b\.?)?", re.IGNORECASE)
_HOURS_AHEAD = {
    "GMT": 0, "UTC": 0, "WET": 0, "WEZ": 0, "BST": 1, "CET": 1, "MEZ": 1, "CEST": 2, "MESZ": 2, "EET": 2, "EEST": 3,
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
}  # fmt: skip
_ZONE = re.compile(rf"(?<=[\d\sTC])([+-])(\d{{2}}):?(\d{{2}})\b|\b({'|'.join(_HOURS_AHEAD)})\b(?!\s?[+-]\d)")
_AHEAD_DAYS = 370
_AHEAD_UNWRITTEN_DAYS = 200  # of a date without its year
_CHARACTERS_MAX = 120


def coming_date(found: re.Match[str], near: date, *, is_day_first: bool) -> date | None:
    """The day that a match of `DATE` names in a mail written on `near`; None when it is ambiguous or far off.

    `is_day_first` tells how "03/04" is meant where the language says so."""
    if found["alone"]:
        ahead = (_WEEKDAY_OF[found["alone"].lower()] - near.weekday() - 1) % 7 + 1
        return near + timedelta(days=ahead)
    parts = _parts(found, is_day_first=is_day_first)
    if parts is None:
        return None
    year, month, day = parts
    if year is not None:
        named = _date(year, month, day)
        return named if named and -1 <= (named - near).days <= _AHEAD_DAYS else None
    named = _date(near.year, month, day)
    if named and (named - near).days < -1:
        named = _date(near.year + 1, month, day)
    return named if named and (named - near).days <= _AHEAD_UNWRITTEN_DAYS else None


def read_moment(text: str, offset_minutes: int) -> datetime | None:
    """The moment in the "Sent:" line of a header block as UTC; `offset_minutes` is the zone where it names none."""
    text = " ".join(text.split())[:_CHARACTERS_MAX]
    day = next((one for found in _DAY_INSIDE.finditer(text) if (one := _whole(found))), None)
    time = _TIME.search(text)
    if day is None or time is None:
        return None
    hour = _hour(int(time[1]), time[4] or "")
    try:
        here = datetime(day.year, day.month, day.day, hour, int(time[2]), int(time[3] or 0), tzinfo=UTC)
    except ValueError:
        return None
    return here - timedelta(minutes=_offset(text, offset_minutes))


def offset_minutes(value: str) -> int:
    """How far the zone of a Date field lies ahead of UTC; 0 when it names none."""
    try:
        parsed = parsedate_tz(value[:200])
    except (ValueError, IndexError, TypeError):
        return 0
    seconds = (parsed[9] if parsed else 0) or 0
    return seconds // 60 if abs(seconds) < timedelta(hours=24) // timedelta(seconds=1) else 0


def _whole(found: re.Match[str]) -> date | None:
    parts = _parts(found, is_day_first=False)
    return _date(parts[0], parts[1], parts[2]) if parts and parts[0] is not None else None


def _parts(found: re.Match[str], *, is_day_first: bool) -> tuple[int | None, int, int] | None:
    """(year, month, day)."""
    if found["first"]:
        ordered = _ordered(int(found["first"]), int(found["second"]), is_day_first=is_day_first)
        year = found["year3"]
        return (_year(year), *ordered) if ordered and (year or found["mark"] == "/") else None
    for number in "1245":
        day = found[f"day{number}"]
        if day:
            month = found[f"month{number}"]
            value = int(month) if month.isdecimal() else _MONTH_OF[month.lower()]
            return _year(found[f"year{number}"]), value, int(day)
    return None


def _ordered(first: int, second: int, *, is_day_first: bool) -> tuple[int, int] | None:
    """(month, day) of "first/second": the Americans put the month first, everybody else the day."""
    if is_day_first or first > 12:
        return second, first
    return (first, second) if second > 12 or first == second else None


def _year(text: str | None) -> int | None:
    if not text:
        return None
    return int(text) + (2000 if len(text) == 2 else 0)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _hour(hour: int, half: str) -> int:
    if not half:
        return hour
    return hour % 12 + (12 if half.lower().startswith("p") else 0)


def _offset(text: str, otherwise: int) -> int:
    zone = _ZONE.search(text)
    if zone is None:
        return otherwise
    if zone[4]:
        return _HOURS_AHEAD[zone[4]] * 60
    minutes = int(zone[2]) * 60 + int(zone[3])
    return minutes if zone[1] == "+" else -minutes
