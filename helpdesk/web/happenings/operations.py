"""What bulk changes, splits and their undoing say on the timeline."""

from flask import url_for
from markupsafe import Markup

from helpdesk.journal import Event, EventKind
from helpdesk.web.happenings.said import Wording, Words, said

_BY = {"bulk": "a bulk change", "macro": "a macro", "rule": "a rule"}


def _applied(event: Event) -> Words:
    text = said(event, "did this by {}", _BY.get(event.data.get("operation", ""), "an operation"))
    return "bolt", text + _more(event), ""


def _undone(event: Event) -> Words:
    return (
        "arrow-back-up",
        said(event, "undid {}", _BY.get(event.data.get("operation", ""), "it")) + _more(event),
        "warn",
    )


def _more(event: Event) -> Markup:
    title, number = event.data.get("title", ""), event.data.get("operation_id")
    if not title or not number:
        return Markup("")
    return Markup(': <a href="{}">{}</a>').format(url_for("web.operation", number=number), title)


def _split(event: Event) -> Words:
    if "into" in event.data:
        count = len(event.data.get("entries", ()))
        what = "a message" if count == 1 else f"{count} messages"
        return "arrows-split", said(event, "split {} off to {}", what, _link(event, "into")), ""
    return "arrows-split", said(event, "split this off from {}", _link(event, "origin")), ""


def _unsplit(event: Event) -> Words:
    stays = len(event.data.get("stays", ()))
    more = Markup("; {} written there since").format(f"{stays} stay, as they were") if stays else Markup("")
    if "into" in event.data:
        return (
            "arrow-back-up",
            said(event, "brought back what had been split off to {}", _link(event, "into")) + more,
            "",
        )
    return "arrow-back-up", said(event, "sent back what came from {}", _link(event, "origin")) + more, ""


def moved_line(event: Event, author: str) -> Markup:
    """Where something was that is elsewhere now; `event` is the SPLIT event of the thread it was in."""
    return Markup("What <b>{}</b> wrote here was split off to {}").format(author, _link(event, "into"))


def _link(event: Event, name: str) -> Markup:
    url = url_for("web.incident", number=event.data[f"{name}_id"])
    return Markup('<a href="{}">{}</a>').format(url, event.data[name])


WORDINGS: dict[str, Wording] = {
    EventKind.OPERATION_APPLIED: _applied,
    EventKind.OPERATION_UNDONE: _undone,
    EventKind.SPLIT: _split,
    EventKind.UNSPLIT: _unsplit,
}
