"""`helpdesk demo`, as `make demo` starts it: from nothing to a mail on the queue, kept over a restart, begun afresh."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socket import create_server

import httpx
from sqlalchemy import func, select

from helpdesk.app import create_app
from helpdesk.cli.desk import session_of
from helpdesk.incidents.incident import Incident
from helpdesk.sample.example_mail import EXAMPLE_MAIL_SUBJECT
from helpdesk.settings import Settings
from tests.peers.processes import ending_with_us
from tests.peers.waiting import wait_for

CHECKOUT = Path(__file__).resolve().parents[2]


def command(*arguments: str) -> list[str]:
    return [*ending_with_us(), sys.executable, "-m", "helpdesk", *arguments]


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HELPDESK_")}
    return kept | {"PYTHONPATH": str(CHECKOUT), "PYTHONUNBUFFERED": "1"}


@contextmanager
def demo(folder: Path, *options: str, port: int = 0) -> Iterator[str]:
    """A running demo; ended as by Ctrl-C, which has to be clean. Gives what it said at its start."""
    said = folder.parent / "said.txt"
    with said.open("wb") as output:
        arguments = command("demo", "--data", str(folder), "--port", str(port), *options)
        process = subprocess.Popen(arguments, cwd=folder.parent, env=environment(), stdout=output, stderr=output)
    try:

        def ready() -> str:
            assert process.poll() is None, said.read_text()
            text = said.read_text()
            address = re.search(r"is at   (http://\S+)", text)
            with suppress(httpx.HTTPError):
                if address and httpx.get(f"{address[1]}/health/ready", timeout=5).status_code == 200:
                    return text
            return ""

        yield wait_for(ready, 120, what="the demo to be ready")
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
        assert "The demo has ended" in said.read_text()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(10)


def subjects(folder: Path) -> list[str]:
    with session_of(create_app(Settings(data_folder=folder))) as session:
        return list(session.scalars(select(Incident.subject).order_by(Incident.id.desc()).limit(1)))


def count(folder: Path) -> int:
    with session_of(create_app(Settings(data_folder=folder))) as session:
        return session.scalar(select(func.count()).select_from(Incident)) or 0


def test_from_nothing_to_a_mail_and_over_a_restart(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    with create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with demo(folder, port=port) as said:
            assert f"Port {port} is taken" in said
            assert "An agent:" in said
            assert "An administrator:" in said
            assert count(folder) == 300
            sent = subprocess.run(
                command("mail", "sample", "--data", str(folder)), env=environment(), capture_output=True, timeout=60
            )
            assert sent.returncode == 0, sent.stderr
            wait_for(lambda: subjects(folder) == [EXAMPLE_MAIL_SUBJECT], 30, what="the mail to be an incident")
    with demo(folder):
        assert count(folder) == 301
    with demo(folder, "--fresh"):
        assert count(folder) == 300


def test_a_folder_that_is_no_demos_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "precious"
    folder.mkdir()
    (folder / "letter.txt").write_text("keep me")
    done = subprocess.run(
        command("demo", "--data", str(folder), "--fresh"), env=environment(), capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    assert "left alone" in done.stderr
    assert (folder / "letter.txt").read_text() == "keep me"
