"""`helpdesk run`: all processes under one supervisor, or one of them for a machine of its own."""

import signal
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from threading import Event
from types import FrameType
from typing import Any

import click
from flask import Flask
from gunicorn.app.base import BaseApplication
from sqlalchemy.orm import Session

from helpdesk.cli.db import ensure_newest
from helpdesk.cli.desk import house_of, open_desk, plainly, session_of, settings
from helpdesk.cli.supervisor import Supervisor, listen_on
from helpdesk.settings import Settings
from helpdesk.worker import Worker
from intake.ledger import Source
from intake.process import MailProcess


@click.command()
@click.argument("process", type=click.Choice(["all", "web", "worker", "mail"]), default="all")
@click.option("--listen-fd", type=int, hidden=True, help="An open socket to serve on, from the supervisor.")
@plainly
def command(process: str, listen_fd: int | None) -> None:
    """Serve the desk: web, worker and mail together, or one of them."""
    if process == "all":
        run_all(settings())
    elif process == "web":
        run_web(listen_fd)
    elif process == "worker":
        run_worker()
    else:
        run_mail()


def run_all(chosen: Settings) -> None:
    """Everything under one supervisor, until Ctrl-C."""
    app = open_desk(chosen)
    ensure_newest(app, upgrade=not chosen.database_url)
    listening = listen_on(chosen.web_host, chosen.web_port)
    click.echo(f"{chosen.site_name} is at http://{chosen.web_host}:{listening.getsockname()[1]}")
    Supervisor(listening).run()


class _Pages(BaseApplication):  # type: ignore[misc]
    """gunicorn around an app we already have."""

    def __init__(self, app: Flask, options: dict[str, Any]) -> None:
        self.app, self.options = app, options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self.app


def run_web(listen_fd: int | None) -> None:
    app = open_desk()
    chosen = house_of(app).settings
    ensure_newest(app, upgrade=False)
    options = {
        "bind": f"fd://{listen_fd}" if listen_fd is not None else f"{chosen.web_host}:{chosen.web_port}",
        "worker_class": "gthread",
        "workers": 1,  # the watcher of live pages and the caches are of one process; threads serve many at once
        "threads": chosen.web_threads,
        "timeout": 60,
        "graceful_timeout": 3,
        "keepalive": 15,
        "loglevel": "warning",
        "control_socket_disable": True,
        "worker_tmp_dir": "/dev/shm" if Path("/dev/shm").is_dir() else None,  # noqa: S108 - gunicorn's own heartbeat file
    }
    _Pages(app, options).run()


def run_worker() -> None:
    app = open_desk()
    ensure_newest(app, upgrade=False)
    worker = Worker(app)
    worker.start()
    _until_told().wait()
    worker.stop()


def run_mail() -> None:
    app = open_desk()
    ensure_newest(app, upgrade=False)

    def sessions() -> AbstractContextManager[Session]:
        return session_of(app)

    MailProcess(sessions, house_of(app), stop=_until_told()).run(_say_ports)


def _say_ports(ports: dict[Source, int]) -> None:
    for source, port in ports.items():
        click.echo(f"{source.value.upper()} listens on port {port}")
    sys.stdout.flush()


def _until_told() -> Event:
    """Set at SIGTERM or SIGINT. A child whose supervisor died ends as well: its standard input closes."""
    stop = Event()

    def told(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, told)
    signal.signal(signal.SIGINT, told)
    return stop
