"""What happened to an incident, in words: its events as one-liners, woven between the entries of its thread."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from markupsafe import Markup

from helpdesk.incidents.incident import NUMBER_PREFIX
from helpdesk.incidents.lifecycle import Verb
from helpdesk.incidents.split import split_off_now
from helpdesk.incidents.thread import Entry, ParticipantRole
from helpdesk.journal import Event, EventKind
from helpdesk.web.context import exact
from helpdesk.web.happenings import escalation, lifecycle, operations, record, service_levels, triage, working
from helpdesk.web.happenings.said import Wording, said


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the timeline. `text` is escaped HTML; `tone` is "", good, warn or bad; `sequence` its event's."""

    glyph: str
    text: Markup
    at: datetime
    tone: str = ""
    sequence: int = 0


def woven(entries: Sequence[Entry], events: Sequence[Event]) -> list[Entry | Happening]:
    """Entries and what happened between them, oldest first. An event that wrote an entry is shown by the entry."""
    by_number = {entry.id: entry for entry in entries}
    items: list[Entry | Happening] = []
    moved = split_off_now(events)
    for before, event in zip((None, *events), events, strict=False):
        if before is not None and _follows(event, before):
            continue
        number = event.data.get("entry_id", 0)
        entry = by_number.pop(number, None)
        shown = entry or (_moved_away(event, moved[number]) if number in moved else happening(event))
        if shown is not None:
            items.append(shown)
    # Entries that no event tells of came with an import.
    items.extend(by_number.values())
    return sorted(items, key=lambda item: item.at)


def _moved_away(event: Event, told: Event) -> Happening:
    return Happening("arrows-split", operations.moved_line(told, event.actor_name), event.at, "", event.sequence)


def _follows(event: Event, before: Event) -> bool:
    """Whether it goes without saying: who takes or answers a new incident opens it, and a list brings its tasks."""
    if event.kind == before.kind == EventKind.TASK_ADDED and event.at == before.at:
        return bool(event.data.get("checklist")) and event.data["checklist"] == before.data.get("checklist")
    opens = event.kind == EventKind.STATE_CHANGED and event.data.get("verb") == Verb.START
    return opens and event.at == before.at and before.kind in (EventKind.ASSIGNED, EventKind.REPLIED)


def happening(event: Event) -> Happening | None:
    """The line of one event; None for those that the page shows elsewhere."""
    wording = WORDINGS.get(event.kind)
    if wording is None:
        return None
    glyph, text, tone = wording(event)
    if later := lifecycle.logged_later(event.data):
        text += Markup(' <span class="quiet">({})</span>').format(later)
    return Happening(glyph, text, event.at, tone, event.sequence)


def in_words(event: Event) -> Happening:
    """The line of any event, for telling what changed meanwhile."""
    shown = happening(event)
    return shown or Happening(
        "message", said(event, "{}", _WROTE.get(EventKind(event.kind), event.kind.replace("_", " "))), event.at
    )


_WROTE = {
    EventKind.OPENED: "reported it",
    EventKind.RECEIVED: "wrote",
    EventKind.REPLIED: "replied",
    EventKind.NOTED: "added a note",
    EventKind.CONSULTED: "asked a third party",
    EventKind.ADVISED: "answered what we asked them",
}


def _assigned(event: Event) -> tuple[str, Markup, str]:
    after = event.data.get("after", {})
    assignee, team, why = after.get("assignee"), after.get("team"), event.data.get("why", "")
    if assignee and why:
        return "user-check", said(event, "gave it to <b>{}</b>: {}", assignee, why), ""
    if assignee and event.data.get("assignee_id") == event.actor_id and event.actor_kind == "agent":
        return "user-check", said(event, "took it"), ""
    if assignee and team:
        return "user-check", said(event, "assigned it to <b>{}</b>, {}", assignee, team), ""
    if assignee or team:
        return "user-check", said(event, "assigned it to <b>{}</b>", assignee or team), ""
    return "user", said(event, "put it back: nobody has it now"), ""


def _moment(text: str) -> str:
    try:
        return exact(datetime.fromisoformat(text))
    except ValueError:
        return text


def _tied(event: Event) -> tuple[str, Markup, str]:
    done = "tied it: {} <b>{}</b>" if event.kind == EventKind.LINKED else "untied it: no longer {} <b>{}</b>"
    glyph = "link" if event.kind == EventKind.LINKED else "unlink"
    return glyph, said(event, done, event.data.get("tie", "related to"), event.data.get("other", "")), ""


def _fix(event: Event) -> tuple[str, Markup, str]:
    kind, _, number = str(event.data.get("document", "")).partition(":")
    name = f"{NUMBER_PREFIX}{number}" if kind == "incident" else f"article {number}"
    if event.kind == EventKind.FIX_REUSED:
        return "bulb", said(event, "used the fix of <b>{}</b>", name), ""
    return "thumb-down", said(event, "found that the fix of <b>{}</b> is not this one", name), ""


