"""What administrators changed, newest first, for the page “Changes”: read from the journal, a page at a time."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.administered import TABLES
from helpdesk.base import Base
from helpdesk.journal import Event, EventKind

PAGE = 25
KINDS = (
    EventKind.SETTING_ADDED.value,
    EventKind.SETTING_CHANGED.value,
    EventKind.SETTING_REMOVED.value,
    EventKind.LETTER_REWORDED.value,
    EventKind.PERSON_ERASED.value,
)
# Records of these kinds that are no row of a setting, and what they are called.
OTHERS = {"letters": "Letter", "requesters": "Person", "agents": "Agent"}


@dataclass(frozen=True, slots=True)
class Wished:
    """Which changes: of one kind of setting, by one agent, from a day to a day; `before_id` goes on below that."""

    record_kind: str = ""
    agent_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    before_id: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is different: what it is called, as it was and as it is. None: it was not set."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """One event of the page. `what`: the kind of setting and which one it is."""

    event: Event
    what: str
    name: str
    lines: tuple[Line, ...]


def changes(session: Session, wished: Wished) -> tuple[list[Change], int | None]:
    """A page of them, and the `before_id` of the next; None after the last."""
    query = select(Event).where(Event.kind.in_(KINDS), Event.record_kind != "incident")
    if wished.record_kind:
        query = query.where(Event.record_kind == wished.record_kind)
    if wished.agent_id is not None:
        query = query.where(Event.actor_kind == "agent", Event.actor_id == wished.agent_id)
    if wished.since is not None:
        query = query.where(Event.at >= wished.since)
    if wished.until is not None:
        query = query.where(Event.at < wished.until)
    if wished.before_id is not None:
        query = query.where(Event.id < wished.before_id)
    found = list(session.scalars(query.order_by(Event.id.desc()).limit(PAGE + 1)))
    shown = found[:PAGE]
    names = _names(session, shown)
    return [_change(event, names) for event in shown], shown[-1].id if len(found) > PAGE else None


def kinds_changed(session: Session) -> list[tuple[str, str]]:
    """(kind of record, what it is called) of all that was ever changed."""
    query = select(Event.record_kind).where(Event.kind.in_(KINDS), Event.record_kind != "incident").distinct()
    return sorted(((kind, label_of(kind)) for kind in session.scalars(query)), key=lambda one: one[1])


def label_of(record_kind: str) -> str:
    known = TABLES.get(record_kind)
    return known.label if known else OTHERS.get(record_kind, record_kind)


def _change(event: Event, names: dict[tuple[str, int], str]) -> Change:
    data = event.data
    before, after = data.get("before") or {}, data.get("after") or {}
    lines = [_line(event.record_kind, key, before, after, names) for key in dict.fromkeys([*after, *before])]
    lines += [Line(_spaced(key), None, ", ".join(data[key])) for key in ("joined", "left") if key in data]
    if event.kind == EventKind.PERSON_ERASED.value:
        lines += [Line(name, None, str(count)) for name, count in dict(data.get("counts", {})).items()]
    if event.kind == EventKind.LETTER_REWORDED.value:
        lines += [Line(key, None, _said(data[key])) for key in ("language", "version", "built_in") if key in data]
    name = data.get("name") or data.get("person") or data.get("letter") or f"number {event.record_id}"
    return Change(event, label_of(event.record_kind), str(name), tuple(lines))


def _line(table: str, key: str, before: Any, after: Any, names: dict[tuple[str, int], str]) -> Line:
    def value(of: Any) -> str | None:
        if key not in of:
            return None
        target = _target(table, key)
        return names.get((target, of[key]), _said(of[key])) if target else _said(of[key])

    return Line(_spaced(key), value(before), value(after))


def _names(session: Session, events: Iterable[Event]) -> dict[tuple[str, int], str]:
    """What the rows are called that these changes name by number: one question for each table."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for event in events:
        for side in (event.data.get("before"), event.data.get("after")):
            for key, number in (side if isinstance(side, dict) else {}).items():
                if isinstance(number, int) and (target := _target(event.record_kind, key)):
                    wanted[target].add(number)
    found = {}
    for name, numbers in wanted.items():
        table = Base.metadata.tables[name]
        column = next((table.c[one] for one in ("path", "name", "title", "label") if one in table.c), table.c.id)
        for number, said in session.execute(select(table.c.id, column).where(table.c.id.in_(numbers))):
            found[name, number] = str(said)
    return found


def _target(table: str, key: str) -> str:
    """The table that a column points to; "" when it is no number of another row."""
    known = Base.metadata.tables.get(table)
    if known is None or key not in known.c:
        return ""
    return next((one.column.table.name for one in known.c[key].foreign_keys), "")


def _said(value: Any) -> str:
    if value in (None, "", [], {}):
        return "nothing"
    match value:
        case True:
            return "yes"
        case False:
            return "no"
        case list():
            return ", ".join(_said(one) for one in value)
        case dict():
            return "; ".join(f"{_spaced(str(key))}: {_said(one)}" for key, one in value.items())
    return str(value)


def _spaced(key: str) -> str:
    return key.removesuffix("_id").removesuffix("_sealed").replace("_", " ")
