"""How often an event comes back (RFC 5545 section 3.3.10) in plain words. For the card of an invitation."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

_UNITS = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year", "HOURLY": "hour"}
_DAYS = {
    "MO": "Monday", "TU": "Tuesday", "WE": "Wednesday", "TH": "Thursday", "FR": "Friday", "SA": "Saturday",
    "SU": "Sunday",
}  # fmt: skip
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR")
_ORDINALS = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last", -2: "second to last"}
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_LISTED_MAX = 12


def in_words(rule: Mapping[str, Sequence[Any]] | None) -> str:
    """Such as "every 2 weeks on Monday and Friday, until 1 December 2026"; "" without a rule."""
    if not rule:
        return ""
    unit = _UNITS.get(str(_first(rule, "FREQ") or "").upper())
    if unit is None:
        return "repeatedly"
    days = [str(day).upper() for day in rule.get("BYDAY", ())][:_LISTED_MAX]
    interval = int(_first(rule, "INTERVAL") or 1)
    if tuple(days) == _WEEKDAYS and interval == 1 and unit in {"week", "day"}:
        words = "every weekday"
    else:
        words = f"every {unit}" if interval == 1 else f"every {interval} {unit}s"
        words += _on(days, unit) + _of_month(rule)
    return words + _end(rule)


def _on(days: list[str], unit: str) -> str:
    named = [one for day in days if (one := _day(day))]
    if not named:
        return ""
    return f" on {'the ' if unit != 'week' and days[0][:-2] else ''}{_joined(named)}"


def _day(text: str) -> str:
    """ "MO" and "-1FR": Monday, last Friday."""
    name = _DAYS.get(text[-2:], "")
    number = text[:-2]
    if not number or not name:
        return name
    return f"{_ORDINALS[int(number)]} {name}" if number.lstrip("+-").isdecimal() and int(number) in _ORDINALS else ""


def _of_month(rule: Mapping[str, Sequence[Any]]) -> str:
    days = [str(int(day)) for day in rule.get("BYMONTHDAY", ())][:_LISTED_MAX]
    months = [_MONTHS[int(month) - 1] for month in rule.get("BYMONTH", ()) if 1 <= int(month) <= 12]
    on = f" on day {_joined(days)}" if days else ""
    return on + (f" in {_joined(months)}" if months else "")


def _end(rule: Mapping[str, Sequence[Any]]) -> str:
    count, until = _first(rule, "COUNT"), _first(rule, "UNTIL")
    if count:
        return ", once" if int(count) == 1 else f", {int(count)} times"
    return f", until {until.day} {_MONTHS[until.month - 1]} {until.year}" if isinstance(until, date) else ""


def _first(rule: Mapping[str, Sequence[Any]], name: str) -> Any:
    values = rule.get(name)
    return values[0] if values else None


def _joined(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