def _undelivered(event: Event) -> tuple[str, Markup, str]:
    recipient, answer = event.data.get("recipient", ""), event.data.get("answer") or event.data.get("reason") or ""
    text = Markup("A letter{} {}{}").format(
        f" to {recipient}" if recipient else "",
        "came back" if event.kind == EventKind.BOUNCED else "could not be delivered",
        f": {answer}" if answer else "",
    )
    return "mail-x", text, "bad"


def _held(event: Event) -> tuple[str, Markup, str]:
    reason, row_id = event.data.get("reason", ""), event.data.get("row_id")
    text = Markup("A mail that would have joined was held{}").format(f": {reason}" if reason else "")
    if row_id:
        text += Markup(' <a href="{}">Look at it</a>').format(url_for("web.held_mail", number=row_id))
    return "mail-pause", text, "warn"


def _recipient(event: Event) -> str:
    return str(event.data.get("recipient", "")) or "its reader"


def _withdrawn(event: Event) -> tuple[str, Markup, str]:
    if event.data.get("reason") == "answered":
        return "arrow-back-up", said(event, "answered first, so a letter was not sent"), ""
    if event.data.get("recipient"):
        return "ban", said(event, "stopped the letter to {}", _recipient(event)), ""
    return "arrow-back-up", said(event, "called a letter back before it left"), ""


def _merged(event: Event) -> tuple[str, Markup, str]:
    data = event.data
    if "duplicate" not in data:
        return "git-merge", said(event, "merged this into <b>{}</b>", data.get("into", "")), ""
    text = said(event, "merged <b>{}</b> into this: “{}”", data["duplicate"], data.get("subject", ""))
    added = ", ".join(data.get("added", ()))
    return "git-merge", text + (Markup("; {} reads along").format(added) if added else ""), ""


def _unmerged(event: Event) -> tuple[str, Markup, str]:
    other = event.data.get("duplicate")
    if other is None:
        return "arrows-split", said(event, "took this out of <b>{}</b> again", event.data.get("into", "")), ""
    return "arrows-split", said(event, "took <b>{}</b> out again", other), ""


def _joined(event: Event) -> tuple[str, Markup, str]:
    address = event.data.get("address", "")
    if event.data.get("role") == ParticipantRole.THIRD_PARTY.value:
        return "eye-off", said(event, "asked <b>{}</b>, unseen by the requester", address), ""
    return "user-plus", said(event, "lets <b>{}</b> read along", address), ""


def _accepted(event: Event) -> tuple[str, Markup, str]:
    sender = event.data.get("sender") or "nobody"
    return "mail-check", said(event, "filed the held mail of <b>{}</b> here", sender), ""


def _discarded(event: Event) -> tuple[str, Markup, str]:
    sender = event.data.get("sender") or "nobody"
    return "trash", said(event, "put away a held mail of <b>{}</b> that would have joined", sender), ""


WORDINGS: dict[str, Wording] = {
    EventKind.ASSIGNED: _assigned,
    EventKind.LINKED: _tied,
    EventKind.UNLINKED: _tied,
    EventKind.MERGED: _merged,
    EventKind.UNMERGED: _unmerged,
    EventKind.WITHDRAWN: _withdrawn,
    EventKind.SCHEDULED: lambda event: (
        "clock",
        said(event, "lets a letter leave at <b>{}</b>", _moment(event.data.get("after", ""))),
        "",
    ),
    EventKind.RESENT: lambda event: ("refresh", said(event, "sent the letter to {} again", _recipient(event)), ""),
    EventKind.DELIVERED: lambda event: (
        "mail-check",
        said(event, "says that the letter to {} arrived", _recipient(event)),
        "",
    ),
    EventKind.DELIVERY_UNCERTAIN: lambda event: (
        "help-circle",
        Markup("Nobody can tell whether the letter to {} arrived: {}").format(
            _recipient(event), event.data.get("answer", "")
        ),
        "warn",
    ),
    EventKind.PARTICIPANT_ADDED: _joined,
    EventKind.PARTICIPANT_REMOVED: lambda event: (
        "user-x",
        said(event, "took <b>{}</b> off: they read along no longer", event.data.get("address", "")),
        "",
    ),
    EventKind.RENAMED: lambda event: (
        "edit",
        said(event, "renamed it, it was “{}”", event.data.get("before", "")),
        "",
    ),
    EventKind.FIX_REUSED: _fix,
    EventKind.FIX_REJECTED: _fix,
    EventKind.DELIVERY_FAILED: _undelivered,
    EventKind.BOUNCED: _undelivered,
    EventKind.MAIL_HELD: _held,
    EventKind.MAIL_ACCEPTED: _accepted,
    EventKind.MAIL_DISCARDED: _discarded,
    **lifecycle.WORDINGS,
    **operations.WORDINGS,
    **record.WORDINGS,
    **escalation.WORDINGS,
    **service_levels.WORDINGS,
    **triage.WORDINGS,
    **working.WORDINGS,
}
