"""Suggested fixes as cards of the incident page: worded, shortened, and with the address each leads to."""

from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from sqlalchemy import select

from helpdesk.db import session
from helpdesk.incidents.incident import Incident
from helpdesk.journal import Event, EventKind
from helpdesk.letters.markdown import to_text
from helpdesk.reports.suggestions import Fix, SuggestedFix, fixes, suggested_fixes
from helpdesk.web.access import house, the_viewer
from search.document import Key

EXCERPT_LENGTH = 220
MARKDOWN_LENGTH_READ = 4_000
REASONS_MAX = 6


@dataclass(frozen=True, slots=True)
class Card:
    """One suggestion as the page shows it; `used` counts the incidents it helped."""

    fix: Fix
    label: str
    url: str
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


def _month(moment: datetime) -> str:
    return f"in {moment:%B %Y}" if moment.year != house().clock.now().year else f"in {moment:%B}"


def fix_text(key: Key) -> str:
    """What is put into a reply; "" when there is no such fix for this viewer."""
    fix = fixes(session(), the_viewer(), [key]).get(key)
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
    return fixes(session(), the_viewer(), [key]).get(key) if key else None


def cards(incident: Incident) -> list[Card]:
    """The suggestions for an incident, best first. Raises SearchError."""
    return [_card(one) for one in suggested_fixes(session(), house().index, the_viewer(), incident)]


def _card(one: SuggestedFix) -> Card:
    why = one.why
    also = [word for word, same in (("same service", why.same_service), ("same category", why.same_category)) if same]
    reasons = (*why.matched_terms[:REASONS_MAX], *also)
    return Card(
        one.fix,
        _label(one.fix),
        _url(one.fix),
        _excerpt(one.fix.text),
        reasons,
        round(why.likeness, 2),
        one.used,
        one.taken,
    )


def _label(fix: Fix) -> str:
    if fix.reference:
        return f"{fix.reference}, resolved {_month(fix.at)}"
    return "Public article" if fix.is_public else "Internal article"


def _url(fix: Fix) -> str:
    return url_for("web.incident" if fix.reference else "web.article", number=fix.key.id)


def _excerpt(markdown: str) -> str:
    """The first words of a fix, without its headings."""
    lines = [line for line in markdown[:MARKDOWN_LENGTH_READ].splitlines() if not line.startswith("#")]
    words = " ".join(to_text("\n".join(lines)).split())
    return words if len(words) <= EXCERPT_LENGTH else words[:EXCERPT_LENGTH].rsplit(" ", 1)[0] + " …"
