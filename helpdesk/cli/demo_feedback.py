"""What the sample's requesters said of how it went: most of it good, and one answer that waits for somebody."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.incidents.incident import Incident
from helpdesk.incidents.lifecycle import State
from helpdesk.incidents.survey import Score, Survey, deal_with, rate
from helpdesk.journal import EventKind, history

SAID: tuple[tuple[Score, str], ...] = (
    (Score.GOOD, "Quick, and in words I understood."),
    (Score.GOOD, ""),
    (Score.MIDDLING, "Solved, but I had to explain it twice."),
    (Score.GOOD, "The article helped me, thank you."),
    (Score.BAD, "It was closed while the printer was still jammed."),
    (Score.GOOD, ""),
    (Score.GOOD, "Called me back within the hour."),
    (Score.BAD, "Three days for a password."),
)
# Every third of those who are asked answers.
ANSWERED_EVERY, LOOKED_BACK_DAYS, ASKED_MAX = 3, 60, 60


def load_feedback(session: Session, *, now: datetime) -> None:
    """Surveys of what was closed lately, each answered a day later, within the days in which that can be."""
    since = now - timedelta(days=LOOKED_BACK_DAYS)
    query = select(Incident).where(Incident.state == State.CLOSED.value, Incident.closed_at >= since)
    incidents = session.scalars(query.order_by(Incident.closed_at, Incident.id).limit(ASKED_MAX)).all()
    for place, incident in enumerate(incidents):
        _ask(session, incident, place, now)


def _ask(session: Session, incident: Incident, place: int, now: datetime) -> None:
    ends = (EventKind.CLOSED.value, EventKind.CONFIRMED.value)
    closing = [one for one in history(session, incident.record_kind, incident.id) if one.kind in ends]
    at = incident.closed_at
    if not closing or at is None:
        return
    survey = Survey(
        incident_id=incident.id, requester_id=incident.requester_id, sequence=closing[-1].sequence, asked_at=at
    )
    session.add(survey)
    session.flush()
    if place % ANSWERED_EVERY:
        return
    turn = place // ANSWERED_EVERY
    score, comment = SAID[turn % len(SAID)]
    answered_at = min(at + timedelta(days=1), now)
    rate(session, survey, score, comment, by=incident.requester.actor(), at=answered_at)
    # The last low answer still waits for somebody.
    if survey.is_low and turn < len(SAID) - 1 and incident.assignee is not None:
        deal_with(survey, by=incident.assignee.actor(), at=answered_at)
