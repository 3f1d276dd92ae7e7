"""One incident as a sealed file: its record, its events with what proves them, its files, and a page to read.

A ZIP archive with a manifest that lists each file by its SHA-256 and is signed by the desk. The doors hand it out;
`helpdesk.incidents.unsealing` proves it, also where there is no desk."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, BinaryIO, NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile

from jinja2 import Environment, FileSystemLoader, select_autoescape
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.attachments.store import BlobStore
from helpdesk.chain.signing import public_key, sign
from helpdesk.errors import NotAllowed
from helpdesk.incidents.export import canonical, export_bytes
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.written import written
from helpdesk.journal import Actor, Event, EventKind, history
from helpdesk.people.permissions import Permission
from helpdesk.seals import Seal
from helpdesk.settings import templates_folder

FORMAT = "helpdesk sealed record 1"
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
RECORD, EVENTS, WORDS, TIMELINE = "record.json", "events.json", "words.json", "timeline.html"
FILES = "files/"
_COLUMNS: Any = Event.__table__.c


class Sealing(NamedTuple):
    """What sealing needs of the house. `describe`: what an event says on the timeline, as safe HTML."""

    store: BlobStore
    secret: str
    site: str
    describe: Callable[[Event], str]


def seal_record(
    session: Session, incident: Incident, out: BinaryIO, sealing: Sealing, *, by: Actor, at: datetime
) -> None:
    """Writes the archive to `out`, and an event that it was handed out; the door commits. Raises NotAllowed."""
    if by.kind == "agent" and not by.may(Permission.EXPORT_RECORDS):
        raise NotAllowed(f"{by.name} may not export records. Ask a lead or an administrator.")
    event = incident._record(EventKind.EXPORTED, by=by, at=at, public_key=public_key(sealing.secret))
    session.flush()
    listed = []
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, content in _contents(session, incident, sealing, at):
            archive.writestr(name, content)
            listed.append({"name": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()})
        manifest = canonical(_manifest(session, incident, event, sealing, by, at) | {"files": listed})
        archive.writestr(MANIFEST, manifest)
        archive.writestr(SIGNATURE, sign(sealing.secret, manifest))


def _contents(session: Session, incident: Incident, sealing: Sealing, at: datetime) -> Iterator[tuple[str, bytes]]:
    """One file after the other, so that never more than one attachment is at hand."""
    yield RECORD, export_bytes(session, incident)
    yield EVENTS, canonical([_row(row) for row in _events(session, incident)])
    yield WORDS, canonical({str(entry.id): written(entry) for entry in incident.entries})
    yield TIMELINE, _timeline(session, incident, sealing, at).encode()
    for sha256 in sorted({file.sha256 for entry in incident.entries for file in entry.attachments}):
        yield f"{FILES}{sha256}", sealing.store.get(sha256)


def _manifest(
    session: Session, incident: Incident, last: Event, sealing: Sealing, by: Actor, at: datetime
) -> dict[str, Any]:
    seal = session.scalars(select(Seal).order_by(Seal.day.desc()).limit(1)).first()
    return {
        "format": FORMAT,
        "site": sealing.site,
        "number": incident.number,
        "record": [incident.record_kind, incident.id],
        "newest_event": [last.sequence, last.hash],
        "newest_seal": [str(seal.day), seal.hash] if seal else None,
        "sealed_at": at.isoformat(),
        "sealed_by": by.name,
        "public_key": public_key(sealing.secret),
    }


def _events(session: Session, incident: Incident) -> list[Any]:
    # The rows themselves: the class hides the digests of what was erased.
    where = (_COLUMNS.record_kind == incident.record_kind) & (_COLUMNS.record_id == incident.id)
    return list(session.execute(select(_COLUMNS).where(where).order_by(_COLUMNS.sequence)))


def _row(row: Any) -> dict[str, Any]:
    said = dict(row._mapping)
    del said["id"]
    return said | {"at": row.at.isoformat(), "recorded_at": row.recorded_at.isoformat()}


def _timeline(session: Session, incident: Incident, sealing: Sealing, at: datetime) -> str:
    entries = {entry.id: entry for entry in incident.entries}
    events = history(session, incident.record_kind, incident.id)
    lines = [(event, sealing.describe(event), entries.get(event.data.get("entry_id", 0))) for event in events]
    template = _templates().get_template("audit/timeline.html")
    return template.render(incident=incident, lines=lines, site=sealing.site, at=at)


def _templates() -> Environment:
    return Environment(loader=FileSystemLoader(templates_folder()), autoescape=select_autoescape())
