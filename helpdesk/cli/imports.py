"""`helpdesk mail import`: old mail from files into the desk, with a bar that shows how far it is."""

import sys
from pathlib import Path

import click
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.cli.desk import house_of, open_desk, plainly, session_of
from helpdesk.errors import Invalid
from helpdesk.house import House
from helpdesk.mailboxes.mailbox import Mailbox
from intake.importing.job import ImportJob, JobState, Runner, SentMail, interrupted_job
from intake.importing.run import run_job

COUNTS = (
    ("filed", "new incidents"),
    ("joined", "joined their thread"),
    ("held", "held for an agent"),
    ("ignored", "left out: copies, or written by us"),
    ("known", "here already"),
    ("failed", "not filed yet: see the log, they are tried again"),
)


@click.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, resolve_path=True))
@click.option("--mailbox", "address", help="The mailbox they belong to, by its address. Without: by their recipients.")
@click.option("--closed/--open", "closes", default=True, help="File history as closed incidents (default), or open.")
@click.option(
    "--sent",
    "sent_mail",
    type=click.Choice([one.value for one in SentMail]),
    default=SentMail.SKIP.value,
    help="What becomes of mail that we wrote and that answers nothing known. Default: skip.",
)
@click.option("--dry-run", is_flag=True, help="Only say what there is.")
@plainly
def command(paths: tuple[str, ...], address: str | None, closes: bool, sent_mail: str, dry_run: bool) -> None:
    """Import old mail: mbox files, Maildirs, .eml files, folders and archives (zip, tar) of these.

    Give all that belongs together at once, such as INBOX and Sent, so that threads are put together. Nobody is
    written to. Interrupted? The same command goes on, and files nothing twice."""
    app = open_desk()
    house = house_of(app)
    with session_of(app) as session:
        job = interrupted_job(session, paths, dry_run=dry_run) or _new_job(paths, house)
        job.mailbox_id = _mailbox_id(session, address)
        job.closes, job.sent_mail, job.dry_run = closes, SentMail(sent_mail).value, dry_run
        job.cancel_wanted = False
        if not job.is_unfinished:
            job.state = JobState.WAITING.value
        session.add(job)
        session.commit()
        number = job.id
    _work(app, house, number)
    with session_of(app) as session:
        _tell(session.get_one(ImportJob, number))


def _new_job(paths: tuple[str, ...], house: House) -> ImportJob:
    return ImportJob(
        name=", ".join(Path(path).name for path in paths)[:200],
        paths=list(paths),
        runner=Runner.COMMAND.value,
        made_by="the command line",
        made_at=house.clock.now(),
    )


def _mailbox_id(session: Session, address: str | None) -> int | None:
    if address is None:
        return None
    found = session.scalars(select(Mailbox.id).where(Mailbox.address == address.strip().lower())).first()
    if found is None:
        known = ", ".join(session.scalars(select(Mailbox.address).order_by(Mailbox.id))) or "none"
        raise Invalid(f"There is no mailbox {address}. There are: {known}.")
    return found


def _work(app: Flask, house: House, number: int) -> None:
    with click.progressbar(length=1, label="Importing", file=sys.stderr) as bar:

        def told(position: int, total: int) -> None:
            bar.length = max(total, 1)
            bar.update(position - bar.pos)

        try:
            run_job(lambda: session_of(app), house, number, told=told)
        except KeyboardInterrupt:
            raise click.ClickException("Interrupted. The same command goes on from there.") from None


def _tell(job: ImportJob) -> None:
    if job.state == JobState.FAILED.value:
        raise click.ClickException(job.problem)
    span = f", written {job.oldest:%Y-%m-%d} to {job.newest:%Y-%m-%d}" if job.oldest and job.newest else ""
    click.echo(f"{job.total or 0} mails{span}.")
    if job.dry_run:
        click.echo(f"{job.known} of them are here already. Nothing was stored: leave out --dry-run to import.")
    else:
        for name, words in COUNTS:
            if getattr(job, name):
                click.echo(f"{getattr(job, name):>9}  {words}")
    if job.skipped:
        click.echo(f"{job.skipped} left aside: deleted mail, and folders for drafts, junk and trash.")
    if job.strange:
        click.echo(f"{job.strange} files hold no mail.")
    if job.state == JobState.CANCELLED.value:
        raise click.ClickException("Cancelled on the page of imports. What was filed stays.")
