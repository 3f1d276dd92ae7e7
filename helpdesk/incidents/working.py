"""What stands beside an incident while it is worked on: tags, watchers, tasks, the site's own fields, time spent.
All of it in one statement, since every look at an incident asks for all of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, or_, select, union_all
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.expression import FunctionElement

from helpdesk.base import Json
from helpdesk.incidents.custom_fields import CustomField, applicable
from helpdesk.incidents.field_values import Value
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.merge import parts_of
from helpdesk.incidents.tags import IncidentTag, Tag
from helpdesk.incidents.tasks import Task
from helpdesk.incidents.time_spent import TimeSpent
from helpdesk.incidents.watching import Watcher
from helpdesk.people.agent import Agent, Team
from helpdesk.services import Category

_FIELD_COLUMNS = (
    "key", "label", "type", "unit", "options", "category_ids", "record_type", "required_in", "shown_when_key",
    "shown_when_value", "retired_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TaskShown:
    """One task. `incident_id` is another's for what was left to do in an incident that was merged into this one;
    `who` is who did it, once it is done; `is_late` as of the moment it was asked for."""

    id: int
    incident_id: int
    title: str
    who: str
    team: str
    checklist: str
    required_for: str
    due_at: datetime | None
    done_at: datetime | None
    is_late: bool


@dataclass(frozen=True, slots=True)
class FieldShown:
    """One of the site's own fields: `words` is the value as people read it, "" for none; `is_asked` False for a
    value that is kept though its field is retired or does not apply any more."""

    key: str
    label: str
    type: str
    words: str
    is_asked: bool
    required_for: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Work:
    """`tags` are (name, tint), `watchers` and `minutes` by the agent's number and name."""

    tags: tuple[tuple[str, int], ...]
    watchers: tuple[tuple[int, str], ...]
    tasks: tuple[TaskShown, ...]
    fields: tuple[FieldShown, ...]
    minutes: tuple[tuple[int, str, int], ...]

    @property
    def done(self) -> tuple[TaskShown, ...]:
        return tuple(one for one in self.tasks if one.done_at)

    @property
    def to_do(self) -> tuple[TaskShown, ...]:
        return tuple(one for one in self.tasks if not one.done_at)

    @property
    def minutes_in_all(self) -> int:
        return sum(minutes for _, _, minutes in self.minutes)


