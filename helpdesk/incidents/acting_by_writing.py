"""Actions that write: a reply in the requester's own thread, a note among agents."""

from datetime import timedelta

from helpdesk.incidents.action_kind import ActionKind, Doing, Field, FieldType, Values
from helpdesk.incidents.mentions import note as mention_in_note
from helpdesk.incidents.thread import Words
from helpdesk.policies import MailPolicy, policy


def _reply(doing: Doing, values: Values) -> str:
    """To the requester only: those copied were not asked about. It leaves when it can't be undone any more."""
    incident = doing.incident
    address = incident.requester.address
    words = Words(text=values["text"], html=values.get("html", ""), to=(address,) if address else ())
    seconds = policy(doing.session, MailPolicy).undo_send_seconds
    incident.reply(words, by=doing.by, at=doing.at, send_at=doing.at + timedelta(seconds=seconds) if seconds else None)
    return f"replied to {incident.requester.name}"


def _note(doing: Doing, values: Values) -> str:
    incident = doing.incident
    words = Words(text=values["text"], html=values.get("html", ""))
    mention_in_note(doing.session, incident, words, by=doing.by, at=doing.at)
    return "noted"


def _text(label: str) -> Field:
    return Field("text", label, FieldType.TEXT, required=True, worded=True)


_WRITTEN = frozenset({"fields", "entries"})

KINDS = (
    ActionKind(
        "reply",
        "Reply",
        "message",
        _reply,
        (_text("Reply"),),
        touches=_WRITTEN,
        sends=True,
        help="Each requester gets it in a mail thread of their own; nobody copied does.",
    ),
    # Who is mentioned in it watches from then on.
    ActionKind("note", "Internal note", "lock", _note, (_text("Note"),), touches=_WRITTEN | {"watchers"}),
)
