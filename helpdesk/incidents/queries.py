"""Selects over incidents: the queue, one incident, what search found. Every one of them is limited to what the
viewer may see, inside the statement."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from json import dumps, loads
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
from helpdesk.incidents.incident import NUMBER_PREFIX, Incident
from helpdesk.incidents.lifecycle import State
from helpdesk.incidents.links import IncidentLink
from helpdesk.incidents.merge import surviving
from helpdesk.incidents.thread import Entry
from helpdesk.journal import Event
from helpdesk.people.agent import Agent, Team, Viewer
from helpdesk.people.requester import Address, Requester
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

    @property
    def number(self) -> str:
        return f"{NUMBER_PREFIX}{self.id}"


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What the queue shows. `view` is unassigned, mine, open or all; the others narrow it down."""

    view: str = "open"
    state: str | None = None
    priority: int | None = None
    team_id: int | None = None
    assignee_id: int | None = None
    category_id: int | None = None
    service_id: int | None = None
    requester: str = ""
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
}
VIEWS = ("unassigned", "mine", "open", "all")


def visible(viewer: Viewer) -> ColumnElement[bool]:
    """The condition under which this viewer may see an incident."""
    others = select(Team.id).where(Team.private, Team.id.not_in(viewer.team_ids))
    return or_(Incident.team_id.is_(None), Incident.team_id.not_in(others))


def _conditions(viewer: Viewer, asked: QueueFilter) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = [Incident.merged_into_id.is_(None)]
    if asked.view in ("unassigned", "mine", "open") and asked.state is None:
        where.append(Incident.is_open.is_(True))
    if asked.view == "unassigned":
        where.append(Incident.assignee_id.is_(None))
    if asked.view == "mine":
        where.append(Incident.assignee_id == viewer.agent_id)
    if asked.state is not None:
        where.append(Incident.state == asked.state)
    for column, value in (
        (Incident.priority, asked.priority),
        (Incident.team_id, asked.team_id),
        (Incident.assignee_id, asked.assignee_id),
        (Incident.category_id, asked.category_id),
        (Incident.service_id, asked.service_id),
    ):
        if value is not None:
            where.append(column == value)
    if asked.requester.strip():
        where.append(Incident.requester_id.in_(_requesters_like(asked.requester)))
    return where


def _requesters_like(text: str) -> Select[int]:
    # Escaped: somebody's "%" or "_" is a letter here.
    escaped = text.strip().lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    pattern = f"%{escaped}%"
    return (
        select(Requester.id)
        .join(Address)
        .where(or_(func.lower(Requester.name).like(pattern, escape="\\"), Address.address.like(pattern, escape="\\")))
    )


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
    keys = (column, Incident.updated_at, Incident.id) if name == "priority" else (column, Incident.id)
    if asked.cursor:
        where.append(_after(keys, falling, name, asked.cursor))
    query = _row_select().add_columns(total_of_all).where(*where)
    rows = session.execute(query.order_by(*_order(keys, falling, name)).limit(asked.limit + 1)).all()
    page = tuple(QueueRow(*row[:-1]) for row in rows[: asked.limit])
    more = len(rows) > asked.limit
    total: int = rows[0][-1] if rows else 0
    return QueuePage(page, min(total, COUNT_MAX), total > COUNT_MAX, _cursor(page[-1], name) if more else "")


def _capped_count(*where: ColumnElement[bool]) -> ScalarSelect[int]:
    return (
        select(func.count())
        .select_from(select(Incident.id).where(*where).limit(COUNT_MAX + 1).subquery())
        .scalar_subquery()
    )


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
    values = _read_cursor(cursor, name)
    if name == "priority":
        first, *rest = keys
        beyond = first < values[0] if falling else first > values[0]
        return or_(beyond, and_(first == values[0], tuple_(*rest) < tuple_(*values[1:])))
    return tuple_(*keys) < tuple_(*values) if falling else tuple_(*keys) > tuple_(*values)


def _cursor(row: QueueRow, name: str) -> str:
    at = (row.opened_at if name == "opened" else row.updated_at).isoformat()
    values = [row.priority, at, row.id] if name == "priority" else [at, row.id]
    return urlsafe_b64encode(dumps(values).encode()).decode().rstrip("=")


def _read_cursor(cursor: str, name: str) -> list[Any]:
    try:
        values = loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if name == "priority":
            priority, at, number = values
            return [_number(priority), _moment(at), _number(number)]
        at, number = values
        return [_moment(at), _number(number)]
    except (ValueError, TypeError):
        raise Invalid("This page's address is damaged. Start again from the first page.", field="cursor") from None


def _moment(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a moment without its zone")
    return at


def _number(value: object) -> int:
    number = int(str(value))
    if not 0 <= number < 2**63:
        raise ValueError("beyond what a database counts to")
    return number


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
        )
        .join(Requester, Incident.requester_id == Requester.id)
        .outerjoin(Agent, Incident.assignee_id == Agent.id)
        .outerjoin(Team, Incident.team_id == Team.id)
        .outerjoin(Service, Incident.service_id == Service.id)
    )


def incident_for(session: Session, viewer: Viewer, number: int) -> Incident | None:
    """One incident with all a page of it shows; None when there is none that this viewer may see."""
    query = (
        select(Incident)
        .where(Incident.id == number, visible(viewer))
        .options(
            joinedload(Incident.requester).joinedload(Requester.addresses),
            joinedload(Incident.team),
            joinedload(Incident.assignee),
            joinedload(Incident.service),
            joinedload(Incident.category),
            joinedload(Incident.mailbox),
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
    query = select(Incident.id).where(Incident.state == State.PENDING_OTHER.value, Incident.wake_at <= now)
    return list(session.scalars(query.order_by(Incident.wake_at).limit(500)))


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An incident beside another one: tied to it (`link_id` and `link_kind` are set, `link_from_here` tells the
    direction), or an earlier one of the same requester."""

    id: int
    subject: str
    state: str
    updated_at: datetime
    link_id: int | None
    link_kind: str | None
    link_from_here: bool

    @property
    def number(self) -> str:
        return f"{NUMBER_PREFIX}{self.id}"


def neighbours(session: Session, viewer: Viewer, incident: Incident, limit: int = 5) -> list[Neighbour]:
    """What is tied to an incident, and its requester's latest others, in one statement; only what may be seen."""
    shown = (Incident.id, Incident.subject, Incident.state, Incident.updated_at)
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
