"""An invitation that came by mail (RFC 5545), as a card: what, when, where, who. Made from `Entry.features`."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from helpdesk.web.context import relative

ATTENDEES_SHOWN_MAX = 12
_METHODS = {
    "cancel": ("Cancelled", "bad"),
    "reply": ("Answer to an invitation", "info"),
    "publish": ("Appointment", "info"),
}
_ANSWERS = {"accepted": ("Accepted", "good"), "declined": ("Declined", "bad"), "tentative": ("Perhaps", "warn")}


@dataclass(frozen=True, slots=True)
class Card:
    """`when` is worded in the zone the calendar states, `when_utc` in UTC, "" where that is the same; `tone` is that
    of the mark."""

    title: str
    mark: str
    tone: str
    when: str
    when_utc: str
    how_soon: str
    place: str
    organizer: str
    attendees: tuple[str, ...]
    more_attendees: int
    recurs: str
    is_cancelled: bool


def card(said: dict[str, Any]) -> Card:
    """Of `features["invitation"]`; whatever is missing or unreadable there is left out."""
    method = str(said.get("method") or "").lower()
    mark, tone = _METHODS.get(method, ("Invitation", "info"))
    if method == "reply":
        mark, tone = _ANSWERS.get(str(said.get("answer") or "").lower(), (mark, tone))
    starts, ends = _moment(said.get("starts_at")), _moment(said.get("ends_at"))
    all_day = bool(said.get("all_day"))
    attendees = tuple(str(one) for one in said.get("attendees") or ())
    return Card(
        title=str(said.get("summary") or "Without a title"),
        mark=mark,
        tone=tone,
        when=_span(starts, ends, all_day) if starts else "",
        when_utc=_in_utc(starts, ends) if starts and not all_day else "",
        how_soon=relative(starts) if starts and starts.tzinfo else "",
        place=str(said.get("location") or ""),
        organizer=str(said.get("organizer") or ""),
        attendees=attendees[:ATTENDEES_SHOWN_MAX],
        more_attendees=max(0, len(attendees) - ATTENDEES_SHOWN_MAX),
        recurs=str(said.get("recurs") or ""),
        is_cancelled=method == "cancel",
    )


def _moment(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text)) if text else None
    except ValueError:
        return None


def _day(moment: datetime) -> str:
    return moment.strftime("%A %-d %B %Y")


def _span(starts: datetime, ends: datetime | None, all_day: bool) -> str:
    if all_day:
        # The last day of an all-day event is named as the day after it (RFC 5545 section 3.6.1).
        days = (ends.date() - starts.date()).days if ends else 1
        return f"{_day(starts)}, all day" if days <= 1 else f"{_day(starts)}, {days} days"
    text = f"{_day(starts)}, {starts:%H:%M}"
    if ends is not None:
        text += f"–{ends:%H:%M}" if ends.date() == starts.date() else f" to {_day(ends)}, {ends:%H:%M}"
    return f"{text} {_zone(starts)}"


def _zone(moment: datetime) -> str:
    offset = moment.utcoffset()
    if offset is None:
        return "(the invitation names no time zone)"
    text = moment.strftime("%z")
    return f"UTC{text[:3]}:{text[3:5]}" if offset else "UTC"


def _in_utc(starts: datetime, ends: datetime | None) -> str:
    if not starts.utcoffset():
        return ""
    text = starts.astimezone(UTC).strftime("%H:%M")
    if ends is not None and ends.tzinfo is not None:
        text += ends.astimezone(UTC).strftime("–%H:%M")
    return f"{text} UTC"
