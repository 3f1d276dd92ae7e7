"""The entries of a thread made ready for the template: who wrote what to whom, how it looks, what hangs on it.

`incident_page` makes them once for all entries; nothing in here asks the database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from helpdesk.incidents.incident import NUMBER_PREFIX, Incident
from helpdesk.incidents.thread import Entry, EntryKind
from helpdesk.web.files import Files
from helpdesk.web.furniture import moment
from helpdesk.web.happenings.lifecycle import logged_later
from helpdesk.web.letters_shown import LetterShown
from helpdesk.web.mail_marks import NOTHING, Marks, marks_of
from helpdesk.web.wording import BY_MAIL, cut_long, is_cut, words_of

MESSAGE, REPLY, NOTE = EntryKind.MESSAGE.value, EntryKind.REPLY.value, EntryKind.NOTE.value
CONSULTATION, ADVICE = EntryKind.CONSULTATION.value, EntryKind.ADVICE.value

# What it is called in the entry's head, and the icon before it.
LABELS = {
    NOTE: ("Internal note", "lock"),
    CONSULTATION: ("Internal: asked outside the desk", "eye-off"),
    ADVICE: ("Internal: answer from outside the desk", "eye-off"),
    "automatic": ("Automatic", "robot"),
    "spoken": ("Spoken, not sent", "phone"),
}
DID = {
    MESSAGE: "wrote",
    REPLY: "replied",
    NOTE: "added an internal note",
    CONSULTATION: "asked a third party",
    ADVICE: "answered as a third party",
    "automatic": "sent automatically",
    "spoken": "told the requester",
}


@dataclass(slots=True)
class ShownEntry:
    """One entry. `origin` is the number of the incident it was written in, when that was merged into this one;
    `why` asks why it is here, of what came by mail; `original` says whether the mail's own HTML can be shown, and
    `remote_from` who would learn of it if its images from elsewhere were."""

    number: int
    kind: str
    at: datetime
    when: Markup
    name: str
    did: str
    label: str
    glyph: str
    address: str
    to: str
    via: Markup
    origin: str
    why: str
    automatic: str
    body: Markup
    quoted: str
    length_when_cut: int
    original: bool
    remote_from: str
    is_withdrawn: bool
    letter: LetterShown | None
    marks: Marks
    files: Files | None


def shown_entries(
    incident: Incident,
    entries: Iterable[Entry],
    letters: Mapping[int, LetterShown],
    files: Mapping[int, Files],
    now: datetime,
) -> dict[int, ShownEntry]:
    """By the numbers of the entries."""
    made = (_shown(incident, entry, now) for entry in entries)
    found = {one.number: one for one in made}
    for number, letter in letters.items():
        found[number].letter = letter
    for number, those in files.items():
        found[number].files = those
    return found


def _shown(incident: Incident, entry: Entry, now: datetime) -> ShownEntry:
    kind, by, sender = entry.kind, entry.author_name, entry.sender
    number, at, html, quoted = entry.id, entry.at, entry.html, entry.quoted
    is_mail = kind in BY_MAIL
    shown_as = "automatic" if entry.automatic else kind
    told_as = "spoken" if kind == REPLY and entry.features.get("spoken") else shown_as
    logged = kind == MESSAGE and entry.author_kind == "agent"
    label, glyph = LABELS.get(told_as, ("", ""))
    original = is_mail and bool(html)
    return ShownEntry(
        number=number,
        kind=shown_as,
        at=at,
        when=moment(at, now),
        name=incident.requester.name if logged else by,
        did=DID.get(told_as, "wrote"),
        label=label,
        glyph=glyph,
        address=sender if is_mail and sender not in ("", incident.requester.address, by) else "",
        to=_to(incident, entry),
        via=_via(entry, by if logged else ""),
        origin="" if entry.incident_id == incident.id else f"{NUMBER_PREFIX}{entry.incident_id}",
        why=f"/incidents/{entry.incident_id}/entries/{number}/why" if is_mail and not logged else "",
        automatic=entry.automatic,
        body=words_of(entry),
        quoted=cut_long(quoted) if quoted else "",
        length_when_cut=len(entry.text) + len(quoted) if is_cut(entry) else 0,
        original=original,
        remote_from=sender if original and entry.trust != "fail" and has_remote_images(html) else "",
        is_withdrawn=entry.withdrawn_at is not None,
        letter=None,
        marks=marks_of(entry) if is_mail else NOTHING,
        files=None,
    )


def _via(entry: Entry, logged_by: str) -> Markup:
    """How it came here, where that does not go without saying: by whom, and when, it was written down."""
    by, later = f"logged by {logged_by}" if logged_by else "", logged_later(entry.features)
    names = entry.features.get("drafted_with")
    drafted = f"drafted with {', '.join(names)}" if names else ""
    return Markup(", ").join(one for one in (by, later, drafted) if one)


def has_remote_images(html: str) -> bool:
    return 'src="http' in html or 'src="//' in html


def _to(incident: Incident, entry: Entry) -> str:
    """Who got it, where that does not go without saying."""
    to, cc = entry.to, entry.cc
    if not to and not cc:
        return ""
    if entry.kind == CONSULTATION:
        return ", ".join(to)
    if entry.kind == REPLY:
        people = ", ".join(to) or incident.requester.name
    elif cc:
        people = "the desk"
    else:
        return ""
    return f"{people}, copy to {', '.join(cc)}" if cc else people
