"""Asking somebody outside the thread: a third party is written to in confidence, and the requester sees neither the
question nor the answer. Their answers come back through `Incident.advise`."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from helpdesk.attachments import Attachment
from helpdesk.errors import Invalid
from helpdesk.incidents.incident import Incident, checked_subject
from helpdesk.incidents.participants import add_participant
from helpdesk.incidents.thread import Entry, EntryKind, ParticipantRole, Words
from helpdesk.incidents.written import written
from helpdesk.journal import Actor, EventKind
from helpdesk.mailboxes.mailbox import own_addresses
from helpdesk.people.requester import normalized

ASKED_MAX = 10


def consult(
    session: Session,
    incident: Incident,
    words: Words,
    subject: str,
    included: Sequence[Entry] = (),
    *,
    by: Actor,
    at: datetime,
    with_files: bool = False,
    send_at: datetime | None = None,
) -> Entry:
    """Asks `words.to`, each in a letter of their own. They are shown the text, and of the thread nothing but the
    entries that are `included`, with their files only if `with_files`.

    Raises Invalid for nobody to ask, for the requester, for somebody who reads along and for our own mailboxes."""
    incident._worker(by)
    if not words.text.strip():
        raise Invalid("Write what you want to ask.", field="text")
    asked = _asked(session, words.to)
    for address in asked:
        add_participant(incident, address, by=by, at=at, role=ParticipantRole.THIRD_PARTY)
    files = [*words.attachments, *(_copies(included) if with_files else ())]
    quoted = "\n\n".join(_as_quoted(entry) for entry in included)
    features = {"subject": checked_subject(subject or incident.subject)}
    question = replace(words, to=asked, cc=(), quoted=quoted, attachments=tuple(files), features=features)
    entry = incident._write(EntryKind.CONSULTATION, question, by, at)
    entry.send_at = send_at
    incident._record(
        EventKind.CONSULTED, by=by, at=at, written=written(entry), entry_id=entry.id, addresses=list(asked)
    )
    return entry


def can_be_included(incident: Incident) -> list[Entry]:
    """What a third party may be shown: what the requester's side wrote and was answered, not what agents say."""
    return [entry for entry in incident.entries if entry.is_public and entry.text.strip()]


def _asked(session: Session, addresses: Iterable[str]) -> tuple[str, ...]:
    ours, found = own_addresses(session), dict.fromkeys(normalized(one) for one in addresses)
    if not found:
        raise Invalid("Say whom to ask: a mail address.", field="address")
    if len(found) > ASKED_MAX:
        raise Invalid(f"Ask {ASKED_MAX} people at most at a time.", field="address")
    if taken := found.keys() & ours:
        raise Invalid(f"{min(taken)} is a mailbox of this desk. Write a note instead.", field="address")
    return tuple(found)


def _copies(included: Iterable[Entry]) -> list[Attachment]:
    return [
        Attachment(filename=one.filename, content_type=one.content_type, size_bytes=one.size_bytes, sha256=one.sha256)
        for entry in included
        for one in entry.attachments
        if not one.inline
    ]


def _as_quoted(entry: Entry) -> str:
    return f"{entry.author_name}, {entry.at:%Y-%m-%d %H:%M} UTC:\n\n{entry.text}"
