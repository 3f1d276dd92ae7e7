"""Selects over incidents: the queue, one incident, what search found. Every one of them is limited to what the
viewer may see, inside the statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ScalarSelect,
    Select,
    String,
    and_,
    case,
    cast,
    false,
    func,
    null,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import Session, joinedload, selectinload

from helpdesk.errors import Invalid
from helpdesk.incidents.cursors import cursor_of, values_in
from helpdesk.incidents.incident import NUMBER_PREFIX, Incident
from helpdesk.incidents.lifecycle import PENDING, State
from helpdesk.incidents.links import IncidentLink
from helpdesk.incidents.merge import surviving
from helpdesk.incidents.queue_by_due import narrowed, page_by_due
from helpdesk.incidents.queue_by_work import has_choice, has_tag, watched_by
from helpdesk.incidents.statuses import Status
from helpdesk.incidents.thread import Entry
from helpdesk.journal import Event
from helpdesk.people.agent import Agent, Team, Viewer
from helpdesk.people.directory import requesters_like
from helpdesk.people.requester import Requester
from helpdesk.service_levels.due import ServiceLevelDue
from helpdesk.services import Service

COUNT_MAX = 1000


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One line of the queue: all that the list shows, and nothing that needs another statement."""

    id: int
    subject: str
    state: str
    priority: int
    requester: str
    assignee: str | None
    team: str | None
    service: str | None
    opened_at: datetime
    updated_at: datetime
    wake_at: datetime | None
    status_id: int | None
    record_type: str
    # What is due next of what was promised; None where nothing is.
    due_target: str | None = None
    due_state: str | None = None
    due_at: datetime | None = None

    @property
    def number(self) -> str:
        return f"{NUMBER_PREFIX}{self.id}"


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What the queue shows. `view` is unassigned, mine, open or all; the others narrow it down. `due`: what of the
    service levels at `now`, see `queue_by_due`."""

    view: str = "open"
    state: str | None = None
    status_id: int | None = None
    record_type: str | None = None
    priority: int | None = None
    team_id: int | None = None
    assignee_id: int | None = None
    category_id: int | None = None
    service_id: int | None = None
    requester: str = ""
    tag: str = ""
    # “key:choice” of one of the site's own fields.
    choice: str = ""
    is_watched: bool = False
    due: str = ""
    now: datetime | None = None
    sort: str = "-updated"
    cursor: str = ""
    limit: int = 50


@dataclass(frozen=True, slots=True)
class QueuePage:
    """`total` counts up to COUNT_MAX (then `more_than_total`); `next_cursor` is "" on the last page."""

    rows: tuple[QueueRow, ...]
    total: int
    more_than_total: bool
    next_cursor: str


SORTS = {
    "updated": Incident.updated_at,
    "opened": Incident.opened_at,
    "priority": Incident.priority,
    "due": ServiceLevelDue.due_at,
}
VIEWS = ("unassigned", "mine", "open", "all")


def visible(viewer: Viewer) -> ColumnElement[bool]:
    """The condition under which this viewer may see an incident."""
    others = select(Team.id).where(Team.private, Team.id.not_in(viewer.team_ids))
    return or_(Incident.team_id.is_(None), Incident.team_id.not_in(others))


def _in_status(number: int) -> ColumnElement[bool]:
    """In this status; the default of a state also holds what was logged before there were any."""
    whose = select(Status.state).where(Status.id == number, Status.is_default)
    return or_(Incident.status_id == number, and_(Incident.status_id.is_(None), Incident.state.in_(whose)))


def _conditions(viewer: Viewer, asked: QueueFilter) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = [Incident.merged_into_id.is_(None)]
    if asked.view in ("unassigned", "mine", "open") and asked.state is None and asked.status_id is None:
        where.append(Incident.is_open.is_(True))
    if asked.view == "unassigned":
        where.append(Incident.assignee_id.is_(None))
    if asked.view == "mine":
        where.append(Incident.assignee_id == viewer.agent_id)
    if asked.state is not None:
        where.append(Incident.state == asked.state)
    for column, value in (
        (Incident.record_type, asked.record_type),
        (Incident.priority, asked.priority),
        (Incident.team_id, asked.team_id),
        (Incident.assignee_id, asked.assignee_id),
        (Incident.category_id, asked.category_id),
        (Incident.service_id, asked.service_id),
    ):
        if value is not None:
            where.append(column == value)
    if asked.requester.strip():
        where.append(Incident.requester_id.in_(requesters_like(asked.requester)))
    if asked.status_id is not None:
        where.append(_in_status(asked.status_id))
    if asked.tag:
        where.append(has_tag(asked.tag))
    if asked.choice:
        where.append(has_choice(asked.choice))
    if asked.is_watched:
        where.append(watched_by(viewer.agent_id))
    if asked.due and asked.now:
        where.append(narrowed(asked.due, asked.now))
    return where


def queue(session: Session, viewer: Viewer, asked: QueueFilter) -> QueuePage:
    """One page of the queue, by keyset: as quick on the last page as on the first.

    Raises Invalid for a sort, view or cursor that does not exist."""
    name = asked.sort.removeprefix("-")
    if name not in SORTS or asked.view not in VIEWS:
        raise Invalid("There is no such view or order. Choose one from the page.", field="sort")
    column, falling = SORTS[name], asked.sort.startswith("-")
    where = [visible(viewer), *_conditions(viewer, asked)]
    total_of_all = _capped_count(*where)
    # Equal priorities are told apart by the last change, newest first, so the key has a middle part there.
    if name == "due":
        return _by_due(session, where, asked)
    keys = (column, Incident.updated_at, Incident.id) if name == "priority" else (column, Incident.id)
    if asked.cursor:
        where.append(_after(keys, falling, name, asked.cursor))
    query = _row_select().add_columns(total_of_all).where(*where)
    rows = session.execute(query.order_by(*_order(keys, falling, name)).limit(asked.limit + 1)).all()
    page = tuple(QueueRow(*row[:-1]) for row in rows[: asked.limit])
    more = len(rows) > asked.limit
    total: int = rows[0][-1] if rows else 0
    return QueuePage(page, min(total, COUNT_MAX), total > COUNT_MAX, _cursor(page[-1], name) if more else "")


def _by_due(session: Session, where: list[ColumnElement[bool]], asked: QueueFilter) -> QueuePage:
    query = _row_select().add_columns(_capped_count(*where)).where(*where)
    falling = asked.sort.startswith("-")
    rows, cursor = page_by_due(session, query, falling=falling, cursor=asked.cursor, limit=asked.limit)
    total: int = rows[0][-1] if rows else 0
    return QueuePage(tuple(QueueRow(*row[:-1]) for row in rows), min(total, COUNT_MAX), total > COUNT_MAX, cursor)


def _capped_count(*where: ColumnElement[bool]) -> ScalarSelect[int]:
    return (
        select(func.count())
        .select_from(select(Incident.id).where(*where).limit(COUNT_MAX + 1).subquery())
        .scalar_subquery()
    )


def counts_of(session: Session, viewer: Viewer, asked: Sequence[QueueFilter]) -> list[int]:
    """How many incidents each of these holds, up to COUNT_MAX + 1, in one statement."""
    if not asked:
        return []
    row = session.execute(select(*(_capped_count(visible(viewer), *_conditions(viewer, one)) for one in asked))).one()
    return [int(number) for number in row]


@dataclass(frozen=True, slots=True)
class ViewCounts:
    """How many incidents each view holds, up to COUNT_MAX + 1, and the newest event of all."""

    unassigned: int
    mine: int
    open: int
    newest_event_id: int


def view_counts(session: Session, viewer: Viewer) -> ViewCounts:
    """The numbers on the tabs of the queue, in one statement."""
    counts = (_capped_count(visible(viewer), *_conditions(viewer, QueueFilter(view=name))) for name in VIEWS[:3])
    newest = select(func.coalesce(func.max(Event.id), 0)).scalar_subquery()
    row = session.execute(select(*counts, newest)).one()
    return ViewCounts(*(int(number) for number in row))


def _order(keys: tuple[Any, ...], falling: bool, name: str) -> list[ColumnElement[Any]]:
    if name == "priority":
        first, *rest = keys
        return [first.desc() if falling else first.asc(), *(key.desc() for key in rest)]
    return [key.desc() if falling else key.asc() for key in keys]


def _after(keys: tuple[Any, ...], falling: bool, name: str, cursor: str) -> ColumnElement[bool]:
    values = values_in(cursor, *(("number", "moment", "number") if name == "priority" else ("moment", "number")))
    if name == "priority":
        first, *rest = keys
        beyond = first < values[0] if falling else first > values[0]
        return or_(beyond, and_(first == values[0], tuple_(*rest) < tuple_(*values[1:])))
    return tuple_(*keys) < tuple_(*values) if falling else tuple_(*keys) > tuple_(*values)


def _cursor(row: QueueRow, name: str) -> str:
    at = (row.opened_at if name == "opened" else row.updated_at).isoformat()
    values = [row.priority, at, row.id] if name == "priority" else [at, row.id]
    return cursor_of(values)


def _row_select() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Incident.id,
            Incident.subject,
            Incident.state,
            Incident.priority,
            Requester.name,
            Agent.name,
            Team.name,
            Service.name,
            Incident.opened_at,
            Incident.updated_at,
            Incident.wake_at,
            Incident.status_id,
            Incident.record_type,
            ServiceLevelDue.target,
            ServiceLevelDue.state,
            ServiceLevelDue.due_at,
        )
        .join(Requester, Incident.requester_id == Requester.id)
        .outerjoin(Agent, Incident.assignee_id == Agent.id)
        .outerjoin(Team, Incident.team_id == Team.id)
        .outerjoin(Service, Incident.service_id == Service.id)
        .outerjoin(ServiceLevelDue, ServiceLevelDue.incident_id == Incident.id)
    )


def incident_for(session: Session, viewer: Viewer, number: int) -> Incident | None:
    """One incident with all a page of it shows; None when there is none that this viewer may see."""
    query = (
        select(Incident)
        .where(Incident.id == number, visible(viewer))
        .options(
            joinedload(Incident.requester).joinedload(Requester.addresses),
            joinedload(Incident.requester).joinedload(Requester.organization),
            joinedload(Incident.team),
            joinedload(Incident.assignee),
            joinedload(Incident.service),
            joinedload(Incident.category),
            joinedload(Incident.cause_chosen),
            joinedload(Incident.mailbox),
            joinedload(Incident.status),
            joinedload(Incident.due),
            selectinload(Incident.entries).selectinload(Entry.attachments),
        )
    )
    found = session.scalars(query).unique().first()
    return found if found is None or _goes_on_within_sight(session, viewer, found) else None


def _goes_on_within_sight(session: Session, viewer: Viewer, incident: Incident) -> bool:
    """What was merged is hidden from whom the incident is hidden that it went into."""
    whole = surviving(session, incident)
    seen = select(Incident.id).where(Incident.id == whole.id, visible(viewer))
    return whole is incident or session.scalar(seen) is not None


def rows_by_number(session: Session, viewer: Viewer, numbers: list[int]) -> dict[int, QueueRow]:
    """Lines for the incidents that search found, as far as this viewer may see them."""
    rows = session.execute(_row_select().where(Incident.id.in_(numbers), visible(viewer)))
    found = (QueueRow(*row) for row in rows)
    return {row.id: row for row in found}


def resolutions_by_number(session: Session, viewer: Viewer, numbers: list[int]) -> dict[int, Incident]:
    """Resolved incidents among these numbers, for showing their cause and fix as suggestions."""
    query = select(Incident).where(
        Incident.id.in_(numbers),
        Incident.state.in_([State.RESOLVED.value, State.CLOSED.value]),
        Incident.merged_into_id.is_(None),
        visible(viewer),
    )
    return {incident.id: incident for incident in session.scalars(query)}


def due_to_wake(session: Session, *, now: datetime) -> list[int]:
    """Numbers of pending incidents whose wake-up time has come."""
    pending = [state.value for state in PENDING]
    query = select(Incident.id).where(Incident.state.in_(pending), Incident.wake_at <= now)
    return list(session.scalars(query.order_by(Incident.wake_at).limit(500)))


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An incident beside another one: tied to it (`link_id` and `link_kind` are set, `link_from_here` tells the
    direction), or an earlier one of the same requester."""

    id: int
    subject: str
    state: str
    status_id: int | None
    updated_at: datetime
    link_id: int | None
    link_kind: str | None
    link_from_here: bool

    @property
    def number(self) -> str:
        return f"{NUMBER_PREFIX}{self.id}"


