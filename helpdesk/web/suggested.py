"""Fixes that may help with an incident: what the index suggests, loaded through what the viewer may see."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from sqlalchemy import select

from helpdesk.db import session
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.queries import resolutions_by_number
from helpdesk.journal import Event, EventKind
from helpdesk.knowledge.article import Article, articles_by_number
from helpdesk.knowledge.reuse import Verdict, factors, tallies, verdicts_on
from helpdesk.letters.markdown import to_text
from helpdesk.web.access import house, the_viewer
from search.document import Key, Problem, Suggestion

BODY_LENGTH_MAX = 20_000
EXCERPT_LENGTH = 220
MARKDOWN_LENGTH_READ = 4_000
SHOWN_MAX = 5
REASONS_MAX = 6


@dataclass(frozen=True, slots=True)
class Fix:
    """What helped once: of a resolved incident its cause and resolution, of an article its text."""

    key: Key
    title: str
    label: str
    cause: str
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Card:
    """One suggestion as the page shows it; `used` counts the incidents it helped."""

    fix: Fix
    excerpt: str
    reasons: tuple[str, ...]
    likeness: float
    used: int
    taken: bool


def key_of(text: str) -> Key | None:
    """`incident-12` or `article-3` as a key; None for anything else."""
    kind, _, number = text.partition("-")
    known = kind in ("incident", "article") and number.isascii() and number.isdecimal() and len(number) < 16
    return Key(kind, int(number)) if known else None


def fixes(keys: Iterable[Key]) -> dict[Key, Fix]:
    """The fixes behind these keys, as far as this viewer may see them."""
    wanted = list(keys)
    incidents = resolutions_by_number(session(), the_viewer(), [key.id for key in wanted if key.kind == "incident"])
    numbers = [key.id for key in wanted if key.kind == "article"]
    articles = articles_by_number(session(), numbers, public_only=False) if numbers else {}
    found = [*map(_of_incident, incidents.values()), *map(_of_article, articles.values())]
    return {fix.key: fix for fix in found}


def _of_incident(incident: Incident) -> Fix:
    resolved = incident.resolved_at or incident.updated_at
    label = f"{incident.number}, resolved {_month(resolved)}"
    url = url_for("web.incident", number=incident.id)
    return Fix(Key("incident", incident.id), incident.subject, label, incident.cause, incident.resolution, url)


def _of_article(article: Article) -> Fix:
    label = "Public article" if article.is_public else "Internal article"
    url = url_for("web.article", number=article.id)
    return Fix(Key("article", article.id), article.title, label, "", article.body, url)


def _month(moment: datetime) -> str:
    return f"in {moment:%B %Y}" if moment.year != house().clock.now().year else f"in {moment:%B}"


def fix_text(key: Key) -> str:
    """What is put into a reply; "" when there is no such fix for this viewer."""
    fix = fixes([key]).get(key)
    return fix.text if fix else ""


def used_fix(incident: Incident) -> Fix | None:
    """The fix that was last put into a reply to this incident."""
    query = select(Event.data).where(
        Event.record_kind == Incident.record_kind,
        Event.record_id == incident.id,
        Event.kind == EventKind.FIX_REUSED.value,
    )
    data = session().scalars(query.order_by(Event.sequence.desc()).limit(1)).first() or {}
    key = key_of(str(data.get("document", "")).replace(":", "-"))
    return fixes([key]).get(key) if key else None


def cards(incident: Incident) -> list[Card]:
    """The suggestions for an incident, best first, without those that were marked as not this. Raises SearchError."""
    judged = verdicts_on(session(), incident.id)
    refused = {key for key, verdict in judged.items() if verdict is Verdict.REJECTED}
    suggested = house().index.suggest(_problem(incident), SHOWN_MAX + len(refused), factors(session()))
    wanted = [one for one in suggested if one.key not in refused][:SHOWN_MAX]
    if not wanted:
        return []
    known, counted = fixes(one.key for one in wanted), tallies(session(), [one.key for one in wanted])
    return [
        _card(one, known[one.key], counted.get(one.key, (0, 0))[0], judged.get(one.key) is Verdict.USED)
        for one in wanted
        if one.key in known
    ]


def _problem(incident: Incident) -> Problem:
    written = [entry for entry in incident.entries if entry.kind == "message" and not entry.automatic]
    return Problem(
        title=incident.subject,
        body=written[0].text[:BODY_LENGTH_MAX] if written else "",
        audience=the_viewer().audience,
        at=incident.opened_at,
        service=incident.service.name if incident.service else "",
        category=incident.category.path if incident.category else "",
        exclude=Key("incident", incident.id),
    )


def _card(one: Suggestion, fix: Fix, used: int, taken: bool) -> Card:
    also = [word for word, same in (("same service", one.same_service), ("same category", one.same_category)) if same]
    reasons = (*one.matched_terms[:REASONS_MAX], *also)
    return Card(fix, _excerpt(fix.text), reasons, round(one.likeness, 2), used, taken)


def _excerpt(markdown: str) -> str:
    """The first words of a fix, without its headings."""
    lines = [line for line in markdown[:MARKDOWN_LENGTH_READ].splitlines() if not line.startswith("#")]
    words = " ".join(to_text("\n".join(lines)).split())
    return words if len(words) <= EXCERPT_LENGTH else words[:EXCERPT_LENGTH].rsplit(" ", 1)[0] + " …"
