"""What events about the record itself say: handed out, erased, rated."""

from collections.abc import Mapping

from helpdesk.journal import Event, EventKind
from helpdesk.web.happenings.said import Wording, Words, said

SCORES = {
    "good": ("mood-smile", "good", "good"),
    "middling": ("mood-empty", "middling", ""),
    "bad": ("mood-sad", "bad", "bad"),
}


def _erased(event: Event) -> Words:
    return "eraser", said(event, "erased what told of <b>{}</b>", event.data.get("person", "a person")), ""


def _rated(event: Event) -> Words:
    glyph, word, tone = SCORES.get(str(event.data.get("score")), ("mood-empty", "somehow", ""))
    comment = event.data.get("comment", "")
    if comment:
        return glyph, said(event, "found it <b>{}</b>: “{}”", word, comment), tone
    return glyph, said(event, "found it <b>{}</b>", word), tone


WORDINGS: Mapping[str, Wording] = {
    EventKind.EXPORTED: lambda event: ("file-zip", said(event, "handed the record out as a sealed file"), ""),
    EventKind.PERSON_ERASED: _erased,
    EventKind.RATED: _rated,
}
