"""What requesters said of how it went: figures that tell how few they rest on, and low answers to look after."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from helpdesk.incidents.incident import Incident
from helpdesk.incidents.queries import visible
from helpdesk.incidents.survey import Score, Survey
from helpdesk.people.agent import Team, Viewer
from helpdesk.services import Service

# Below this a share says more about chance than about the desk.
ANSWERS_MIN = 5
SHOWN_MAX = 100


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one team or service, or of all ("")."""

    name: str
    asked: int
    good: int
    middling: int
    bad: int

    @property
    def answered(self) -> int:
        return self.good + self.middling + self.bad

    @property
    def response_percent(self) -> int | None:
        return round(100 * self.answered / self.asked) if self.asked else None

    @property
    def good_percent(self) -> int | None:
        """None while too few have answered."""
        return round(100 * self.good / self.answered) if self.answered >= ANSWERS_MIN else None


def overall(session: Session, viewer: Viewer, since: datetime) -> Figures:
    row = session.execute(_counted(viewer, since)).one()
    return Figures("", *(value or 0 for value in row))


def by_team(session: Session, viewer: Viewer, since: datetime) -> list[Figures]:
    return _grouped(session, _counted(viewer, since, Team.name).outerjoin(Team, Incident.team_id == Team.id), Team.name)


def by_service(session: Session, viewer: Viewer, since: datetime) -> list[Figures]:
    query = _counted(viewer, since, Service.name).outerjoin(Service, Incident.service_id == Service.id)
    return _grouped(session, query, Service.name)


def open_low(session: Session, viewer: Viewer) -> list[Survey]:
    """Low answers that nobody has dealt with, the oldest first."""
    query = (
        select(Survey)
        .join(Survey.incident)
        .options(contains_eager(Survey.incident).joinedload(Incident.assignee), joinedload(Survey.requester))
        .where(Survey.is_low.is_(True), Survey.dealt_with_at.is_(None), visible(viewer))
    )
    return list(session.scalars(query.order_by(Survey.rated_at).limit(SHOWN_MAX)))


def latest(session: Session, viewer: Viewer, limit: int = 20) -> list[Survey]:
    """Answers with words, the newest first."""
    query = (
        select(Survey)
        .join(Survey.incident)
        .options(contains_eager(Survey.incident), joinedload(Survey.requester))
        .where(Survey.comment != "", visible(viewer))
    )
    return list(session.scalars(query.order_by(Survey.rated_at.desc()).limit(limit)))


def _counted(viewer: Viewer, since: datetime, *named: Any) -> Select[Any]:
    def of(score: Score) -> ColumnElement[int]:
        return func.sum(case((Survey.score == score.value, 1), else_=0))

    counts = (func.count(Survey.id), of(Score.GOOD), of(Score.MIDDLING), of(Score.BAD))
    return (
        select(*named, *counts)
        .select_from(Survey)
        .join(Survey.incident)
        .where(Survey.asked_at >= since, visible(viewer))
    )


def _grouped(session: Session, query: Select[Any], column: Any) -> list[Figures]:
    rows = session.execute(query.group_by(column).order_by(func.count(Survey.id).desc()))
    return [Figures(name or "None", *counts) for name, *counts in rows]
