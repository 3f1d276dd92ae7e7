"""What becomes of incidents when two categories or two causes turn out to be one. Called by the settings."""

from datetime import datetime

from sqlalchemy import Update, select, update
from sqlalchemy.orm import Session

from helpdesk.incidents.incident import Incident
from helpdesk.journal import Actor
from helpdesk.services import Category
from helpdesk.services.causes import Cause
from helpdesk.services.tree import give_way


def merge_categories(session: Session, category: Category, into: Category, *, by: Actor, at: datetime) -> None:
    """Incidents of the one become incidents of the other: open ones say so in their history, since clocks and rules
    go by it; in those that are done with, the history keeps what was chosen then."""
    give_way(session, category, into, at)
    mine = Incident.category_id == category.id
    is_at_work = Incident.is_open & Incident.merged_into_id.is_(None)
    for incident in session.scalars(select(Incident).where(mine, is_at_work).order_by(Incident.id)):
        incident.categorize(into, incident.service, by=by, at=at)
    session.flush()
    _move(session, update(Incident).where(mine).values(category_id=into.id))


def merge_causes(session: Session, cause: Cause, into: Cause, *, at: datetime) -> None:
    """Incidents that failed for the one reason failed for the other; their histories keep what was chosen then."""
    give_way(session, cause, into, at)
    session.flush()
    _move(session, update(Incident).where(Incident.cause_id == cause.id).values(cause_id=into.id))


def _move(session: Session, statement: Update) -> None:
    session.execute(statement.execution_options(synchronize_session=False))
    session.expire_all()
