"""The moves of an incident through its states, in words: by the names of the statuses where a site has its own."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from markupsafe import Markup

from helpdesk.incidents.lifecycle import ResolutionCode, State, Verb
from helpdesk.journal import Event, EventKind
from helpdesk.web.context import exact, relative
from helpdesk.web.happenings.said import Wording, Words, said


def logged_later(data: Mapping[str, Any]) -> Markup:
    """“logged later, 5 minutes ago” of what was written down after it happened, with the moment; else nothing."""
    when = data.get("logged_at")
    if not when:
        return Markup("")
    at = datetime.fromisoformat(when)
    return Markup('<span title="{}">logged later, {}</span>').format(exact(at), relative(at))


def _status(event: Event) -> str:
    """The name of the status entered; "" where it has only that of its state."""
    name = (event.data.get("status") or {}).get("name", "")
    state = event.data.get("after", State.OPEN)
    return "" if name == State(state).label else name


def _moved(event: Event) -> Words:
    name = _status(event)
    as_status = Markup(": <b>{}</b>").format(name) if name else ""
    match event.data.get("verb"):
        case Verb.WAIT_FOR_REQUESTER:
            return "hourglass", said(event, "waits for the requester{}{}", as_status, _until(event)), ""
        case Verb.WAIT_FOR_OTHER:
            return "clock-pause", said(event, "put it off{}{}", as_status, _until(event)), ""
        case Verb.START:
            return "circle-dot", said(event, "opened it{}", as_status), ""
        case Verb.RESUME:
            return "circle-dot", said(event, "took it up again{}", as_status), ""
    shown = name or State(event.data.get("after", State.OPEN)).label
    return "circle-dot", said(event, "set it to <b>{}</b>", shown), ""


def _until(event: Event) -> Markup:
    until, reason = event.data.get("until", ""), event.data.get("reason", "")
    when = Markup(" until <b>{}</b>").format(_moment(until)) if until else Markup("")
    return when + (Markup(": {}").format(reason) if reason else "")


def _moment(text: str) -> str:
    try:
        return exact(datetime.fromisoformat(text))
    except ValueError:
        return text


def _woken(_: Event) -> Words:
    return "alarm", Markup("It woke up: the time it was put off to has come"), ""


def _resolved(event: Event) -> Words:
    code, name = ResolutionCode(event.data.get("code", ResolutionCode.FIXED)).label, _status(event)
    restored = event.data.get("restored_at", "")
    early = restored and datetime.fromisoformat(restored) != event.at
    text = said(event, "resolved it: <b>{}</b>{}", code, f", {name}" if name else "")
    return "circle-check", text + (f"; the service worked again {_moment(restored)}" if early else ""), "good"


def _reopened(event: Event) -> Words:
    reason, name = event.data.get("reason", ""), _status(event)
    as_status = Markup(" as <b>{}</b>").format(name) if name else ""
    return "rotate-clockwise", said(event, "reopened it{}{}", as_status, f": {reason}" if reason else ""), "warn"


def _closed(event: Event) -> Words:
    why, name = event.data.get("why", ""), _status(event)
    if why:
        return "archive", Markup("It was closed by itself: {}").format(why), ""
    return "archive", said(event, "closed it{}", f": {name}" if name else ""), ""


def _restored(event: Event) -> Words:
    how, before = event.data.get("how", ""), event.data.get("before")
    done = "says that the service works again" if not before else "corrected when the service worked again"
    return "lifebuoy", said(event, done + "{}", f": {how}" if how else ""), "good"


def _not_restored(event: Event) -> Words:
    reason = event.data.get("reason", "")
    text = said(event, "says that the service does not work after all{}", f": {reason}" if reason else "")
    return "alert-triangle", text, "warn"


WORDINGS: dict[str, Wording] = {
    EventKind.STATE_CHANGED: _moved,
    EventKind.WOKEN: _woken,
    EventKind.RESOLVED: _resolved,
    EventKind.CONFIRMED: lambda event: ("checks", said(event, "says that it is fixed"), "good"),
    EventKind.REOPENED: _reopened,
    EventKind.CLOSED: _closed,
    EventKind.RESTORED: _restored,
    EventKind.RESTORATION_WITHDRAWN: _not_restored,
}
