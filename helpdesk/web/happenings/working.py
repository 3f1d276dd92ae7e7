"""Tags, watchers, tasks, the site's own fields and time spent, in words. A mention stands in the note that makes it."""

from markupsafe import Markup

from helpdesk.incidents.time_spent import in_hours
from helpdesk.incidents.watching import MENTIONED, REPLIED
from helpdesk.journal import Event, EventKind
from helpdesk.web.happenings.said import Wording, Words, said

NAMED_MAX = 5


def _tagged(event: Event) -> Words:
    before, after = event.data.get("before", []), event.data.get("after", [])
    on, off = [one for one in after if one not in before], [one for one in before if one not in after]
    parts = []
    if on:
        parts.append(Markup("put on <b>{}</b>").format(_listed(on)))
    if off:
        parts.append(Markup("took off <b>{}</b>").format(_listed(off)))
    return "tags", said(event, "{}", Markup(" and ").join(parts)), ""


def _watched(event: Event) -> Words:
    data, is_self = event.data, event.data.get("agent_id") == event.actor_id and event.actor_kind == "agent"
    if data.get("why") == MENTIONED:
        return "eye", Markup("<b>{}</b> watches it, being mentioned").format(data.get("agent")), ""
    if is_self:
        return "eye", said(event, "watches it, having replied" if data.get("why") == REPLIED else "watches it"), ""
    return "eye", said(event, "lets <b>{}</b> watch it", data.get("agent")), ""


def _unwatched(event: Event) -> Words:
    if event.data.get("agent_id") == event.actor_id and event.actor_kind == "agent":
        return "eye-off", said(event, "no longer watches it"), ""
    return "eye-off", said(event, "lets <b>{}</b> watch it no longer", event.data.get("agent")), ""


def _fields(event: Event) -> Words:
    labels, after = event.data.get("labels", {}), event.data.get("after", {})
    filled = [labels.get(key, key) for key, value in after.items() if value is not None]
    emptied = [labels.get(key, key) for key, value in after.items() if value is None]
    parts = []
    if filled:
        parts.append(Markup("filled in <b>{}</b>").format(_listed(filled)))
    if emptied:
        parts.append(Markup("emptied <b>{}</b>").format(_listed(emptied)))
    return "forms", said(event, "{}", Markup(" and ").join(parts)), ""


def _task_added(event: Event) -> Words:
    if event.data.get("restored"):
        return "clipboard-check", said(event, "put a task back: <b>{}</b>", event.data.get("title")), ""
    if event.data.get("checklist"):
        return "clipboard-check", said(event, "put the list <b>{}</b> on", event.data["checklist"]), ""
    return "clipboard-check", said(event, "added a task: <b>{}</b>", event.data.get("title")), ""


def _task_changed(event: Event) -> Words:
    before, after, title = event.data.get("before", {}), event.data.get("after", {}), event.data.get("title")
    if "position" in after:
        return "clipboard-check", said(event, "moved the task <b>{}</b>", title), ""
    whose = [one for one in ("assignee", "team") if before.get(one) != after.get(one)]
    if whose:
        to = ", ".join(filter(None, (after.get("assignee"), after.get("team")))) or "anybody"
        return "clipboard-check", said(event, "gave the task <b>{}</b> to {}", title, to), ""
    return "clipboard-check", said(event, "changed the task <b>{}</b>", title), ""


def _task(text: str, tone: str = "") -> Wording:
    return lambda event: ("clipboard-check", said(event, text, event.data.get("title")), tone)


def _overdue(event: Event) -> Words:
    return "alarm", Markup("A task was not done in time: <b>{}</b>").format(event.data.get("title")), "warn"


def _spent(event: Event) -> Words:
    data = event.data
    of = "" if event.actor_id == data.get("agent_id") else f" of {data.get('agent')}"
    done = "crossed out <b>{}</b>{}{}" if event.kind == EventKind.TIME_REMOVED else "spent <b>{}</b>{}{}"
    what = f": {data['note']}" if data.get("note") else ""
    return "clock", said(event, done, in_hours(int(data.get("minutes", 0))), of, what), ""


def _listed(names: list[str]) -> str:
    shown = ", ".join(str(one) for one in names[:NAMED_MAX])
    return f"{shown} and {len(names) - NAMED_MAX} more" if len(names) > NAMED_MAX else shown


WORDINGS: dict[str, Wording] = {
    EventKind.TAGGED: _tagged,
    EventKind.WATCHED: _watched,
    EventKind.UNWATCHED: _unwatched,
    EventKind.FIELDS_CHANGED: _fields,
    EventKind.TASK_ADDED: _task_added,
    EventKind.TASK_CHANGED: _task_changed,
    EventKind.TASK_DONE: _task("did <b>{}</b>", "good"),
    EventKind.TASK_REOPENED: _task("found that this is still to do: <b>{}</b>"),
    EventKind.TASK_REMOVED: _task("removed the task <b>{}</b>"),
    EventKind.TASK_OVERDUE: _overdue,
    EventKind.TIME_SPENT: _spent,
    EventKind.TIME_REMOVED: _spent,
}
