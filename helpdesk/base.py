"""The declarative base all models share, and the column types of the house. A leaf: anybody may import it."""

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer, MetaData, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, registry

# Named constraints, so that a migration can drop one on either database.
NAMING_CONVENTION = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

# SQLite counts up a primary key only when its type is spelt INTEGER.
Id = BigInteger().with_variant(Integer, "sqlite")
Json = JSON().with_variant(JSONB, "postgresql")


def read_json(text: str | bytes) -> Any:
    """For the engine: most lists and objects of a row are empty, and an entry has three of them."""
    return [] if text == "[]" else {} if text == "{}" else json.loads(text)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, aware and in UTC on both sides.

    SQLite keeps no zone, so one is refused on the way in when it is missing and put back on the way out.
    Raises ValueError for a naive datetime: the caller has lost the zone and must say which it was.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone; give an aware datetime")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """What every table has: a number of its own and named constraints."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMING_CONVENTION),
        type_annotation_map={datetime: UtcDateTime, dict[str, Any]: Json, list[str]: Json},
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
