"""Recipients and codes out of delivery reports that are written for people only."""

import re

from intake.mail.bounce_patterns import (
    DELAYED,
    ENHANCED,
    GAVE_UP,
    NOT_A_RECIPIENT,
    REASONS,
    RECIPIENTS,
    REPLY,
    RETURNED,
)

_HEAD_CHARACTERS = 20_000
_RECIPIENTS_MAX = 100


def split_returned(text: str) -> tuple[str, str]:
    """What the mail system says, and the returned mail behind it."""
    text = text[: _HEAD_CHARACTERS * 4]
    found = RETURNED.search(text, 1)
    if found is None or not text[: found.start()].strip():
        return text[:_HEAD_CHARACTERS], text[_HEAD_CHARACTERS:]
    return text[: found.start()][:_HEAD_CHARACTERS], text[found.start() :]


def recipients_in(head: str, strangers: frozenset[str]) -> list[str]:
    """Addresses that could not be reached, by the most certain pattern that finds any.

    `strangers` (lower case) are taken only when nothing else is found: the one who gets
    the report and the mail system itself.
    """
    fallback: list[str] = []
    for pattern in RECIPIENTS:
        found: dict[str, str] = {}
        for match in pattern.finditer(head):
            address = match[1].rstrip(".")
            if not NOT_A_RECIPIENT.search(head, max(0, match.start(1) - 60), match.start(1)):
                found.setdefault(address.lower(), address)
        wanted = [address for key, address in found.items() if key not in strangers]
        if wanted:
            return wanted[:_RECIPIENTS_MAX]
        fallback = fallback or list(found.values())
    return fallback[:1]


def status_in(head: str) -> str:
    """An RFC 3463 code: written out, else by the SMTP reply's class, else by what the prose says."""
    written = enhanced_in(head, "45") or next(iter(ENHANCED.findall(head)), "")
    if written:
        return str(written)
    reason = next((status for pattern, status in REASONS if pattern.search(head)), "")
    reply = REPLY.search(head)
    if reply:
        return reason if reason[:1] == reply[1][0] else f"{reply[1][0]}.0.0"
    return reason


def enhanced_in(head: str, classes: str) -> str:
    """The first code of these classes that says more than x.0.0."""
    codes = ENHANCED.findall(head)
    return next((code for code in codes if code[0] in classes and not code.endswith(".0.0")), "")


def action_in(head: str, subject: str) -> str:
    """delayed when the system goes on trying, otherwise failed."""
    is_delayed = DELAYED.search(subject) or (DELAYED.search(head) and not GAVE_UP.search(subject))
    return "delayed" if is_delayed else "failed"


def line_with(head: str, needle: str) -> str:
    """The line of the report that holds `needle`: the diagnostic for a person."""
    at = head.find(needle) if needle else -1
    if at < 0:
        return ""
    begin = head.rfind("\n", 0, at) + 1
    end = head.find("\n", at)
    return re.sub(r"\s+", " ", head[begin : end if end >= 0 else len(head)]).strip()[:500]
