"""The desk itself as a peer: `helpdesk run` in processes of its own, as a site would start it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy.orm import Session

from helpdesk import db
from helpdesk.app import create_app
from helpdesk.cli.db import ensure_newest
from helpdesk.cli.demo_data import PASSWORD, Cast, load_company
from helpdesk.cli.desk import session_of
from helpdesk.mailboxes.sealed import seal
from helpdesk.settings import Settings
from tests.peers.dovecot import Dovecot
from tests.peers.processes import ending_with_us, free_port
from tests.peers.smtp_sink import SmtpSink
from tests.peers.waiting import wait_for

CHECKOUT = Path(__file__).resolve().parents[2]
START_SECONDS = 120.0

__all__ = ["PASSWORD", "Desk", "desk_on"]


class Desk:
    """Tables and the sample company are there before anything is started; `start` runs processes of it."""

    def __init__(self, folder: Path, database_url: str = "", *, with_company: bool = True, **settings: Any) -> None:
        self.folder = folder
        self.url = f"http://127.0.0.1:{free_port()}"
        self.settings = Settings(
            data_folder=folder / "data",
            database_url=database_url,
            base_url=self.url,
            web_port=int(self.url.rpartition(":")[2]),
            **settings,
        )
        self.app = create_app(self.settings)
        ensure_newest(self.app, upgrade=True)
        self._processes: list[subprocess.Popen[bytes]] = []
        if with_company:
            with self.session() as session:
                load_company(session, at=datetime.now(UTC))
                session.commit()

    @contextmanager
    def session(self) -> Iterator[Session]:
        # A page that another test read in this thread must not make this a session that only reads.
        with db.writing(), session_of(self.app) as session:
            yield session

    @contextmanager
    def cast(self) -> Iterator[tuple[Session, Cast]]:
        """The rows of the company by the sample's keys: only the mailbox is looked up here."""
        from helpdesk.mailboxes.mailbox import active_mailboxes

        with self.session() as session:
            yield session, Cast(mailbox=active_mailboxes(session)[0])

    def connect(self, dovecot: Dovecot | None = None, sink: SmtpSink | None = None, **columns: Any) -> None:
        """Points the desk's mailbox at a real IMAP and SMTP server."""
        key = self.settings.signing_key()
        with self.cast() as (session, cast):
            mailbox = cast.mailbox
            assert mailbox is not None
            if dovecot:
                mailbox.imap_host, mailbox.imap_port = dovecot.host, dovecot.tls_port
                mailbox.imap_security, mailbox.ca_file = "tls", str(dovecot.certificates.authority)
                mailbox.imap_username = dovecot.username
                mailbox.imap_password_sealed = seal(key, dovecot.password)
            if sink:
                mailbox.smtp_host, mailbox.smtp_port, mailbox.smtp_security = sink.host, sink.port, "plain-loopback"
            for name, value in columns.items():
                setattr(mailbox, name, value)
            session.commit()

    def environment(self) -> dict[str, str]:
        said = {
            "DATA_FOLDER": str(self.settings.data_folder),
            "DATABASE_URL": self.settings.database_url,
            "BASE_URL": self.url,
            "WEB_PORT": str(self.settings.web_port),
            "WAKE_UP": self.settings.wake_up,
            "CAPTURE_MAIL": str(self.settings.capture_mail),
            "SMTP_DOOR_PORT": str(self.settings.smtp_door_port) if self.settings.smtp_door_port is not None else "",
        }
        known = {f"HELPDESK_{name}": value for name, value in said.items() if value}
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("HELPDESK_")}
        return inherited | known | {"PYTHONPATH": str(CHECKOUT)}

    def start(self, *process: str) -> subprocess.Popen[bytes]:
        """`helpdesk run PROCESS` in a process group of its own; its output is in `log`."""
        with (self.folder / "desk.log").open("ab") as log:
            started = subprocess.Popen(
                # Should this test be killed, what it started ends too.
                [*ending_with_us(), sys.executable, "-m", "helpdesk", "run", *process],
                cwd=self.folder,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._processes.append(started)
        return started

    def log(self) -> str:
        return (self.folder / "desk.log").read_text(errors="replace")

    def wait_until_ready(self) -> None:
        def ready() -> bool:
            ended = [one.returncode for one in self._processes if one.poll() is not None]
            assert not ended, f"the desk ended with {ended}:\n{self.log()}"
            with suppress(httpx.HTTPError):
                return httpx.get(f"{self.url}/health/ready", timeout=5).status_code == 200
            return False

        wait_for(ready, START_SECONDS, what=f"{self.url}/health/ready to answer 200")

    def stop(self) -> None:
        for process in self._processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self._processes:
            with suppress(subprocess.TimeoutExpired):
                process.wait(20)
            if process.poll() is None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait(10)
        self._processes.clear()
        with self.app.app_context():
            db.db.engine.dispose()


@contextmanager
def desk_on(folder: Path, database_url: str = "", *, with_company: bool = True, **settings: Any) -> Iterator[Desk]:
    desk = Desk(folder, database_url, with_company=with_company, **settings)
    try:
        yield desk
    finally:
        desk.stop()
