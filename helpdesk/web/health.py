"""Whether this process lives, and whether the whole desk is up: asked by supervisors and load balancers."""

import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import inspect, select
from sqlalchemy.exc import SQLAlchemyError

from helpdesk import heartbeats
from helpdesk.base import Base
from helpdesk.db import session
from helpdesk.mailboxes.alarms import open_alarms
from helpdesk.mailboxes.mailbox import Mailbox
from helpdesk.settings import package_folder
from helpdesk.web import web
from helpdesk.web.access import house

WORKER, MAIL = "worker", "mail"


@web.get("/health/live")
def health_live() -> ResponseReturnValue:
    return jsonify(status="live")


@web.get("/health/ready")
def health_ready() -> ResponseReturnValue:
    """200 when every part is well, else 503; the body says which is not. Tells strangers nothing else."""
    parts = {name: _tried(check) for name, check in CHECKS.items()}
    is_ready = not any(parts.values())
    said = {name: {"ok": not problem, "problem": problem} for name, problem in parts.items()}
    status = "ready" if is_ready else "not ready"
    return jsonify(status=status, parts=said, alarms=_alarms()), 200 if is_ready else 503


def _alarms() -> list[dict[str, str]]:
    """Kinds and times only: pages that a mailbox is not needed for are well all the same, so no alarm means 503."""
    try:
        return [{"kind": one.kind, "since": one.since.isoformat()} for one in open_alarms(session())]
    except SQLAlchemyError:
        session().rollback()
        return []


def _tried(check: Callable[[], str]) -> str:
    try:
        return check()
    except SQLAlchemyError as error:
        session().rollback()
        current_app.logger.warning("health: %s", error)
        return "the database does not answer"


def _database() -> str:
    connection = session().connection()
    at = MigrationContext.configure(connection).get_current_revision()
    if at is not None:
        return "" if at == _newest_migration() else "migrations are missing: run “helpdesk db upgrade”"
    missing = set(Base.metadata.tables) - set(inspect(connection).get_table_names())
    return "tables are missing: run “helpdesk db upgrade”" if missing else ""


@cache
def _newest_migration() -> str | None:
    folder: Path = package_folder() / "migrations"
    if not folder.is_dir():
        return None
    configuration = Config()
    configuration.set_main_option("script_location", str(folder).replace("%", "%%"))
    return ScriptDirectory.from_config(configuration).get_current_head()


def _data_folder() -> str:
    try:
        with tempfile.TemporaryFile(dir=house().settings.data_folder) as file:
            file.write(b"1")
    except OSError:
        return "the data folder can't be written to"
    return ""


def _worker() -> str:
    return _beats(WORKER)


def _mail() -> str:
    """The mail process is only missed where there is something for it to do."""
    settings = house().settings
    doors = settings.smtp_door_port is not None or settings.lmtp_door_port is not None
    listens = doors or session().scalars(select(Mailbox.id).where(Mailbox.active, Mailbox.imap_host != "")).first()
    return _beats(MAIL) if listens else ""


def _beats(process: str) -> str:
    at = heartbeats.latest(session()).get(process)
    if at is None:
        return "it was never seen: start it with “helpdesk run”"
    silent = (house().clock.now() - at).total_seconds()
    return "" if silent <= heartbeats.FRESH_SECONDS else f"silent for {silent:.0f} seconds"


CHECKS = {"database": _database, "data_folder": _data_folder, "worker": _worker, "mail": _mail}