def work_on(session: Session, incident: Incident, *, now: datetime) -> Work:
    """All of it, in one statement."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for kind, data in session.execute(union_all(*_selects(incident))):
        found.setdefault(kind, []).append(data)
    tags = {one["id"]: (one["name"], _tint(one)) for one in found.get("tag", ())}
    return Work(
        tags=tuple(sorted(tags.values(), key=lambda tag: tag[0].lower())),
        watchers=tuple(sorted({(one["id"], one["name"]) for one in found.get("watcher", ())}, key=lambda one: one[1])),
        tasks=tuple(_tasks(found.get("task", []), incident.id, now)),
        fields=tuple(_fields(incident, found.get("field", []), [one["id"] for one in found.get("category", ())])),
        minutes=tuple(
            sorted(
                ((one["id"], one["name"], int(one["minutes"])) for one in found.get("time", ())),
                key=lambda one: (-one[2], one[1]),
            )
        ),
    )


def words_of(field: CustomField, value: Value | None) -> str:
    """A value as people read it."""
    if value is None:
        return ""
    labels = {one["key"]: one["label"] for one in field.options}
    if isinstance(value, list):
        return ", ".join(labels.get(one, one) for one in value)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    text = labels.get(value, value) if isinstance(value, str) else f"{value:,}"
    return f"{text} {field.unit}" if field.unit and field.type == "number" else text


def _selects(incident: Incident) -> Iterator[Select[Any]]:
    parts = parts_of([incident.id])
    numbers = select(parts.c.id)

    def whole(column: ColumnElement[int] | Any) -> ColumnElement[bool]:
        return or_(column == incident.id, column.in_(numbers))

    own, tag = aliased(Tag), aliased(Tag)
    yield (
        _row("tag", id=tag.id, name=tag.name, tint=tag.tint)
        .select_from(IncidentTag)
        .join(own, own.id == IncidentTag.tag_id)
        .join(tag, tag.id == func.coalesce(own.merged_into_id, own.id))
        .where(IncidentTag.incident_id == incident.id)
    )
    yield (
        _row("watcher", id=Agent.id, name=Agent.name)
        .select_from(Watcher)
        .join(Agent, Agent.id == Watcher.agent_id)
        .where(whole(Watcher.incident_id))
    )
    names = ("id", "incident_id", "title", "checklist", "required_for", "position", "due_at", "done_at", "done_by")
    columns = {name: getattr(Task, name) for name in names}
    yield (
        _row("task", **columns, assignee=Agent.name, team=Team.name)
        .select_from(Task)
        .outerjoin(Agent, Agent.id == Task.assignee_id)
        .outerjoin(Team, Team.id == Task.team_id)
        .where(whole(Task.incident_id), Task.removed_at.is_(None))
    )
    yield (
        _row("time", id=Agent.id, name=Agent.name, minutes=func.sum(TimeSpent.minutes))
        .select_from(TimeSpent)
        .join(Agent, Agent.id == TimeSpent.agent_id)
        .where(whole(TimeSpent.incident_id), TimeSpent.removed_at.is_(None))
        .group_by(Agent.id, Agent.name)
    )
    columns = {name: getattr(CustomField, name) for name in _FIELD_COLUMNS}
    yield _row("field", **columns, id=CustomField.id, position=CustomField.position)
    if incident.category_id is not None:
        above = select(Category.id, Category.parent_id).where(Category.id == incident.category_id).cte(recursive=True)
        upper = aliased(Category)
        above = above.union(select(upper.id, upper.parent_id).where(upper.id == above.c.parent_id))
        yield _row("category", id=above.c.id)


def _row(kind: str, **columns: Any) -> Select[Any]:
    return select(literal(kind).label("kind"), JsonRow(columns).label("data"))


class JsonRow(FunctionElement[Any]):
    """Columns of different tables as one column of the same type: a JSON object."""

    type = Json
    inherit_cache = True

    def __init__(self, columns: Mapping[str, Any]) -> None:
        super().__init__(*(part for name, column in columns.items() for part in (literal(name), column)))


@compiles(JsonRow)
def _on_sqlite(element: JsonRow, compiler: Any, **more: Any) -> str:
    # A JSON column is text there, and would be quoted as such.
    said = (
        f"json({compiler.process(one, **more)})" if one.type is Json else compiler.process(one, **more)
        for one in element.clauses
    )
    return f"json_object({', '.join(said)})"


@compiles(JsonRow, "postgresql")
def _on_postgresql(element: JsonRow, compiler: Any, **more: Any) -> str:
    return f"jsonb_build_object({compiler.process(element.clauses, **more)})"


def _tint(tag: Mapping[str, Any]) -> int:
    return Tag(name=tag["name"], tint=tag["tint"]).shown_tint


def _tasks(rows: list[Mapping[str, Any]], own: int, now: datetime) -> Iterator[TaskShown]:
    for one in sorted(
        rows, key=lambda row: (row["incident_id"] != own, row["incident_id"], row["position"], row["id"])
    ):
        due, done = _moment(one["due_at"]), _moment(one["done_at"])
        yield TaskShown(
            id=one["id"],
            incident_id=one["incident_id"],
            title=one["title"],
            who=(one["done_by"] if done else one["assignee"]) or "",
            team=one["team"] or "",
            checklist=one["checklist"],
            required_for=one["required_for"],
            due_at=due,
            done_at=done,
            is_late=due is not None and done is None and due <= now,
        )


def _fields(incident: Incident, rows: list[Mapping[str, Any]], lineage: list[int]) -> Iterator[FieldShown]:
    """What is asked, then what is kept of fields that are asked no longer."""
    ordered = sorted(rows, key=lambda row: (row["position"], row["id"]))
    known = [CustomField(**{name: row[name] for name in _FIELD_COLUMNS}) for row in ordered]
    asked = applicable(known, incident.record_type, lineage, incident.custom)
    kept = [one for one in known if one not in asked and incident.custom.get(one.key) is not None]
    for one in [*asked, *kept]:
        words = words_of(one, incident.custom.get(one.key))
        yield FieldShown(one.key, one.label, one.type, words, one in asked, tuple(one.required_in))


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
