"""Columns of a row as JSON and back: what exports, snapshots and undoing have in common."""

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.orm import object_session

from helpdesk.base import Base, UtcDateTime


def columns_of(row: Base, leaving_out: Collection[str] = ()) -> dict[str, Any]:
    """Every column by its name, as JSON takes it; moments are ISO 8601 in UTC."""
    names = [column.key for column in inspect(type(row)).column_attrs if column.key not in leaving_out]
    return {name: _as_json(getattr(row, name)) for name in names}


def put_back(row: Base, values: Mapping[str, Any]) -> None:
    """Sets columns to what `columns_of` gave, writes them, and lets go of whatever was loaded by their old values."""
    mapped = inspect(type(row))
    for name, value in values.items():
        is_moment = isinstance(mapped.columns[name].type, UtcDateTime)
        setattr(row, name, datetime.fromisoformat(value) if is_moment and value else value)
    session = object_session(row)
    if session is not None:
        session.flush()
        session.expire(row, [one.key for one in mapped.relationships if not one.uselist])


def _as_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value
