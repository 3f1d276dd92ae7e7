"""Fixes that may help with an incident: what the index suggests, loaded through what this viewer may see.

Pages and API show the same; neither holds rules of its own about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from helpdesk.incidents.incident import Incident
from helpdesk.incidents.queries import resolutions_by_number
from helpdesk.incidents.thread import EntryKind
from helpdesk.knowledge.article import Article, articles_by_number
from helpdesk.knowledge.reuse import Verdict, factors, tallies, verdicts_on
from helpdesk.people.agent import Viewer
from search.document import Key, Problem, Suggestion
from search.index import Index

BODY_LENGTH_MAX = 20_000
SHOWN_MAX = 5


@dataclass(frozen=True, slots=True)
class Fix:
    """What helped once: of a resolved incident its cause and resolution, of an article its text (Markdown).

    `reference` is the incident's number, "" for an article; `at` when it was resolved or last written."""

    key: Key
    title: str
    cause: str
    text: str
    reference: str
    at: datetime
    is_public: bool


@dataclass(frozen=True, slots=True)
class SuggestedFix:
    """One suggestion with its reasons; `used` and `rejected` count what agents said of it, `taken` it was used here."""

    fix: Fix
    why: Suggestion
    used: int
    rejected: int
    taken: bool


def fixes(session: Session, viewer: Viewer, keys: Iterable[Key]) -> dict[Key, Fix]:
    """The fixes behind these keys, as far as this viewer may see them."""
    wanted = list(keys)
    numbers = {
        kind: [key.id for key in wanted if key.kind == kind] for kind in (Incident.record_kind, Article.record_kind)
    }
    incidents = resolutions_by_number(session, viewer, numbers["incident"]) if numbers["incident"] else {}
    articles = articles_by_number(session, numbers["article"], public_only=False) if numbers["article"] else {}
    found = [*map(_of_incident, incidents.values()), *map(_of_article, articles.values())]
    return {fix.key: fix for fix in found}


def _of_incident(incident: Incident) -> Fix:
    key, at = Key(Incident.record_kind, incident.id), incident.resolved_at or incident.updated_at
    return Fix(key, incident.subject, incident.cause, incident.resolution, incident.number, at, is_public=False)


def _of_article(article: Article) -> Fix:
    key = Key(Article.record_kind, article.id)
    return Fix(key, article.title, "", article.body, "", article.updated_at, is_public=article.is_public)


def suggested_fixes(session: Session, index: Index, viewer: Viewer, incident: Incident) -> list[SuggestedFix]:
    """At most five, best first, without those marked as not this for the incident. Raises SearchError."""
    judged = verdicts_on(session, incident.id)
    refused = {key for key, verdict in judged.items() if verdict is Verdict.REJECTED}
    found = index.suggest(_problem(viewer, incident), SHOWN_MAX + len(refused), factors(session))
    wanted = [one for one in found if one.key not in refused][:SHOWN_MAX]
    if not wanted:
        return []
    known, counted = fixes(session, viewer, (one.key for one in wanted)), tallies(session, (one.key for one in wanted))
    return [
        SuggestedFix(known[one.key], one, *counted.get(one.key, (0, 0)), judged.get(one.key) is Verdict.USED)
        for one in wanted
        if one.key in known
    ]


def _problem(viewer: Viewer, incident: Incident) -> Problem:
    written = [entry for entry in incident.entries if entry.kind == EntryKind.MESSAGE.value and not entry.automatic]
    return Problem(
        title=incident.subject,
        body=written[0].text[:BODY_LENGTH_MAX] if written else "",
        audience=viewer.audience,
        at=incident.opened_at,
        service=incident.service.name if incident.service else "",
        category=incident.category.path if incident.category else "",
        exclude=Key(Incident.record_kind, incident.id),
    )
