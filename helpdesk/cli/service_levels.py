"""`helpdesk service-levels`: compare what is due with a fresh computation from the events, and mend it."""

import sys

import click

from helpdesk import db
from helpdesk.cli.desk import house_of, open_desk, plainly, session_of
from helpdesk.service_levels.due import compare, mend
from helpdesk.service_levels.due import rebuild as rebuild_rows


@click.group("service-levels")
def command() -> None:
    """Check or rebuild what is due next; the events are the record, this is derived from them."""


@command.command("check")
@click.option("--mend/--no-mend", "mending", default=True, help="Bring the rows into step (the default).")
@plainly
def check(mending: bool) -> None:
    """Compare every row with a fresh computation from the incident's events."""
    app = open_desk()
    now = house_of(app).clock.now()
    with session_of(app) as session:
        with db.only_reading():
            difference = compare(session, now=now)
            session.rollback()
        wrong = {"missing": difference.missing, "outdated": difference.outdated, "surplus": difference.surplus}
        click.echo("What is due next: " + ", ".join(f"{len(numbers)} {word}" for word, numbers in wrong.items()) + ".")
        if difference and mending:
            mend(session, difference, now=now)
            session.commit()
            click.echo("Mended.")
    if difference and not mending:
        sys.exit(1)


@command.command("rebuild")
@plainly
def rebuild() -> None:
    """Compute every row anew."""
    app = open_desk()
    with session_of(app) as session:
        count = rebuild_rows(session, now=house_of(app).clock.now())
        session.commit()
    click.echo(f"{count} open incidents looked at.")
