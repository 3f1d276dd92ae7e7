"""`helpdesk search`: compare the index with the database and mend it, or build it anew beside the live one."""

import sys

import click
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk import db
from helpdesk.cli.desk import house_of, open_desk, session_of
from helpdesk.incidents.incident import Incident
from helpdesk.knowledge.article import Article
from helpdesk.reactions.index import all_documents, compare, mend
from search.index import SearchError


@click.group("search")
def command() -> None:
    """Check or rebuild the search index."""


@command.command("check")
@click.option("--mend/--no-mend", "mending", default=True, help="Bring the index into step (the default).")
def check(mending: bool) -> None:
    """Compare the index with the database, by key and version."""
    app = open_desk()
    index = house_of(app).index
    try:
        with session_of(app) as session, db.only_reading():
            difference = compare(session, index)
            wrong = {"missing": difference.missing, "outdated": difference.outdated, "surplus": difference.surplus}
            found = ", ".join(f"{len(keys)} {word}" for word, keys in wrong.items())
            click.echo(f"{index.document_count} documents in the index: {found}.")
            if difference and mending:
                mend(session, index, difference)
                click.echo("Mended.")
    except SearchError as error:
        raise click.ClickException(str(error)) from error
    if difference and not mending:
        sys.exit(1)


@command.command("rebuild")
def rebuild() -> None:
    """Build the index anew beside the live one, then switch: search never goes away."""
    app = open_desk()
    with session_of(app) as session, db.only_reading():
        total = _total(session)
        with click.progressbar(length=total, label="Indexing", file=sys.stderr) as bar:
            seen = 0

            def progress(count: int) -> None:
                nonlocal seen
                bar.update(count - seen)
                seen = count

            try:
                count = house_of(app).index.rebuild(all_documents(session), progress)
            except SearchError as error:
                raise click.ClickException(str(error)) from error
    click.echo(f"{count} documents indexed.")


def _total(session: Session) -> int:
    counts = (session.scalar(select(func.count()).select_from(kind)) for kind in (Incident, Article))
    return sum(count or 0 for count in counts)
