"""`helpdesk demo`: a whole desk on embedded defaults with sample data; mail comes in by a local SMTP door and
goes out to a viewer page."""

import json
import os
import shutil
import sys
from datetime import timedelta
from pathlib import Path

import click
from flask import Flask

from helpdesk.cli.db import ensure_newest
from helpdesk.cli.demo_data import PASSWORD, load_articles_of, load_company, load_incidents
from helpdesk.cli.demo_escalation import escalate_one, load_ladder
from helpdesk.cli.demo_family import load_family
from helpdesk.cli.demo_feedback import load_feedback
from helpdesk.cli.demo_rules import load_rules
from helpdesk.cli.demo_service_levels import keep_promises, load_promises
from helpdesk.cli.demo_statuses import name_statuses, use_statuses
from helpdesk.cli.demo_tools import load_tools
from helpdesk.cli.demo_triage import belong, name_causes, triage
from helpdesk.cli.demo_working import load_ways_of_working
from helpdesk.cli.desk import house_of, open_desk, plainly, session_of
from helpdesk.cli.supervisor import Supervisor, listen_on
from helpdesk.reactions.index import all_documents
from helpdesk.sample import company
from helpdesk.sample.history import history
from helpdesk.settings import Settings

MARKER = "demo.json"
INCIDENTS = 300
WEB_PORT, SMTP_PORT = 5000, 2525


def default_folder() -> Path:
    return Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local" / "share")) / "helpdesk-demo"


@click.command()
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), help="Where to keep the demo's data.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=WEB_PORT,
    show_default=True,
    help="Port of the pages; 0 takes a free one.",
)
@click.option("--fresh", is_flag=True, help="Start over with new sample data.")
@plainly
def command(data: Path | None, port: int, fresh: bool) -> None:
    """Start a whole desk with sample data. Ctrl-C ends it; the data stays until --fresh."""
    folder = (data or default_folder()).resolve()
    if fresh:
        _clear(folder)
    listening = listen_on("127.0.0.1", port, or_free=True)
    smtp = listen_on("127.0.0.1", SMTP_PORT, or_free=True)
    address, smtp_port = f"http://127.0.0.1:{listening.getsockname()[1]}", smtp.getsockname()[1]
    smtp.close()
    settings = Settings(
        data_folder=folder,
        database_url="",
        base_url=address,
        site_name=company.COMPANY_NAME,
        smtp_door_port=smtp_port,
        capture_mail=True,
    )
    app = open_desk(settings)
    prepare(app, folder)
    (folder / MARKER).write_text(json.dumps({"address": address, "smtp_port": smtp_port}))
    if listening.getsockname()[1] != port and port:
        click.echo(f"Port {port} is taken, so this is on {listening.getsockname()[1]}.")
    _say(address, folder, is_default=data is None)
    Supervisor(listening, environment_of(settings)).run()
    click.echo("\nThe demo has ended. Its data is kept for the next start.")


def prepare(app: Flask, folder: Path) -> None:
    """Tables, sample data and index, unless they are there already. Half loaded data is thrown away."""
    if (folder / MARKER).exists():
        ensure_newest(app, upgrade=True)
        return
    now = house_of(app).clock.now()
    ensure_newest(app, upgrade=True)
    with session_of(app) as session:
        # One transaction: a start that was interrupted leaves nothing.
        cast = load_company(session, at=now - timedelta(days=400))
        belong(session, cast, at=now - timedelta(days=400))
        name_causes(session, cast)
        load_ladder(session, cast, at=now)
        load_rules(session, cast, at=now)
        load_promises(session, cast, at=now - timedelta(days=400))
        load_articles_of(session, cast, at=now - timedelta(days=30))
        name_statuses(session)
        samples = history(now, count=INCIDENTS)
        with click.progressbar(length=len(samples), label="Sample data", file=sys.stderr) as bar:
            load_incidents(session, cast, samples, lambda _: bar.update(1))
        triage(session, cast, now=now)
        use_statuses(session, now=now)
        keep_promises(session, now=now)
        escalate_one(session, cast, now=now)
        load_ways_of_working(session, cast, now=now)
        load_family(session, cast, now=now)
        load_tools(session, cast, now=now)
        load_feedback(session, now=now)
        session.commit()
        with click.progressbar(length=len(samples), label="Search index", file=sys.stderr) as bar:
            house_of(app).index.rebuild(all_documents(session), lambda count: bar.update(max(0, count - bar.pos)))


def environment_of(settings: Settings) -> dict[str, str]:
    """The settings as the children read them."""
    return {
        "HELPDESK_DATA_FOLDER": str(settings.data_folder),
        "HELPDESK_DATABASE_URL": "",
        "HELPDESK_BASE_URL": settings.base_url,
        "HELPDESK_SITE_NAME": settings.site_name,
        "HELPDESK_SMTP_DOOR_PORT": str(settings.smtp_door_port),
        "HELPDESK_CAPTURE_MAIL": "true",
    }


def known_smtp_port(data: Path | None) -> int:
    """The SMTP port of the running demo. Raises ClickException when none was started."""
    try:
        return int(json.loads(((data or default_folder()) / MARKER).read_text())["smtp_port"])
    except (OSError, ValueError, KeyError) as error:
        raise click.ClickException("No demo was started here. Run `make demo` first, or give --port.") from error


def _clear(folder: Path) -> None:
    """Removes the demo's data, and nothing that is not a demo's."""
    if not folder.exists() or not any(folder.iterdir()):
        return
    if not (folder / MARKER).exists() and not (folder / "helpdesk.db").exists():
        raise click.ClickException(f"{folder} does not look like a demo's data folder, so it is left alone.")
    shutil.rmtree(folder)


def _say(address: str, folder: Path, *, is_default: bool) -> None:
    agent, administrator = company.AGENTS[0], next(one for one in company.AGENTS if one.role == "administrator")
    where = "" if is_default else f" --data {folder}"
    command_path = Path(sys.argv[0]).name if shutil.which("helpdesk") else ".venv/bin/helpdesk"
    click.echo(
        f"""
  {company.COMPANY_NAME}'s service desk is at   {address}

  An agent:           {agent.address}   {PASSWORD}
  An administrator:   {administrator.address}   {PASSWORD}

  For requesters:     {address}/support
  Outgoing mail:      {address}/outbox/captured   (kept there, nothing is sent)

  Send it a mail:     {command_path} mail sample{where}
  and a similar one:  {command_path} mail sample --second{where}

  Ctrl-C ends it.
"""
    )
    sys.stdout.flush()
