"""`helpdesk db`: bring the tables up to date, and check that the models and the migrations agree."""

import click
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import upgrade

import helpdesk.worker  # noqa: F401 - every table must be known, also those that no page shows
from helpdesk import db
from helpdesk.cli.desk import house_of, open_desk
from helpdesk.settings import package_folder


@click.group("db")
def command() -> None:
    """The database's tables."""


@command.command("upgrade")
def upgrade_tables() -> None:
    """Bring the tables up to the newest migration. Safe to run again."""
    app = open_desk()
    ensure_newest(app, upgrade=True)
    with app.app_context():
        click.echo(f"The tables are at migration {newest()}.")


@command.command("check")
def check() -> None:
    """Fail when a model was changed without a migration."""
    app = open_desk()
    ensure_newest(app, upgrade=True)
    with app.app_context(), db.db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False, "render_as_batch": True})
        differences = compare_metadata(context, db.db.metadata)
    if differences:
        raise click.ClickException("The models say more than the migrations:\n" + "\n".join(map(str, differences)))
    click.echo("Models and migrations agree.")


def newest() -> str:
    """The newest migration that this version of the desk knows."""
    return ScriptDirectory(str(package_folder() / "migrations")).get_current_head() or ""


def current(app: Flask) -> str:
    """The migration the database is at; "" for an empty one."""
    with app.app_context(), db.db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() or ""


def ensure_newest(app: Flask, *, upgrade: bool) -> None:
    """Upgrades when asked to. Raises ClickException, saying what to do, when the tables are older than the desk."""
    if current(app) == newest():
        return
    if not upgrade:
        raise click.ClickException(
            "The tables are older than this version of the desk. Run `helpdesk db upgrade` first."
        )
    _upgrade(app)


def _upgrade(app: Flask) -> None:
    house_of(app).settings.data_folder.mkdir(parents=True, exist_ok=True)
    with app.app_context():
        upgrade_to_head()


def upgrade_to_head() -> None:
    upgrade(directory=str(package_folder() / "migrations"))
