"""What a page tells of a mail besides its words: whether its sender is genuine, signed, away; what could not be
delivered. All of it stands in the entry itself, so a long thread costs no statement more."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from helpdesk.incidents.thread import Entry, EntryKind
from helpdesk.letters.plain_status import plain_status
from helpdesk.web.invitations import Card, card
from helpdesk.web.mail_facts import TRUST


@dataclass(frozen=True, slots=True)
class Tag:
    """A mark beside the sender's name; `title` explains it. `tone` is "", info, good, warn or bad."""

    text: str
    glyph: str
    tone: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Undelivered:
    """What a delivery report says of one recipient, in plain words and in the mail server's."""

    recipient: str
    means: str
    tone: str
    said: str


@dataclass(frozen=True, slots=True)
class Marks:
    """`warning` must not be overlooked; `is_whole`: its quotes are answered in place, so nothing is folded."""

    tags: tuple[Tag, ...] = ()
    warning: str = ""
    encrypted: str = ""
    is_whole: bool = False
    invitation: Card | None = None
    undelivered: tuple[Undelivered, ...] = ()
    forwarded_by: str = ""

    @property
    def stands_before(self) -> bool:
        """Whether something is to be read before the words."""
        return bool(self.warning or self.encrypted or self.invitation or self.undelivered or self.forwarded_by)


NOTHING = Marks()
_FORGED = "Don't do what it asks before you have spoken to {} by another way."


def marks_of(entry: Entry) -> Marks:
    """`NOTHING` for most entries."""
    said = entry.features
    if not said and not entry.trust and "@" not in entry.author_name:
        return NOTHING
    forged = entry.trust == "fail"
    return Marks(
        tags=tuple(_tags(entry, said)),
        warning=f"{TRUST['fail'].means} {_FORGED.format(entry.author_name)}" if forged else "",
        encrypted=str(said.get("encrypted") or ""),
        is_whole=bool(said.get("interleaved")),
        invitation=card(said["invitation"]) if isinstance(said.get("invitation"), dict) else None,
        undelivered=_undelivered(said.get("report")),
        forwarded_by=str(said.get("forwarded_by") or ""),
    )


def away_until(entries: Iterable[Entry], requester_id: int, today: date) -> date | None:
    """The last day on which the requester is away, as their latest notice says; None when they are back."""
    days = [_day(one.features.get("away_until")) for one in entries if one.features and _is_of(one, requester_id)]
    named = [day for day in days if day is not None]
    return named[-1] if named and named[-1] >= today else None


def in_words(day: date, today: date) -> str:
    """“30 November”; with the year when it is another."""
    return day.strftime("%-d %B" if day.year == today.year else "%-d %B %Y")


def _is_of(entry: Entry, requester_id: int) -> bool:
    return entry.author_kind == "requester" and entry.author_id == requester_id


def _tags(entry: Entry, said: dict[str, Any]) -> Iterable[Tag]:
    if entry.trust in TRUST and entry.trust and entry.kind in (EntryKind.MESSAGE.value, EntryKind.ADVICE.value):
        trust = TRUST[entry.trust]
        yield Tag(trust.name, trust.glyph, trust.tone, trust.means)
    if _names_another(entry):
        yield Tag("Another address in the name", "alert-triangle", "warn", f"It was sent from {entry.sender}.")
    signature = said.get("signature")
    if isinstance(signature, dict):
        yield _signature(signature)
    until = _day(said.get("away_until"))
    if until is not None:
        yield Tag(f"Away until {in_words(until, entry.at.date())}", "calendar", "info")


def _names_another(entry: Entry) -> bool:
    """Whether the name poses as an address that the mail did not come from."""
    name = entry.author_name.strip().strip("<>\"'").lower()
    return bool(entry.sender) and "@" in name and entry.sender.lower() not in name


def _signature(said: dict[str, Any]) -> Tag:
    kind, signer = str(said.get("kind") or "Signed"), str(said.get("signer") or "")
    detail = str(said.get("detail") or "")
    if said.get("verified"):
        return Tag(f"{kind} verified", "certificate", "good", detail or f"Signed by {signer}.")
    return Tag(f"{kind} not verified", "certificate-off", "warn", detail or "The signature could not be checked.")


def _undelivered(report: object) -> tuple[Undelivered, ...]:
    reports = report.get("reports") if isinstance(report, dict) else None
    return tuple(_recipient(one) for one in reports or () if isinstance(one, dict))


def _recipient(one: dict[str, Any]) -> Undelivered:
    kind, status = str(one.get("kind") or ""), str(one.get("status") or "")
    diagnostic = str(one.get("diagnostic") or "")
    arrived = str(one.get("action") or "") in ("delivered", "relayed", "expanded")
    return Undelivered(
        recipient=str(one.get("recipient") or "somebody"),
        means="It arrived." if arrived else plain_status(status, diagnostic, kind),
        tone="good" if arrived else {"hard": "bad", "soft": "warn", "delayed": "info"}.get(kind, "bad"),
        said=" ".join(filter(None, (status, diagnostic))),
    )


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text)) if text else None
    except ValueError:
        return None
