"""`helpdesk doctor`: looks at every part of the desk, says what is wrong and how to mend it."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import click
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from helpdesk import db, errands, heartbeats
from helpdesk.cli.db import current, newest
from helpdesk.cli.desk import house_of, open_desk, session_of
from helpdesk.mailboxes.alarms import open_alarms
from helpdesk.mailboxes.mailbox import active_mailboxes
from helpdesk.people.agent import active_agents
from helpdesk.people.permissions import Role
from helpdesk.proof import breaks
from helpdesk.reactions import INDEX
from helpdesk.reactions.index import compare
from intake.connections import try_incoming, try_outgoing
from intake.ledger import held_count, unfiled
from intake.trouble import findings
from search.index import SearchError

FREE_BYTES_MIN = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Finding:
    """`well` None: worth knowing, nothing to mend. `remedy` says what to do."""

    part: str
    well: bool | None
    words: str
    remedy: str = ""


@click.command()
@click.option("--mailboxes/--no-mailboxes", default=True, help="Whether to sign in to every mailbox.")
def command(mailboxes: bool) -> None:
    """Find what is wrong, and how to mend it. Ends with 1 when something is."""
    findings = []
    marks = {True: ("ok   ", "green"), False: ("WRONG", "red"), None: ("note ", "yellow")}
    for finding in examine(open_desk(), mailboxes=mailboxes):
        findings.append(finding)
        mark, colour = marks[finding.well]
        click.echo(f"{click.style(mark, fg=colour)} {finding.part}: {finding.words}")
        if finding.remedy:
            click.echo(f"      → {finding.remedy}")
    sys.exit(1 if any(finding.well is False for finding in findings) else 0)


def examine(app: Flask, *, mailboxes: bool) -> Iterator[Finding]:
    """All findings, in the order in which one thing needs another: without a database there is little else to say."""
    yield from _disk(app)
    try:
        at = current(app)
    except SQLAlchemyError as error:
        yield Finding("Database", False, str(error).splitlines()[0], "Start it, or set HELPDESK_DATABASE_URL right.")
        return
    if at != newest():
        yield Finding("Migrations", False, f"at {at or 'nothing'}, newest is {newest()}", "Run `helpdesk db upgrade`.")
        return
    parts: list[Callable[[Flask], Iterator[Finding]]] = [
        _database,
        _people,
        _processes,
        _alarms,
        _errands,
        _index,
        _mail,
    ]
    for part in parts:
        yield from part(app)
    if mailboxes:
        yield from _mailboxes(app)


def _disk(app: Flask) -> Iterator[Finding]:
    folder = house_of(app).settings.data_folder
    free = shutil.disk_usage(folder).free
    if not os.access(folder, os.W_OK):
        yield Finding("Disk", False, f"{folder} can't be written", "Give it to the user that runs the desk.")
    elif free < FREE_BYTES_MIN:
        yield Finding(
            "Disk", False, f"{free / 1e9:.1f} GB free at {folder}", "Make room: without it no mail can be stored."
        )
    else:
        yield Finding("Disk", True, f"{free / 1e9:.0f} GB free at {folder}")


def _database(app: Flask) -> Iterator[Finding]:
    with session_of(app) as session:
        yield Finding("Migrations", True, f"at {newest()}")
        dialect = session.get_bind().dialect.name
        if dialect == "sqlite":
            state = session.scalar(text("PRAGMA quick_check"))
            remedy = "" if state == "ok" else "Bring back the last backup of the data folder."
            yield Finding("Database", state == "ok", f"SQLite, {state}", remedy)
        else:
            yield Finding("Database", True, f"{dialect} answers")
        with db.only_reading():
            session.rollback()  # what was begun above waits for nobody, and nobody for it
            broken = next(breaks(session), None)
        remedy = "Somebody changed the database by hand. Compare with a backup." if broken else ""
        yield Finding("Journal", broken is None, str(broken or "every chain and seal holds"), remedy)


def _people(app: Flask) -> Iterator[Finding]:
    with session_of(app) as session:
        agents = active_agents(session)
    well = any(agent.role == Role.ADMINISTRATOR.value for agent in agents)
    remedy = "" if well else "Run `helpdesk setup`."
    yield Finding("People", well, f"{len(agents)} agents" if well else "no administrator can sign in", remedy)


def _processes(app: Flask) -> Iterator[Finding]:
    now = house_of(app).clock.now()
    with session_of(app) as session:
        beats = heartbeats.latest(session)
    for process in ("worker", "mail"):
        at = beats.get(process)
        fresh = at is not None and (now - at).total_seconds() < heartbeats.FRESH_SECONDS
        words = "runs" if fresh else (f"was last seen {at:%Y-%m-%d %H:%M} UTC" if at else "was never seen")
        yield Finding(
            f"Process {process}", True if fresh else None, words, "" if fresh else "Start the desk: `helpdesk run`."
        )


def _alarms(app: Flask) -> Iterator[Finding]:
    """What is raised, and what is wrong just now and not raised yet: the worker that raises it may be dead."""
    with session_of(app) as session:
        raised, found = open_alarms(session), findings(session, house_of(app)).troubles
        known = {alarm.open_key for alarm in raised}
        for alarm in raised:
            yield Finding("Alarm", False, f"{alarm.words} (since {alarm.since:%Y-%m-%d %H:%M} UTC)", alarm.remedy)
        for trouble in found:
            if trouble.key not in known:
                yield Finding("Mail", None, trouble.words, trouble.remedy)
    if not raised:
        yield Finding("Alarms", True, "none is raised")


def _errands(app: Flask) -> Iterator[Finding]:
    with session_of(app) as session:
        given_up, waiting = len(errands.given_up(session)), errands.waiting(session)
    remedy = "Look at Settings › Operations and try them again." if given_up else ""
    yield Finding("Errands", not given_up, f"{waiting} waiting, {given_up} given up", remedy)


def _index(app: Flask) -> Iterator[Finding]:
    index = house_of(app).index
    try:
        with session_of(app) as session, db.only_reading():
            lag = errands.waiting(session, [INDEX])
            difference = compare(session, index)
        wrong = len(difference.missing) + len(difference.outdated) + len(difference.surplus)
        well = wrong <= lag
        words = f"{index.document_count} documents, {wrong} out of step, {lag} changes waiting"
        yield Finding("Search index", well, words, "" if well else "Run `helpdesk search check`.")
    except SearchError as error:
        yield Finding("Search index", False, str(error), "Run `helpdesk search rebuild`.")


def _mail(app: Flask) -> Iterator[Finding]:
    with session_of(app) as session:
        held, left = held_count(session), len(unfiled(session))
    yield Finding("Held mail", None if held else True, f"{held} held", "Look at Held mail." if held else "")
    remedy = "Start the mail process: it files them." if left else ""
    yield Finding("Mail not filed", None if left else True, f"{left} stored and not looked at yet", remedy)


def _mailboxes(app: Flask) -> Iterator[Finding]:
    house = house_of(app)
    with session_of(app) as session:
        found = active_mailboxes(session)
        if not found:
            yield Finding("Mailboxes", None, "none", "Run `helpdesk setup`, or add one under Settings.")
        for mailbox in found:
            if mailbox.imap_host:
                well, words = try_incoming(mailbox, house)
                yield Finding(
                    f"Mailbox {mailbox.name}", well, words, "" if well else "Mend it under Settings › Mailboxes."
                )
            if not house.settings.capture_mail:
                well, words = try_outgoing(mailbox, house)
                yield Finding(
                    f"Mailbox {mailbox.name}", well, words, "" if well else "Mend it under Settings › Mailboxes."
                )
