"""Message identifiers and dates: the headers by which mails are put in order (RFC 5322 sections 3.6.1 and 3.6.4)."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_tz

from intake.mail.headers import Headers
from intake.mail.limits import Allowance

_BRACKETED = re.compile(r"<([^<>]{1,998})>")
_BARE = re.compile(r"[^\s<>,;\"()]+@[^\s<>,;\"()]+")


def message_id(headers: Headers) -> str | None:
    """The first usable Message-ID, without <>; None when there is none."""
    for value in headers.lines("message-id"):
        found = _BRACKETED.search(value)
        text = re.sub(r"\s+", "", found[1]) if found else value.strip("<> \t")
        if text:
            return text[:998]
    return None


def identifiers(headers: Headers, name: str, allowance: Allowance) -> tuple[str, ...]:
    """Ids of every field of that name, in order, each once. In-Reply-To may hold prose (RFC 822): skipped."""
    ids: dict[str, None] = {}
    for value in headers.lines(name):
        found = [re.sub(r"\s+", "", one) for one in _BRACKETED.findall(value)]
        if not found:
            found = _BARE.findall(value) or ([value.strip()] if value.strip() and " " not in value.strip() else [])
        ids.update(dict.fromkeys(one.strip("<>") for one in found))
    ids.pop("", None)
    if len(ids) > allowance.limits.references_max:
        allowance.note(f"{len(ids)} ids in {name}: only the newest {allowance.limits.references_max} kept")
    return tuple(ids)[-allowance.limits.references_max :]


def date(headers: Headers, allowance: Allowance) -> datetime | None:
    """The Date header as aware UTC; None, noted, when it says no moment."""
    value = headers.text("date")
    if not value:
        return None
    moment = _moment(value)
    if moment is None:
        allowance.note(f"date not understood: {value[:80]!r}")
    return moment


def received_at(headers: Headers) -> datetime | None:
    """When the nearest server took the mail, by the topmost Received field (RFC 5321 section 4.4)."""
    value = headers.raw("received")
    return _moment(headers.unfolded(value).rpartition(";")[2].strip()) if value else None


def _moment(value: str) -> datetime | None:
    try:
        parsed = parsedate_tz(value[:200])
        if parsed is None:
            return None
        moment = datetime(*parsed[:6], tzinfo=UTC).timestamp() - (parsed[9] or 0)
        return datetime.fromtimestamp(moment, UTC)
    except (ValueError, OverflowError, OSError, IndexError, TypeError):
        return None
