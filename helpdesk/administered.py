"""Administrative changes as events: what was set up, added, changed or removed, by whom and from what to what.

A session hook, tied by `helpdesk.db` to the sessions of the doors, so that no page can forget it. What counts as set
up is listed here by table; passwords and other secrets never get into the journal, only that they were changed."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.orm import Mapper, Session

from helpdesk.journal import Actor, EventKind, record

DESK = Actor(kind="system", name="Helpdesk")


@dataclass(frozen=True, slots=True)
class Administered:
    """`label`: what one row is called. `left_out`: columns that change by themselves, or that people set for
    themselves. `named_by`: the column that says which one it is."""

    label: str
    left_out: frozenset[str] = frozenset()
    named_by: str = "name"


def _of(label: str, *left_out: str, named_by: str = "name") -> Administered:
    return Administered(label, frozenset(left_out), named_by)


TABLES: Mapping[str, Administered] = {
    "agents": _of("Agent", "signature", "notify_by_mail", "is_available"),
    "canned_replies": _of("Canned reply", named_by="title"),
    "categories": _of("Category", "path"),
    "causes": _of("Cause", "path"),
    "checklists": _of("Checklist"),
    "custom_fields": _of("Field", named_by="label"),
    "escalation_rules": _of("Escalation rule"),
    "macros": _of("Macro"),
    "mail_domains": _of("Mail domain", named_by="domain"),
    "mailboxes": _of("Mailbox", "smtp_size_max", "listening_since"),
    "oauth_grants": _of(
        "Sign-in of a mailbox", "access_token_sealed", "refresh_token_sealed", "expires_at", "last_renewed_at",
        "refresh_token_expires_at", "last_tried_at", "last_error", "renewing_by", "renewing_until",
        named_by="mailbox_id",
    ),
    "on_call_places": _of("Place on call", named_by="team_id"),
    "organizations": _of("Organization"),
    "policies": _of("Policy"),
    "recurring_incidents": _of("Recurring incident", "next_at", named_by="subject"),
    "rules": _of("Rule", "looked_at", "trouble"),
    "sender_rules": _of("Rule for a sender", "made_by", named_by="address"),
    "service_calendars": _of("Calendar"),
    "service_level_policies": _of("Service level"),
    "services": _of("Service"),
    "statuses": _of("State"),
    "teams": _of("Team"),
    "tokens": _of("API token", "used_at"),
}  # fmt: skip
ALWAYS_LEFT_OUT = frozenset({"id", "created_at", "updated_at", "made_at", "version"})
SECRETS = frozenset({"digest", "password"})

_acting: ContextVar[Actor | None] = ContextVar("acting", default=None)


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """What is changed in here was changed by this actor, whatever the door says."""
    token = _acting.set(actor)
    try:
        yield
    finally:
        _acting.reset(token)


@dataclass(frozen=True, slots=True)
class Door:
    """Who acts through it just now (None: the desk itself), and what time it is there."""

    who: Callable[[], Actor | None]
    now: Callable[[], datetime]


def watch(sessions: Any, door: Door) -> None:
    """Ties the hook to a session class."""

    @event.listens_for(sessions, "before_flush")
    def changed(session: Session, *_: Any) -> None:
        for row in session.new:
            if _table(row) in TABLES:
                session.info.setdefault("set_up", []).append(row)
        for row in session.dirty:
            if _table(row) in TABLES and (said := _difference(row)):
                _record(session, row, EventKind.SETTING_CHANGED, said, door)
        for row in session.deleted:
            if _table(row) in TABLES:
                _record(session, row, EventKind.SETTING_REMOVED, {"before": _values(row)}, door)

    @event.listens_for(sessions, "after_flush_postexec")
    def added(session: Session, _: Any) -> None:
        # Only now do new rows have their numbers.
        for row in session.info.pop("set_up", ()):
            if row in session:
                _record(session, row, EventKind.SETTING_ADDED, {"after": _values(row)}, door)

    @event.listens_for(sessions, "after_rollback")
    def forget(session: Session) -> None:
        session.info.pop("set_up", None)


def _table(row: Any) -> str:
    return str(getattr(row, "__tablename__", ""))


def _record(session: Session, row: Any, kind: EventKind, said: dict[str, Any], door: Door) -> None:
    name = getattr(row, TABLES[_table(row)].named_by, "")
    by = _acting.get() or door.who() or DESK
    record(session, _table(row), row.id, kind, by=by, at=door.now(), name=str(name or ""), **said)


def _values(row: Any) -> dict[str, Any]:
    """What is set; what is empty goes without saying."""
    state = inspect(row)
    found = {key: _plain(key, state.attrs[key].value) for key in _told(state.mapper)}
    return {key: value for key, value in found.items() if value not in (None, "", [], {})}


def _difference(row: Any) -> dict[str, Any]:
    """`before` and `after` of the columns that changed; `joined` and `left` of who or what belongs to it."""
    state = inspect(row)
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for key in _told(state.mapper):
        history = state.attrs[key].history
        if not history.added and not history.deleted:
            continue
        old = history.deleted[0] if history.deleted else None
        new = history.added[0] if history.added else None
        if old != new:
            before[key], after[key] = _apart(_plain(key, old), _plain(key, new))
    said: dict[str, Any] = {"before": before, "after": after} if after else {}
    return said | _members(state)


def _apart(old: Any, new: Any) -> tuple[Any, Any]:
    """Of two objects only the members in which they differ."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return old, new
    keys = [key for key in old | new if old.get(key) != new.get(key)]
    return {key: old[key] for key in keys if key in old}, {key: new[key] for key in keys if key in new}


def _members(state: Any) -> dict[str, Any]:
    # Told of the side that has the list in its hands; a list that nobody looked at is not loaded for this.
    joined: list[str] = []
    left: list[str] = []
    for relation in state.mapper.relationships:
        if relation.secondary is None or relation.key not in state.dict:
            continue
        history = state.attrs[relation.key].history
        joined += [_named(one) for one in history.added]
        left += [_named(one) for one in history.deleted]
    return {key: sorted(names) for key, names in (("joined", joined), ("left", left)) if names}


def _named(row: Any) -> str:
    return str(getattr(row, "name", None) or row)


def _told(mapper: Mapper[Any]) -> list[str]:
    left_out = TABLES[mapper.class_.__tablename__].left_out | ALWAYS_LEFT_OUT
    return [one.key for one in mapper.column_attrs if one.key not in left_out]


def _plain(key: str, value: Any) -> Any:
    if key in SECRETS or key.endswith("_sealed"):
        return "•••" if value else ""
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value if isinstance(value, str | int | float | bool | list | dict | None) else str(value)
