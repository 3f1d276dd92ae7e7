"""What an event was, in a few words behind the name of who did it: for letters and notices to those who watch, and
for those who have a task."""

from datetime import datetime

from helpdesk.incidents.lifecycle import State
from helpdesk.journal import Event, EventKind
from helpdesk.letters.addresses import one_line

_DID = {
    EventKind.RECEIVED: "wrote",
    EventKind.ADVISED: "answered what we asked them",
    EventKind.REPLIED: "replied",
    EventKind.NOTED: "added a note",
    EventKind.RESOLVED: "resolved it",
    EventKind.CONFIRMED: "says that it is fixed",
    EventKind.REOPENED: "opened it again",
    EventKind.CLOSED: "closed it",
    EventKind.WOKEN: "opened it: the time that it was put off to has come",
    EventKind.WATCHED: "lets you watch it",
}


def happened(event: Event) -> str:
    """“resolved it”."""
    if event.kind == EventKind.STATE_CHANGED:
        status = event.data.get("status") or {}
        return f"set it to “{one_line(status.get('name') or State(event.data['after']).label)}”"
    return _DID.get(EventKind(event.kind), "changed it")


def told_of_task(event: Event) -> str:
    """“Kim Novak gave you a task: call the supplier”."""
    title = one_line(str(event.data.get("title", "")))
    if event.kind == EventKind.TASK_OVERDUE:
        return f"A task was not done in time: {title}"
    whose = "you" if event.data.get("assignee_id") else "your team"
    until = _due(event)
    return f"{one_line(event.actor_name)} gave {whose} a task{f', until {until}' if until else ''}: {title}"


def _due(event: Event) -> str:
    due = (event.data.get("after") or event.data).get("due_at")
    return f"{datetime.fromisoformat(due):%-d %B %Y, %H:%M} UTC" if due else ""