def neighbours(session: Session, viewer: Viewer, incident: Incident, limit: int = 5) -> list[Neighbour]:
    """What is tied to an incident, and its requester's latest others, in one statement; only what may be seen."""
    shown = (Incident.id, Incident.subject, Incident.state, Incident.status_id, Incident.updated_at)
    here = IncidentLink.first_id == incident.id
    there = case((here, IncidentLink.second_id), else_=IncidentLink.first_id)
    tied = (
        select(*shown, IncidentLink.id, IncidentLink.kind, here.label("from_here"))
        .select_from(IncidentLink)
        .join(Incident, Incident.id == there)
        .where(or_(here, IncidentLink.second_id == incident.id), visible(viewer))
    )
    # Named, and of the type the first half has: PostgreSQL guesses neither for a bare NULL.
    nothing = (cast(null(), BigInteger).label("link_id"), cast(null(), String).label("link_kind"))
    latest = (
        select(*shown, *nothing, false().label("from_here"))
        .where(
            Incident.requester_id == incident.requester_id,
            Incident.id != incident.id,
            Incident.merged_into_id.is_(None),
            visible(viewer),
        )
        .order_by(Incident.id.desc())
        .limit(limit)
        .subquery()
    )
    return [Neighbour(*row) for row in session.execute(tied.union_all(select(*latest.columns)))]


def incidents_of(session: Session, requester_id: int, viewer: Viewer, limit: int = 10) -> list[QueueRow]:
    """The latest incidents of one requester, newest first."""
    rows = session.execute(
        _row_select()
        .where(Incident.requester_id == requester_id, Incident.merged_into_id.is_(None), visible(viewer))
        .order_by(Incident.id.desc())
        .limit(limit)
    )
    return [QueueRow(*row) for row in rows]


def numbers_matching(session: Session, viewer: Viewer, asked: QueueFilter, limit: int) -> list[int]:
    """The numbers of those that a view shows on all its pages together: `limit` at most, the last changed first."""
    query = select(Incident.id).where(visible(viewer), *_conditions(viewer, asked))
    return list(session.scalars(query.order_by(Incident.updated_at.desc(), Incident.id.desc()).limit(limit)))
