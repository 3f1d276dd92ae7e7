"""“How did we do?”: one row for each closure that a requester was asked about, with what they said.

The closing letter asks (`ask`), the page behind its links keeps the answer (`rate`), the feedback page has low scores
dealt with. Nobody is asked more often than the policy allows."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from helpdesk.base import Base
from helpdesk.errors import Conflict, Invalid
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.survey_policy import SurveyPolicy
from helpdesk.journal import Actor, Event, EventKind
from helpdesk.people.requester import Requester
from helpdesk.policies import policy

COMMENT_LENGTH_MAX = 5000


class Score(StrEnum):
    GOOD = "good"
    MIDDLING = "middling"
    BAD = "bad"


class Survey(Base):
    """`sequence` is that of the event which closed the incident. `is_low`: somebody should look at it, until
    `dealt_with_at`."""

    __tablename__ = "surveys"
    __table_args__ = (
        UniqueConstraint("incident_id", "sequence"),
        Index("ix_surveys_requester_asked", "requester_id", "asked_at"),
        Index("ix_surveys_asked", "asked_at"),
        Index("ix_surveys_low", "is_low", "dealt_with_at"),
    )

    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    requester_id: Mapped[int] = mapped_column(ForeignKey("requesters.id"))
    sequence: Mapped[int]
    asked_at: Mapped[datetime]
    score: Mapped[str] = mapped_column(default="")
    comment: Mapped[str] = mapped_column(default="")
    rated_at: Mapped[datetime | None]
    is_low: Mapped[bool] = mapped_column(default=False)
    dealt_with_at: Mapped[datetime | None]
    dealt_with_by: Mapped[str] = mapped_column(default="")

    incident: Mapped[Incident] = relationship()
    requester: Mapped[Requester] = relationship()


def ask(session: Session, incident: Incident, sequence: int, *, at: datetime) -> Survey | None:
    """The survey of this closure, made now if it is time to ask its requester again; None when it is not."""
    found = survey_of(session, incident.id, sequence)
    wanted = policy(session, SurveyPolicy)
    if found is not None or not wanted.is_on or not incident.requester.address:
        return found
    since = at - timedelta(days=wanted.days_between)
    asked = select(Survey.id).where(Survey.requester_id == incident.requester_id, Survey.asked_at > since)
    if session.scalar(asked.limit(1)):
        return None
    made = Survey(incident_id=incident.id, requester_id=incident.requester_id, sequence=sequence, asked_at=at)
    session.add(made)
    session.flush()
    return made


def survey_of(session: Session, incident_id: int, sequence: int) -> Survey | None:
    query = select(Survey).where(Survey.incident_id == incident_id, Survey.sequence == sequence)
    return session.scalars(query).first()


def is_over(session: Session, survey: Survey, *, at: datetime) -> bool:
    """Whether it is too late to answer, or to answer otherwise."""
    return at > survey.asked_at + timedelta(days=policy(session, SurveyPolicy).open_days)


def rate(session: Session, survey: Survey, score: Score, comment: str, *, by: Actor, at: datetime) -> Event | None:
    """Keeps what the requester says; the door commits. None when they said just that before.

    Raises Conflict when it is too late, Invalid for a comment that is far too long."""
    comment = comment.strip()
    if is_over(session, survey, at=at):
        raise Conflict("It is too late to say how it went. Thank you all the same.")
    if len(comment) > COMMENT_LENGTH_MAX:
        raise Invalid(f"Shorten it to {COMMENT_LENGTH_MAX:,} characters.", field="comment")
    if (survey.score, survey.comment) == (score.value, comment):
        return None
    was_changed = bool(survey.score)
    survey.score, survey.comment, survey.rated_at = score.value, comment, at
    survey.is_low = policy(session, SurveyPolicy).is_low(score.value)
    survey.dealt_with_at, survey.dealt_with_by = None, ""
    return survey.incident._record(
        EventKind.RATED, by=by, at=at, score=score.value, comment=comment, closure=survey.sequence, changed=was_changed
    )


def deal_with(survey: Survey, *, by: Actor, at: datetime) -> None:
    """An agent has looked after a low score. Doing so twice changes nothing."""
    if survey.dealt_with_at is None:
        survey.dealt_with_at, survey.dealt_with_by = at, by.name
