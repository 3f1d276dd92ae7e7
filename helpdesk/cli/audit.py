"""`helpdesk audit`: prove that nobody changed the journal, hand out a sealed record, erase a person.

Proving needs nothing but the database, or a sealed file: no running desk, no settings, no network."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import click
from sqlalchemy import Engine, create_engine, event, inspect, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from helpdesk.cli.desk import COMMAND_LINE, house_of, open_desk, plainly, session_of, settings
from helpdesk.cli.sealed_file import verify_file
from helpdesk.incidents.incident import NUMBER_PREFIX, Incident
from helpdesk.incidents.proof import ThreadProof
from helpdesk.incidents.sealed_record import Sealing, seal_record
from helpdesk.people.requester import find_requester
from helpdesk.proof import Break, Tally, prove
from helpdesk.seals import Seal
from helpdesk.web.timeline import in_words
from intake.erasure import erase, preview

BREAKS_SHOWN = 20


@click.group("audit")
def command() -> None:
    """Prove the journal, hand out sealed records, erase people."""


@command.command("verify")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--database", default="", help="A database file or address. Without it: the one of this desk.")
@click.option("--public-key", default="", help="The key of the desk that sealed FILE, from Settings › Audit.")
@click.option("--seal", "known", default="", help="A seal that was written down earlier: is it still the same?")
def verify(file: Path | None, database: str, public_key: str, known: str) -> None:
    """Prove every chain, the words of the threads and the seals; or FILE, a sealed record.

    Ends with 1 when something is broken."""
    if file is not None:
        verify_file(file, public_key)
        return
    tally = Tally()
    with opened(database or settings().database_address) as session:
        broken = _show(prove_all(session, tally))
        if known and not session.scalars(select(Seal.id).where(Seal.hash == known.strip().lower())).first():
            click.echo(f"BROKEN journal: there is no seal {known}. Somebody wrote the journal anew since.", err=True)
            broken = True
    click.echo(
        f"{tally.chains:,} chains, {tally.events:,} events, {tally.entries:,} entries, {tally.seals:,} seals; "
        f"{tally.erased:,} words were erased."
    )
    if tally.newest_seal:
        click.echo(f"Newest seal, of {tally.newest_sealed_day}: {tally.newest_seal}")
        click.echo("Write it down where nobody who can reach the database can change it.")
    if broken:
        sys.exit(1)
    click.echo("Everything holds.")


@command.command("export")
@click.argument("number")
@click.option("--into", type=click.Path(path_type=Path), help="Where to write it; INC-7.zip in this folder without it.")
@plainly
def export(number: str, into: Path | None) -> None:
    """Hand out one incident, such as INC-7, as a sealed file."""
    app = open_desk()
    house, path = house_of(app), into or Path(f"{number.upper()}.zip")
    with session_of(app) as session:
        digits = number.upper().removeprefix(NUMBER_PREFIX)
        incident = session.get(Incident, int(digits)) if digits.isdecimal() else None
        if incident is None:
            raise click.ClickException(f"There is no incident {number}.")
        sealing = Sealing(house.store, house.signing_key, house.settings.site_name, lambda event: in_words(event).text)
        with path.open("xb") as out:
            seal_record(session, incident, out, sealing, by=COMMAND_LINE, at=house.clock.now())
        session.commit()
    click.echo(f"Sealed {path}.")


@command.command("erase")
@click.argument("address")
@click.option("--yes", is_flag=True, help="Do it. Without this only what would be erased is shown.")
@plainly
def erase_person(address: str, yes: bool) -> None:
    """Erase the requester with this ADDRESS for good."""
    app = open_desk()
    house = house_of(app)
    with session_of(app) as session:
        who = find_requester(session, address)
        if who is None:
            raise click.ClickException(f"Nobody writes from {address}.")
        work = erase if yes else preview
        outbox = house.settings.data_folder / "outbox"
        found = work(session, who, by=COMMAND_LINE, at=house.clock.now(), outbox=outbox)
        for name, count in sorted(found.counts.items()):
            click.echo(f"{count:>8,} {name}")
        click.echo(f"{found.words:>8,} words in the journal")
        session.commit()
    click.echo(f"Erased: {found.person.label} is left." if yes else "Nothing was erased. Add --yes to do it.")


def prove_all(session: Session, tally: Tally) -> Iterator[Break]:
    """Every break of the journal and of the threads."""
    threads = ThreadProof(session, tally)
    yield from prove(session, tally, threads)
    yield from threads.strangers()


def _show(breaks: Iterator[Break]) -> bool:
    shown = list(islice(breaks, BREAKS_SHOWN))
    for one in shown:
        click.echo(f"BROKEN {one}", err=True)
    more = sum(1 for _ in breaks)
    if more:
        click.echo(f"… and {more:,} more.", err=True)
    return bool(shown)


@contextmanager
def opened(database: str) -> Iterator[Session]:
    """A session that reads one state of the database, changes nothing and is let read what was damaged."""
    address = database if "://" in database else f"sqlite:///{database}"
    if address.startswith("sqlite:///") and not Path(address.removeprefix("sqlite:///").split("?")[0]).is_file():
        raise click.ClickException(f"There is no file {address.removeprefix('sqlite:///')}.")
    try:
        engine = create_engine(address.replace("postgres://", "postgresql://", 1))
        _only_read(engine)
        missing = {"chain_heads", "events", "seals"} - set(inspect(engine).get_table_names())
        if missing:
            raise click.ClickException("This is no database of a desk, or of an older one: run `helpdesk db upgrade`.")
        with Session(engine) as session:
            yield session
        engine.dispose()
    except SQLAlchemyError as error:
        raise click.ClickException(f"The database can't be read: {str(error).splitlines()[0]}") from error


def _only_read(engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        engine.update_execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        return

    @event.listens_for(engine, "connect")
    def prepare(connection: object, _: object) -> None:
        connection.isolation_level = None  # type: ignore[attr-defined]
        # A byte that was changed may be no text any more; it must be found, not stop the search.
        connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")  # type: ignore[attr-defined]
        connection.execute("PRAGMA query_only = ON")  # type: ignore[attr-defined]

    @event.listens_for(engine, "begin")
    def begin(connection: object) -> None:
        connection.exec_driver_sql("BEGIN")  # type: ignore[attr-defined]
