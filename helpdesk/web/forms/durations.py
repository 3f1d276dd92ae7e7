"""Lengths of time as people write them: “4h”, “1d 2h”, “30m”. A day is 24 hours of time that counts, and what is
kept is told back in hours, so that nobody takes it for a working day."""

import re

from wtforms import Field
from wtforms.widgets import TextInput

SECONDS = {"d": 86_400, "h": 3_600, "m": 60}
YEAR_SECONDS = 366 * 86_400
_PART = re.compile(
    r"(\d{1,6}(?:[.,]\d{1,3})?)\s*(?:(days?|d)|(hours?|hrs?|hr|h)|(minutes?|mins?|min|m))(?![a-z])[\s,]*", re.IGNORECASE
)
_MESSAGE = "Write it as days, hours and minutes, such as 4h, 30m or 1d 2h."


def seconds_of(text: str) -> int:
    """Whole minutes, in seconds. Raises ValueError, saying what to write, for anything but a length over zero."""
    position, total, text = 0, 0.0, text.strip()
    while position < len(text):
        found = _PART.match(text, position)
        if found is None:
            raise ValueError(_MESSAGE)
        unit = next(unit for unit, word in zip(SECONDS, found.groups()[1:], strict=True) if word)
        total += float(found[1].replace(",", ".")) * SECONDS[unit]
        position = found.end()
    minutes = round(total / 60)
    if minutes < 1:
        raise ValueError("Give at least one minute." if text else _MESSAGE)
    if total > YEAR_SECONDS:
        raise ValueError("Give at most a year.")
    return minutes * 60


def hours_and_minutes(seconds: float) -> str:
    """“26h 10m”: for time that counts, where a day would be read as a working day."""
    hours, minutes = divmod(round(abs(seconds) / 60), 60)
    parts = [f"{hours:,}h" if hours else "", f"{minutes}m" if minutes else ""]
    return " ".join(part for part in parts if part) or ("under 1m" if seconds else "0m")


def to_the_second(seconds: int) -> str:
    """“26h 10m 5s”: where numbers stand below each other and have to add up."""
    parts = [(seconds // 3600, "h"), (seconds // 60 % 60, "m"), (seconds % 60, "s")]
    return " ".join(f"{count:,}{unit}" for count, unit in parts if count) or "0s"


def days_and_hours(seconds: float) -> str:
    """“3d 4h”, “2h 10m”: for time on the wall, the two largest units, rounded down."""
    left = int(abs(seconds))
    days, left = divmod(left, SECONDS["d"])
    hours, left = divmod(left, SECONDS["h"])
    units = [(days, "d"), (hours, "h"), (left // 60, "m")]
    first = next((place for place, (count, _) in enumerate(units) if count), None)
    if first is None:
        return "under 1m"
    return " ".join(f"{count:,}{unit}" for count, unit in units[first : first + 2] if count)


class DurationField(Field):  # type: ignore[misc]  # wtforms carries no types
    """`data` is in seconds, None when nothing is given; what was typed comes back as it was."""

    widget = TextInput()

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        self.data = None
        if valuelist[0].strip():
            self.data = seconds_of(valuelist[0])

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return hours_and_minutes(self.data) if self.data else ""
