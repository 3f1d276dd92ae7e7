"""What became of each letter that agents wrote, as the thread shows it: when it leaves, and for each recipient the
state, the mail server's words and what can be done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from helpdesk.db import session
from helpdesk.incidents.thread import Entry, EntryKind
from helpdesk.letters.delivery import ENDED, UNSENT, Delivery, DeliveryState, deliveries_of_entries
from helpdesk.letters.plain_status import plain_status

WRITTEN = (EntryKind.REPLY.value, EntryKind.CONSULTATION.value)
# What agents read of the states a delivery can be in; the first of these decides for several readers.
BADGES = {
    DeliveryState.BOUNCED: "bounced",
    DeliveryState.FAILED: "failed",
    DeliveryState.UNCERTAIN: "uncertain",
    DeliveryState.DEFERRED: "retrying",
    DeliveryState.SENDING: "sending",
    DeliveryState.QUEUED: "queued",
    DeliveryState.SENT: "sent",
    DeliveryState.SUPPRESSED: "suppressed",
}
# Letters that soon change: the page looks again by itself, for a delivery is no event that would tell it.
ON_ITS_WAY = frozenset({"leaving", "queued", "sending"})
JUST_NOW = timedelta(minutes=10)
SOON = timedelta(seconds=90)


@dataclass(frozen=True, slots=True)
class Line:
    """One recipient. `said` is what the mail server answered, or why nothing was sent."""

    delivery_id: int
    recipient: str
    badge: str
    said: str
    at: datetime
    next_at: datetime | None
    can_resend: bool
    can_stop: bool
    is_uncertain: bool


@dataclass(frozen=True, slots=True)
class LetterShown:
    """`leaves_at` and `seconds` are set while it can be called back."""

    incident_id: int
    entry_id: int
    badge: str
    lines: tuple[Line, ...] = ()
    leaves_at: datetime | None = None
    seconds: int = 0
    unless_answered: bool = False

    @property
    def summary(self) -> str:
        """Everything in one text, for whoever only points at it."""
        return "\n".join(f"{line.recipient}: {line.said or line.badge}" for line in self.lines)


def letters_shown(entries: Sequence[Entry], now: datetime) -> dict[int, LetterShown]:
    """By the numbers of the entries; what was withdrawn is left out."""
    written = [entry for entry in entries if entry.kind in WRITTEN and entry.withdrawn_at is None]
    made = deliveries_of_entries(session(), [entry.id for entry in written]) if written else {}
    found = ((entry.id, _shown(entry, made, now)) for entry in written)
    return {number: shown for number, shown in found if shown is not None}


def _shown(entry: Entry, made: Mapping[int, list[Delivery]], now: datetime) -> LetterShown | None:
    if entry.send_at is not None:
        ahead = entry.send_at - now
        badge = "leaving" if ahead < SOON else "scheduled"
        seconds = max(0, round(ahead.total_seconds()))
        return LetterShown(
            entry.incident_id, entry.id, badge, (), entry.send_at, seconds, unless_answered=entry.unless_answered
        )
    rows = made.get(entry.id, [])
    if rows:
        order = list(BADGES)
        worst = min(rows, key=lambda row: order.index(DeliveryState(row.state)))
        lines = tuple(_line(row) for row in rows)
        return LetterShown(entry.incident_id, entry.id, BADGES[DeliveryState(worst.state)], lines)
    # One that left just now has no letter yet: the worker is about to make it.
    return LetterShown(entry.incident_id, entry.id, "queued") if entry.at > now - JUST_NOW else None


def _line(row: Delivery) -> Line:
    said = row.answer if row.state != DeliveryState.QUEUED else ""
    if row.bounce:
        said = f"{plain_status(row.bounce_status, said, row.bounce)} {said}".strip()
    return Line(
        delivery_id=row.id,
        recipient=row.recipient,
        badge=BADGES[DeliveryState(row.state)],
        said=said,
        at=row.sent_at or row.created_at,
        next_at=row.next_try_at,
        can_resend=row.state in ENDED and bool(row.raw_sha256),
        can_stop=row.state in UNSENT,
        is_uncertain=row.state == DeliveryState.UNCERTAIN,
    )
