"""Starts a server in a folder of its own, and ends it by the process id it was started with."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.peers.waiting import wait_for

END_SECONDS = 10.0


def free_port() -> int:
    """A TCP port on 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def accepts(port: int, host: str = "127.0.0.1") -> bool:
    with suppress(OSError), socket.create_connection((host, port), timeout=1):
        return True
    return False


@contextmanager
def folder(name: str) -> Iterator[Path]:
    """A short-named folder that a server under another user may enter; pytest's own are closed to others."""
    path = Path(tempfile.mkdtemp(prefix=f"{name}-"))
    path.chmod(0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


class Server:
    """One server process and whatever it forks, which share its process group."""

    def __init__(self, command: Sequence[str], log: Path, user: str | None = None) -> None:
        self._log = log
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [*ending_with_us(), *command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=user,
                group=user,
                extra_groups=[] if user else None,
                env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "UTC"},
            )

    def wait_until_accepting(self, port: int) -> None:
        wait_for(lambda: self._ended() or accepts(port), what=f"a server on port {port}")
        if self._ended():
            raise AssertionError(f"the server ended at once:\n{self._log.read_text(errors='replace')}")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Asks the process to end, and kills its whole group when it doesn't, or when SIGKILL is asked for."""
        if how is not signal.SIGKILL and not self._ended():
            self._process.send_signal(how)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(END_SECONDS)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(END_SECONDS)

    def _ended(self) -> bool:
        return self._process.poll() is not None


def ending_with_us() -> list[str]:
    """A prefix that ends the server when a test run is killed and can't clean up; util-linux has it."""
    return ["setpriv", "--pdeathsig", "KILL", "--"] if shutil.which("setpriv") else []
