"""What an incident is about, whose it is and how much it matters, in words."""

from typing import Any

from markupsafe import Markup

from helpdesk.incidents.priority import Priority
from helpdesk.journal import Event, EventKind
from helpdesk.web.happenings.said import Wording, Words, said


def _categorized(event: Event) -> Words:
    before, after = event.data.get("before") or {}, event.data.get("after") or {}
    chosen = ", ".join(filter(None, (after.get("service"), after.get("category"))))
    was = ", ".join(filter(None, (before.get("service"), before.get("category"))))
    text = said(event, "set <b>{}</b>", chosen) if chosen else said(event, "took the category away")
    return "tag", text + (Markup(", it was {}").format(was) if was else ""), ""


def _prioritized(event: Event) -> Words:
    before, after = event.data.get("before", {}).get("priority", 0), event.data.get("after", {}).get("priority", 0)
    proposed, reason = event.data.get("proposed") or {}, event.data.get("reason", "")
    text = said(event, "made it <b>{}</b>, it was {}", _named(after), _named(before))
    if event.data.get("overridden") and proposed:
        text += Markup(", though P{} is proposed").format(proposed.get("priority"))
    return "flame", text + (Markup(": {}").format(reason) if reason else ""), "warn" if after < before else ""


def _named(number: int) -> str:
    return f"P{number} {Priority(number).name.capitalize()}" if number else "nothing"


def _given_to(event: Event) -> Words:
    before: dict[str, Any] = event.data.get("before") or {}
    after: dict[str, Any] = event.data.get("after") or {}
    reason = event.data.get("reason", "")
    if "id" in after and before.get("id") == after["id"]:
        where = after.get("organization") or "no organization"
        return "building", said(event, "said that {} belongs to <b>{}</b>", after.get("name", "somebody"), where), ""
    text = said(event, "made it <b>{}</b>'s, it was {}'s", after.get("name", "somebody"), before.get("name", "nobody"))
    return "user-circle", text + (Markup(": {}").format(reason) if reason else ""), "warn"


WORDINGS: dict[str, Wording] = {
    EventKind.CATEGORIZED: _categorized,
    EventKind.PRIORITIZED: _prioritized,
    EventKind.REQUESTER_CHANGED: _given_to,
    EventKind.AFFECTED: lambda event: (
        "users",
        said(event, "counted <b>{}</b> affected, it was {}", event.data.get("after", 1), event.data.get("before", 1)),
        "",
    ),
    EventKind.RECLASSIFIED: lambda event: (
        "tag",
        said(event, "made it {} <b>{}</b>", *_with_article(event.data.get("after", "incident"))),
        "",
    ),
}


def _with_article(kind: str) -> tuple[str, str]:
    return ("an" if kind.startswith("i") else "a"), kind
