"""Warnings, breaches and verdicts of service levels, in words."""

from datetime import datetime

from markupsafe import Markup

from helpdesk.journal import Event, EventKind
from helpdesk.service_levels.intervals import Target
from helpdesk.web.context import exact
from helpdesk.web.forms.durations import hours_and_minutes
from helpdesk.web.happenings.said import Wording, Words


def _target(data: dict[str, object]) -> str:
    name = str(data.get("target", ""))
    return Target(name).label if name in set(Target) else name.replace("_", " ").capitalize()


def _due(data: dict[str, object]) -> str:
    due_at = data.get("due_at")
    return exact(datetime.fromisoformat(str(due_at))) if due_at else ""


def _warned(event: Event) -> Words:
    data = event.data
    due = _due(data)
    text = Markup("<b>{}</b>: {}% of the {} have gone by").format(
        _target(data), data.get("percent", ""), hours_and_minutes(data.get("target_seconds", 0))
    )
    return "clock", text + (Markup(", due {}").format(due) if due else ""), "warn"


def _breached(event: Event) -> Words:
    data = event.data
    text = Markup("<b>{}</b> was missed: the {} of “{}” are over").format(
        _target(data), hours_and_minutes(data.get("target_seconds", 0)), data.get("policy", "its policy")
    )
    return "alert-circle", text, "bad"


def _listed(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]


def _judged(event: Event) -> Words:
    targets = event.data.get("targets", ())
    missed = [_target(one) for one in targets if one.get("verdict") == "missed"]
    met = [_target(one) for one in targets if one.get("verdict") == "met"]
    parts = [f"{_listed(names)} {verdict}" for names, verdict in ((met, "met"), (missed, "missed")) if names]
    told = "; ".join(parts) or "nothing was owed any more"
    return "clipboard-check", Markup("Service levels: {}").format(told), "bad" if missed else "good" if met else ""


WORDINGS: dict[str, Wording] = {
    EventKind.SERVICE_LEVEL_WARNED: _warned,
    EventKind.SERVICE_LEVEL_BREACHED: _breached,
    EventKind.SERVICE_LEVEL_JUDGED: _judged,
}
