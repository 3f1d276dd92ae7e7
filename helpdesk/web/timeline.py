"""What happened to an incident, in words: its events as one-liners, woven between the entries of its thread."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from helpdesk.incidents.incident import NUMBER_PREFIX
from helpdesk.incidents.lifecycle import ResolutionCode, State, Verb
from helpdesk.incidents.priority import Priority
from helpdesk.incidents.thread import Entry
from helpdesk.journal import Event, EventKind
from helpdesk.web.context import exact


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the timeline. `text` is escaped HTML; `tone` is "", good, warn or bad."""

    glyph: str
    text: Markup
    at: datetime
    tone: str = ""


Wording = Callable[[Event], tuple[str, Markup, str]]


def woven(entries: Sequence[Entry], events: Sequence[Event]) -> list[Entry | Happening]:
    """Entries and what happened between them, oldest first. An event that wrote an entry is shown by the entry."""
    by_number = {entry.id: entry for entry in entries}
    items: list[Entry | Happening] = []
    for before, event in zip((None, *events), events, strict=False):
        if before is not None and _follows(event, before):
            continue
        entry = by_number.pop(event.data.get("entry_id", 0), None)
        shown = entry or happening(event)
        if shown is not None:
            items.append(shown)
    # Entries that no event tells of came with an import.
    items.extend(by_number.values())
    return sorted(items, key=lambda item: item.at)


def _follows(event: Event, before: Event) -> bool:
    """Whether it goes without saying: who takes or answers a new incident opens it."""
    opens = event.kind == EventKind.STATE_CHANGED and event.data.get("verb") == Verb.START
    return opens and event.at == before.at and before.kind in (EventKind.ASSIGNED, EventKind.REPLIED)


def happening(event: Event) -> Happening | None:
    """The line of one event; None for those that the page shows elsewhere."""
    wording = WORDINGS.get(event.kind)
    if wording is None:
        return None
    glyph, text, tone = wording(event)
    return Happening(glyph, text, event.at, tone)


def in_words(event: Event) -> Happening:
    """The line of any event, for telling what changed meanwhile."""
    said = happening(event)
    return said or Happening(
        "message", _said(event, "{}", _WROTE.get(EventKind(event.kind), event.kind.replace("_", " "))), event.at
    )


_WROTE = {
    EventKind.OPENED: "reported it",
    EventKind.RECEIVED: "wrote",
    EventKind.REPLIED: "replied",
    EventKind.NOTED: "added a note",
}


def _said(event: Event, text: str, *values: object) -> Markup:
    """`text` is one of ours and may hold <b>; the values are escaped."""
    return Markup("<b>{}</b> ").format(event.actor_name) + Markup(text).format(*values)  # noqa: S704


def _assigned(event: Event) -> tuple[str, Markup, str]:
    after = event.data.get("after", {})
    assignee, team = after.get("assignee"), after.get("team")
    if assignee and event.data.get("assignee_id") == event.actor_id and event.actor_kind == "agent":
        return "user-check", _said(event, "took it"), ""
    if assignee and team:
        return "user-check", _said(event, "assigned it to <b>{}</b>, {}", assignee, team), ""
    if assignee or team:
        return "user-check", _said(event, "assigned it to <b>{}</b>", assignee or team), ""
    return "user", _said(event, "put it back: nobody has it now"), ""


def _categorized(event: Event) -> tuple[str, Markup, str]:
    after = event.data.get("after", {})
    chosen = ", ".join(filter(None, (after.get("service"), after.get("category"))))
    return "tag", _said(event, "set <b>{}</b>", chosen) if chosen else _said(event, "took the category away"), ""


def _prioritized(event: Event) -> tuple[str, Markup, str]:
    before, after = event.data.get("before", {}).get("priority", 0), event.data.get("after", {}).get("priority", 0)
    names = tuple(
        f"P{number} {Priority(number).name.capitalize()}" if number else "nothing" for number in (after, before)
    )
    return "flame", _said(event, "made it <b>{}</b>, it was {}", *names), "warn" if after < before else ""


