"""When a letter leaves: the choices of the composer, worked out in the agent's time zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from helpdesk.errors import Invalid
from helpdesk.incidents.sending import checked_time

NOW, HOUR, TOMORROW, MONDAY, CHOSEN = "", "hour", "tomorrow", "monday", "chosen"
CHOICES = [
    (NOW, "Send now"),
    (HOUR, "Send in an hour"),
    (TOMORROW, "Send tomorrow at 8:00"),
    (MONDAY, "Send on Monday at 8:00"),
    (CHOSEN, "Send at…"),
]
MORNING_HOUR = 8


def leaves_at(choice: str, typed: str, zone_name: str, now: datetime) -> datetime | None:
    """The moment that was chosen; None for now. Raises Invalid for what is no time, or none to come."""
    local = now.astimezone(zone(zone_name))
    morning = local.replace(hour=MORNING_HOUR, minute=0, second=0, microsecond=0)
    match choice:
        case "hour":
            return now + timedelta(hours=1)
        case "tomorrow":
            return (morning + timedelta(days=1)).astimezone(UTC)
        case "monday":
            return (morning + timedelta(days=7 - local.weekday())).astimezone(UTC)
        case "chosen":
            return checked_time(_typed(typed, zone(zone_name)), now)
    return None


def zone(name: str) -> ZoneInfo:
    """The time zone a browser named; UTC for one that nobody knows."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def _typed(text: str, here: ZoneInfo) -> datetime:
    try:
        given = datetime.fromisoformat(text.strip())
        return (given if given.tzinfo else given.replace(tzinfo=here)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid(
            "Say when it is to leave: a date and a time, such as 2030-01-31T09:00.", field="leaves_at"
        ) from None


def in_words(moment: datetime, zone_name: str) -> str:
    """“3 March 2030, 08:00”, with the zone's short name."""
    return moment.astimezone(zone(zone_name)).strftime("%-d %B %Y, %H:%M %Z")
