"""An incident as the beginning of an article: what was seen, why, and what fixed it (the order KCS asks for)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.incidents.incident import Incident
from helpdesk.knowledge.article import TITLE_LENGTH_MAX, Article

SYMPTOMS_LENGTH_MAX = 2_000


def draft_of(incident: Incident) -> dict[str, str]:
    """Title and text. The requester's words are quoted, so that nothing in them counts as Markdown of ours."""
    first = incident.entries[0].text.strip() if incident.entries else ""
    if len(first) > SYMPTOMS_LENGTH_MAX:
        first = first[:SYMPTOMS_LENGTH_MAX].rsplit(" ", 1)[0] + " …"
    symptoms = "\n".join(f"> {line}".rstrip() for line in first.splitlines()) or "What somebody with this problem sees."
    cause = incident.cause.strip() or "Why it happens."
    fix = incident.resolution.strip() or "1. What to do, step by step."
    body = f"## Symptoms\n\n{symptoms}\n\n## Cause\n\n{cause}\n\n## Fix\n\n{fix}\n"
    return {"title": incident.subject[:TITLE_LENGTH_MAX], "body": body}


def articles_from(session: Session, incident: Incident) -> list[Article]:
    """What was written from this incident before."""
    query = select(Article).where(Article.from_incident_id == incident.id, Article.archived_at.is_(None))
    return list(session.scalars(query.order_by(Article.id)))
