"""Keeps the search index in step: what changed becomes a document again, or goes away. Run by the worker only.

Idempotent: an upsert by key and version. `compare` finds what an index that was lost or copied about has wrong."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from helpdesk.errands import Errand, send_on
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.lifecycle import ResolutionCode, State
from helpdesk.incidents.merge import parts_of
from helpdesk.incidents.thread import Entry, EntryKind
from helpdesk.knowledge.article import Article, Audience
from helpdesk.letters.markdown import to_text
from helpdesk.people.requester import Requester
from helpdesk.reactions import INDEX
from search.document import Document, Key
from search.index import Index

BODY_LENGTH_MAX = 20_000
BATCH = 500
# What these ended with helps nobody who has the same problem.
WITHOUT_FIX = frozenset({ResolutionCode.DUPLICATE.value, ResolutionCode.WITHDRAWN.value})


def keys_of(batch: list[Errand]) -> list[Key]:
    """The records these errands are about, each once: their events', and those named outright."""
    events = (errand.event for errand in batch if errand.event is not None)
    named = (Key(kind, number) for errand in batch for kind, number in errand.payload.get("records", ()))
    return list(dict.fromkeys([*(Key(event.record_kind, event.record_id) for event in events), *named]))


def index_again_team(session: Session, team_id: int, *, at: datetime) -> None:
    """What a team works on is seen by others, or no longer: its incidents are indexed anew. The door commits."""
    numbers = list(session.scalars(select(Incident.id).where(Incident.team_id == team_id)))
    for first in range(0, len(numbers), BATCH):
        records = [[Incident.record_kind, number] for number in numbers[first : first + BATCH]]
        send_on(session, INDEX, at=at, records=records)


def index_records(session: Session, index: Index, keys: list[Key]) -> None:
    """Brings these records up to date in the index, as one change."""
    found = list(documents(session, keys))
    present = {document.key for document in found}
    index.apply(found, [key for key in keys if key not in present])


def documents(session: Session, keys: list[Key]) -> Iterator[Document]:
    """Documents of those records that exist and are to be found."""
    incident_ids = [key.id for key in keys if key.kind == Incident.record_kind]
    article_ids = [key.id for key in keys if key.kind == Article.record_kind]
    for number in range(0, len(incident_ids), BATCH):
        yield from _of_batch(session, _incidents().where(Incident.id.in_(incident_ids[number : number + BATCH])))
    for article in session.scalars(_articles().where(Article.id.in_(article_ids))):
        yield of_article(article)


def all_documents(session: Session) -> Iterator[Document]:
    """Every record as a document, in batches: for a rebuild."""
    last = 0
    while True:
        batch = list(_of_batch(session, _incidents().where(Incident.id > last).order_by(Incident.id).limit(BATCH)))
        if not batch:
            break
        yield from batch
        last = batch[-1].key.id
        session.expunge_all()
    yield from (of_article(article) for article in session.scalars(_articles()))


_OPTIONS = (
    joinedload(Incident.requester).selectinload(Requester.addresses),
    joinedload(Incident.team),
    joinedload(Incident.service),
    joinedload(Incident.category),
    selectinload(Incident.entries),
)


def _incidents() -> Select[Incident]:
    """Those that go on: what was merged is found as part of the one it was merged into."""
    return select(Incident).where(Incident.merged_into_id.is_(None)).options(*_OPTIONS)


def _of_batch(session: Session, query: Select[Incident]) -> Iterator[Document]:
    found = list(session.scalars(query))
    parts = parts_of([incident.id for incident in found])
    merged: dict[int, list[Incident]] = {}
    rows = select(parts.c.whole_id, Incident).join(Incident, Incident.id == parts.c.id).options(*_OPTIONS)
    for whole_id, part in session.execute(rows):
        merged.setdefault(whole_id, []).append(part)
    yield from (of_incident(incident, merged.get(incident.id, [])) for incident in found)


def _articles() -> Select[Article]:
    return (
        select(Article)
        .where(Article.archived_at.is_(None))
        .options(joinedload(Article.service), joinedload(Article.category))
        .order_by(Article.id)
    )


def of_incident(incident: Incident, merged: Sequence[Incident] = ()) -> Document:
    """With the words, people and numbers of what was merged into it."""
    whole = (incident, *merged)
    private = incident.team is not None and incident.team.private
    return Document(
        key=Key(Incident.record_kind, incident.id),
        version=incident.version,
        title=incident.subject,
        body=_thread_text([entry for one in whole for entry in one.entries]),
        fix=f"{incident.cause}\n\n{incident.resolution}".strip(),
        audience=frozenset({f"team:{incident.team_id}"} if private else {"agents"}),
        at=incident.opened_at,
        state=incident.state,
        service=incident.service.name if incident.service else "",
        category=incident.category.path if incident.category else "",
        people=" ".join(word for one in whole for word in _people(one)),
        reference=" ".join(one.number for one in whole),
        suggestable=_has_fix(incident),
    )


def _people(incident: Incident) -> list[str]:
    return [incident.requester.name, *(one.address for one in incident.requester.addresses)]


def _has_fix(incident: Incident) -> bool:
    resolved = incident.state in (State.RESOLVED.value, State.CLOSED.value)
    return resolved and bool(incident.resolution) and incident.resolution_code not in WITHOUT_FIX


def _thread_text(entries: list[Entry]) -> str:
    """What people wrote, the requester first; quoted text and automatic mail are not part of it."""
    written = [entry for entry in entries if not entry.automatic and entry.withdrawn_at is None]
    ordered = sorted(written, key=lambda entry: entry.kind != EntryKind.MESSAGE.value)
    return "\n\n".join(entry.text for entry in ordered)[:BODY_LENGTH_MAX]


def of_article(article: Article) -> Document:
    public = article.audience == Audience.PUBLIC.value
    return Document(
        key=Key(Article.record_kind, article.id),
        version=article.version,
        title=article.title,
        body="",
        fix=to_text(article.body)[:BODY_LENGTH_MAX],
        audience=frozenset({"agents", "public"} if public else {"agents"}),
        at=article.updated_at,
        state=article.audience,
        service=article.service.name if article.service else "",
        category=article.category.path if article.category else "",
        reference="",
        suggestable=True,
    )


@dataclass(frozen=True, slots=True)
class Difference:
    """What the index has wrong: not there, an old version, or a record that is gone."""

    missing: tuple[Key, ...]
    outdated: tuple[Key, ...]
    surplus: tuple[Key, ...]

    def __bool__(self) -> bool:
        return bool(self.missing or self.outdated or self.surplus)


def compare(session: Session, index: Index) -> Difference:
    """Index and database by key and version."""
    held = index.versions()
    there = {
        Key(Incident.record_kind, number): version
        for number, version in session.execute(
            select(Incident.id, Incident.version).where(Incident.merged_into_id.is_(None))
        )
    }
    articles = session.execute(select(Article.id, Article.version).where(Article.archived_at.is_(None)))
    there |= {Key(Article.record_kind, number): version for number, version in articles}
    return Difference(
        missing=tuple(sorted(there.keys() - held.keys())),
        outdated=tuple(sorted(key for key in there.keys() & held.keys() if there[key] != held[key])),
        surplus=tuple(sorted(held.keys() - there.keys())),
    )


def mend(session: Session, index: Index, difference: Difference) -> None:
    """Brings the index into step, in batches."""
    wrong = [*difference.missing, *difference.outdated, *difference.surplus]
    for number in range(0, len(wrong), BATCH):
        index_records(session, index, wrong[number : number + BATCH])
