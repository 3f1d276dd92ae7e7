"""The queue narrowed down by what was put on incidents while they were worked on: a tag, a choice in one of the
site's own fields, who watches. Asked by `helpdesk.incidents.queries`."""

from json import dumps
from typing import Any

from sqlalchemy import Boolean, ColumnElement, bindparam, func, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement

from helpdesk.incidents.incident import Incident
from helpdesk.incidents.tags import IncidentTag, Tag, key_of
from helpdesk.incidents.watching import Watcher

BETWEEN = ":"


def has_tag(name: str) -> ColumnElement[bool]:
    """This tag, or one that is read as it."""
    root = select(func.coalesce(Tag.merged_into_id, Tag.id)).where(Tag.key == key_of(name.strip())).scalar_subquery()
    read_so = select(Tag.id).where(or_(Tag.id == root, Tag.merged_into_id == root))
    return Incident.id.in_(select(IncidentTag.incident_id).where(IncidentTag.tag_id.in_(read_so)))


def watched_by(agent_id: int) -> ColumnElement[bool]:
    return Incident.id.in_(select(Watcher.incident_id).where(Watcher.agent_id == agent_id))


def has_choice(chosen: str) -> ColumnElement[bool]:
    """`chosen` is “key:choice” of a field: that choice, or that one among several.

    No index helps here, so it looks through whatever the other conditions leave."""
    key, _, choice = chosen.partition(BETWEEN)
    return HasChoice(Incident.custom, key, choice)


class HasChoice(FunctionElement[bool]):
    """Whether a JSON object has this text under this key, alone or in a list."""

    type = Boolean()
    inherit_cache = True

    def __init__(self, column: Any, key: str, choice: str) -> None:
        quoted = dumps(key)
        alone, among = dumps({key: choice}), dumps({key: [choice]})
        given = (f"$.{quoted}", choice, alone, among)
        super().__init__(column, *(bindparam(None, value, unique=True) for value in given))


@compiles(HasChoice)
def _on_sqlite(element: HasChoice, compiler: Any, **more: Any) -> str:
    column, path, choice = (compiler.process(one, **more) for one in list(element.clauses)[:3])
    # What is put together here are names of columns and of bound parameters.
    return f"EXISTS (SELECT 1 FROM json_each({column}, {path}) AS chosen WHERE chosen.value = {choice})"  # noqa: S608


@compiles(HasChoice, "postgresql")
def _on_postgresql(element: HasChoice, compiler: Any, **more: Any) -> str:
    clauses = list(element.clauses)
    column, alone, among = (compiler.process(one, **more) for one in (clauses[0], clauses[3], clauses[4]))
    return f"({column} @> CAST({alone} AS JSONB) OR {column} @> CAST({among} AS JSONB))"
