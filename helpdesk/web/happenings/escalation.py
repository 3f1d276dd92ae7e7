"""Escalations and their acknowledgement, in words."""

from markupsafe import Markup

from helpdesk.incidents.escalation import EscalationKind
from helpdesk.journal import Event, EventKind
from helpdesk.web.happenings.said import Wording, Words, said


def _escalated(event: Event) -> Words:
    data = event.data
    agent, glyph = data.get("agent"), "arrow-up-right"
    if not data.get("level"):
        return (
            "alert-triangle",
            Markup("It was to be escalated and went nowhere: {}").format(data.get("why", "")),
            "bad",
        )
    if data.get("step", 1) > 1:
        return (
            glyph,
            Markup("Nobody acknowledged the escalation in time, so <b>{}</b> was called").format(agent),
            "warn",
        )
    if data["escalation"] == EscalationKind.HIERARCHICAL.value:
        return glyph, said(event, "escalated it to <b>{}</b>, a manager", agent or "nobody"), "warn"
    text = said(event, "escalated it to <b>{}</b>", data.get("after") or "another team")
    return glyph, text + (Markup("; {} is on call").format(agent) if agent else ""), "warn"


WORDINGS: dict[str, Wording] = {
    EventKind.ESCALATED: _escalated,
    EventKind.ESCALATION_ACKNOWLEDGED: lambda event: (
        "check",
        said(event, "acknowledged the escalation after {} minutes", event.data.get("after_minutes", 0)),
        "good",
    ),
}
