"""How migrations reach the database: through the app that is open. Batches are on, for SQLite can't alter a table."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from flask import current_app
from sqlalchemy import JSON, BigInteger, Connection

from helpdesk import db
from helpdesk.base import UtcDateTime


def run(connection: Connection | None = None) -> None:
    context.configure(
        connection=connection,
        url=None if connection is not None else str(db.db.engine.url),
        target_metadata=db.db.metadata,
        render_as_batch=True,
        transaction_per_migration=True,
        literal_binds=connection is None,
        render_item=_ours,
    )
    with context.begin_transaction():
        context.run_migrations()


def _ours(kind: str, item: object, autogenerate: AutogenContext) -> str | Literal[False]:
    """Our column types by their names; False leaves the others to Alembic."""
    names = {UtcDateTime: "UtcDateTime()", JSON: "Json", BigInteger: "Id"}
    name = next((names[of] for of in names if kind == "type" and isinstance(item, of)), None)
    if name is None or (name == "Id" and not getattr(item, "_variant_mapping", None)):
        return False
    autogenerate.imports.add(f"from helpdesk.base import {name.removesuffix('()')}")
    return name


@contextmanager
def rebuilding(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by copying it and dropping the old one, which rows of other tables point to. So it looks
    the other way meanwhile, and afterwards every reference is checked. The switch works outside transactions only."""
    if connection.dialect.name != "sqlite":
        yield
        return
    raw = connection.connection.cursor()
    raw.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
        broken = raw.execute("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"References are broken after the migration: {broken[:5]}. Bring the backup back.")
    finally:
        raw.execute("PRAGMA foreign_keys = ON")
        raw.close()


if context.is_offline_mode():
    run()
else:
    with current_app.app_context(), db.db.engine.connect() as opened, rebuilding(opened):
        run(opened)
