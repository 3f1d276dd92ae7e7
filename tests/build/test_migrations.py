"""A desk that has been in use is brought up to date without losing a row, on SQLite and on PostgreSQL."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Integer, MetaData, String, func, insert, select

from helpdesk.app import create_app
from helpdesk.base import Base
from helpdesk.db import db
from helpdesk.settings import Settings, package_folder
from tests.peers.postgres import Postgres

FIRST = "0001"
FOLDER = str(package_folder() / "migrations")
THEN = datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    if request.param == "sqlite":
        return ""
    postgres: Postgres = request.getfixturevalue("postgres")
    return postgres.create_database()


def value_for(column: Column[Any]) -> Any:
    """Something that fits; every table has a row 1, so every reference has where to go."""
    kinds: list[tuple[type, Any]] = [
        (Boolean, True),
        (Integer, 1),
        (BigInteger, 1),
        (DateTime, THEN),
        (Date, THEN.date()),
        (String, "x"),
    ]
    return next((value for kind, value in kinds if isinstance(column.type, kind)), [])


def fill(metadata: MetaData) -> dict[str, int]:
    """One row in every table; returns how many there are by table."""
    with db.engine.begin() as connection:
        for table in metadata.sorted_tables:
            needed = {
                column.name: value_for(column) for column in table.columns if column.primary_key or not column.nullable
            }
            connection.execute(insert(table).values(**needed))
    return count(metadata)


def count(metadata: MetaData) -> dict[str, int]:
    with db.engine.connect() as connection:
        return {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in metadata.sorted_tables
        }


def reflected() -> MetaData:
    metadata = MetaData()
    metadata.reflect(db.engine)
    metadata.remove(metadata.tables["alembic_version"])
    return metadata


def test_a_desk_in_use_is_brought_up_to_date(tmp_path: Path, database_url: str) -> None:
    app = create_app(Settings(data_folder=tmp_path, database_url=database_url))
    with app.app_context():
        upgrade(FOLDER, FIRST)
        before = fill(reflected())
        upgrade(FOLDER)
        after = count(reflected())
        assert {name: after[name] for name in before} == before
        # Every row can be read with the classes of today.
        for mapper in Base.registry.mappers:
            assert len(db.session.scalars(select(mapper.class_)).all()) == before.get(mapper.local_table.name, 0)  # type: ignore[attr-defined]
        db.session.remove()
        downgrade(FOLDER, revision=FIRST)
        assert count(reflected()) == before
        db.engine.dispose()
