"""Invitations (RFC 5545, RFC 5546) read into a card: the first event of the mail's calendar, whoever made it."""

from datetime import UTC, date, datetime, time
from typing import Any

from icalendar import Calendar, Event, vDDDTypes, vDuration

from intake.mail.arrival import Invitation
from intake.mail.calendar_lines import event_lines, method_of, unfolded, zone_of
from intake.mail.charset import decode_text
from intake.mail.limits import Allowance
from intake.mail.mime import Part
from intake.mail.recurrence import in_words

_TEXT_CHARACTERS = 1000
_ANSWERS = frozenset({"accepted", "declined", "tentative", "delegated"})
# What the library raises over calendars that break the rules, beyond the errors it collects itself.
_BROKEN = (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError, NotImplementedError)


def find_invitation(root: Part, allowance: Allowance) -> Invitation | None:
    """The card of the first text/calendar part; None when there is none, or none that can be read (noted)."""
    part = next((part for part in root.walk() if part.content_type == "text/calendar" and not part.children), None)
    if part is None or not allowance.in_time("the invitation"):
        return None
    data = part.content(allowance)
    if len(data) > allowance.limits.calendar_bytes_max:
        allowance.note(f"calendar longer than {allowance.limits.calendar_bytes_max} bytes: only the beginning read")
        data = data[: allowance.limits.calendar_bytes_max]
    lines = unfolded(decode_text(data, part.parameters.get("charset") or "utf-8")[0])
    found = event_lines(lines)
    method = (method_of(lines) or part.parameters.get("method", "")).strip().lower()
    try:
        return _card(_event(found), method[:40], lines, allowance) if found else None
    except _BROKEN:
        allowance.note("the invitation could not be read: it stays a file")
        return None


def _event(lines: list[str]) -> Event:
    calendar = Calendar.from_ical("\r\n".join(["BEGIN:VCALENDAR", *lines, "END:VCALENDAR", ""]))
    return next(one for one in calendar.walk("VEVENT") if isinstance(one, Event))


def _card(event: Event, method: str, lines: list[str], allowance: Allowance) -> Invitation:
    starts, ends = _value(event, "DTSTART"), _value(event, "DTEND")
    length = _value(event, "DURATION")
    starts_at = _moment(starts, event, "DTSTART", lines, allowance)
    ends_at = _moment(ends, event, "DTEND", lines, allowance)
    people = _listed(event, "ATTENDEE")
    return Invitation(
        method=method,
        summary=_text(event, "SUMMARY"),
        starts_at=starts_at,
        ends_at=starts_at + length if starts_at and ends is None and length is not None else ends_at,
        all_day=isinstance(starts, date) and not isinstance(starts, datetime),
        location=_text(event, "LOCATION"),
        organizer=next((_address(one) for one in _listed(event, "ORGANIZER")), ""),
        attendees=tuple(dict.fromkeys(address for one in people if (address := _address(one)))),
        answer=_answer(people) if method == "reply" else "",
        recurs=in_words(event.get("RRULE")),
    )


def _value(event: Event, name: str) -> Any:
    """Date, moment or length; None when the property is missing or broken."""
    value = event.get(name)
    return value.dt if isinstance(value, vDDDTypes | vDuration) else None


def _moment(value: Any, event: Event, name: str, lines: list[str], allowance: Allowance) -> datetime | None:
    """Aware; days count from midnight UTC. A local time needs its zone: by name, or as the calendar defines it."""
    if not isinstance(value, datetime):
        return datetime.combine(value, time(), UTC) if isinstance(value, date) else None
    if value.tzinfo is not None:
        return value.astimezone(UTC)
    zone = zone_of(lines, str(event[name].params.get("TZID", "")), value)
    if zone is None:
        allowance.note("the invitation's times name no time zone that is known: not shown")
        return None
    return value.replace(tzinfo=zone).astimezone(UTC)


def _text(event: Event, name: str) -> str:
    return " ".join(str(event.get(name) or "").split())[:_TEXT_CHARACTERS]


def _listed(event: Event, name: str) -> list[Any]:
    found = event.get(name)
    if found is None:
        return []
    return found if isinstance(found, list) else [found]


def _address(value: Any) -> str:
    text = str(value).strip()
    text = text[7:] if text[:7].lower() == "mailto:" else text
    return text if "@" in text and len(text) <= 254 and " " not in text else ""


def _answer(people: list[Any]) -> str:
    """Of a reply: what its one attendee says (RFC 5546 section 3.2.3)."""
    told = str(people[0].params.get("PARTSTAT", "")).lower() if len(people) == 1 else ""
    return told if told in _ANSWERS else ""