def _moved(event: Event) -> tuple[str, Markup, str]:
    match event.data.get("verb"):
        case Verb.WAIT_FOR_REQUESTER:
            return "hourglass", _said(event, "waits for the requester"), ""
        case Verb.WAIT_FOR_OTHER:
            until, reason = _moment(event.data.get("until", "")), event.data.get("reason", "")
            return (
                "clock-pause",
                _said(event, "put it off until <b>{}</b>{}", until, f": {reason}" if reason else ""),
                "",
            )
        case Verb.START:
            return "circle-dot", _said(event, "opened it"), ""
        case Verb.RESUME:
            return "circle-dot", _said(event, "took it up again"), ""
    return "circle-dot", _said(event, "set it to <b>{}</b>", State(event.data.get("after", "open")).label), ""


def _moment(text: str) -> str:
    try:
        return exact(datetime.fromisoformat(text))
    except ValueError:
        return text


def _resolved(event: Event) -> tuple[str, Markup, str]:
    code = ResolutionCode(event.data.get("code", ResolutionCode.FIXED)).label
    return "circle-check", _said(event, "resolved it: <b>{}</b>", code), "good"


def _reopened(event: Event) -> tuple[str, Markup, str]:
    reason = event.data.get("reason", "")
    return "rotate-clockwise", _said(event, "reopened it{}", f": {reason}" if reason else ""), "warn"


def _tied(event: Event) -> tuple[str, Markup, str]:
    done = "tied it: {} <b>{}</b>" if event.kind == EventKind.LINKED else "untied it: no longer {} <b>{}</b>"
    glyph = "link" if event.kind == EventKind.LINKED else "unlink"
    return glyph, _said(event, done, event.data.get("tie", "related to"), event.data.get("other", "")), ""


def _fix(event: Event) -> tuple[str, Markup, str]:
    kind, _, number = str(event.data.get("document", "")).partition(":")
    name = f"{NUMBER_PREFIX}{number}" if kind == "incident" else f"article {number}"
    if event.kind == EventKind.FIX_REUSED:
        return "bulb", _said(event, "used the fix of <b>{}</b>", name), ""
    return "thumb-down", _said(event, "found that the fix of <b>{}</b> is not this one", name), ""


def _undelivered(event: Event) -> tuple[str, Markup, str]:
    recipient, answer = event.data.get("recipient", ""), event.data.get("answer") or event.data.get("reason") or ""
    text = Markup("A letter{} {}{}").format(
        f" to {recipient}" if recipient else "",
        "came back" if event.kind == EventKind.BOUNCED else "could not be delivered",
        f": {answer}" if answer else "",
    )
    return "mail-x", text, "bad"


def _woken(_: Event) -> tuple[str, Markup, str]:
    return "alarm", Markup("It woke up: the time it was put off to has come"), ""


def _held(event: Event) -> tuple[str, Markup, str]:
    reason = event.data.get("reason", "")
    return (
        "mail-pause",
        Markup("A mail that would have joined was held{}").format(f": {reason}" if reason else ""),
        "warn",
    )


WORDINGS: dict[str, Wording] = {
    EventKind.ASSIGNED: _assigned,
    EventKind.CATEGORIZED: _categorized,
    EventKind.PRIORITIZED: _prioritized,
    EventKind.STATE_CHANGED: _moved,
    EventKind.WOKEN: _woken,
    EventKind.RESOLVED: _resolved,
    EventKind.CONFIRMED: lambda event: ("checks", _said(event, "says that it is fixed"), "good"),
    EventKind.REOPENED: _reopened,
    EventKind.CLOSED: lambda event: ("archive", _said(event, "closed it"), ""),
    EventKind.LINKED: _tied,
    EventKind.UNLINKED: _tied,
    EventKind.RENAMED: lambda event: (
        "edit",
        _said(event, "renamed it, it was “{}”", event.data.get("before", "")),
        "",
    ),
    EventKind.FIX_REUSED: _fix,
    EventKind.FIX_REJECTED: _fix,
    EventKind.DELIVERY_FAILED: _undelivered,
    EventKind.BOUNCED: _undelivered,
    EventKind.MAIL_HELD: _held,
}
