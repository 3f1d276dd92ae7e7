"""What an administrator is typing, kept so that the frame of the preview can ask for it: one for each agent."""

from datetime import datetime

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from helpdesk.base import Base
from helpdesk.letters.placeholders import BODY_LENGTH_MAX, SUBJECT_LENGTH_MAX
from helpdesk.letters.wordings import Phrasing, Place
from helpdesk.people.agent import Agent


class WordingDraft(Base):
    """`incident_id`: the incident it is previewed with; None for the made-up one."""

    __tablename__ = "wording_drafts"

    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"), unique=True)
    place: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    incident_id: Mapped[int | None]
    at: Mapped[datetime]


def keep_draft(
    session: Session, agent: Agent, place: Place, subject: str, body: str, incident_id: int | None, *, at: datetime
) -> None:
    """In the place of the one before; the door commits. What is far too long is cut: it can't be saved either."""
    row = _draft_of(session, agent) or WordingDraft(agent_id=agent.id)
    row.place, row.at, row.incident_id = _key(place), at, incident_id
    row.subject, row.body = subject[: SUBJECT_LENGTH_MAX + 1], body[: BODY_LENGTH_MAX + 1]
    session.add(row)


def draft_for(session: Session, agent: Agent, place: Place) -> tuple[Phrasing, int | None] | None:
    """What this agent typed last for this place, and the incident to show it with."""
    row = _draft_of(session, agent)
    return (Phrasing(row.subject, row.body), row.incident_id) if row and row.place == _key(place) else None


def _draft_of(session: Session, agent: Agent) -> WordingDraft | None:
    return session.scalars(select(WordingDraft).where(WordingDraft.agent_id == agent.id)).first()


def _key(place: Place) -> str:
    return f"{place.letter.value}/{place.language}/{place.mailbox_id}"
