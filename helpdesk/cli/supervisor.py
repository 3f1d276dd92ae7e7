"""Web, worker and mail as children of one process: started together, started again when one dies, ended together."""

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from types import FrameType

import structlog

BACK_OFF_SECONDS = (0.5, 1, 2, 5, 15, 30)
STEADY_SECONDS = 60
END_SECONDS = 15
LOOK_SECONDS = 0.25

log = structlog.get_logger(__name__)


def listen_on(host: str, port: int, *, or_free: bool = False) -> socket.socket:
    """A listening socket. `or_free`: another port when this one is taken; otherwise OSError is raised."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError:
        if not or_free:
            listening.close()
            raise
        listening.bind((host, 0))
    listening.listen(512)
    return listening


@dataclass
class _Child:
    name: str
    arguments: list[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    deaths: int = 0
    start_at: float = 0.0


class Supervisor:
    """`run` returns when it was told to end (SIGINT, SIGTERM) and every child has ended."""

    def __init__(self, listening: socket.socket, environment: dict[str, str] | None = None) -> None:
        self.listening = listening
        self.environment = os.environ | (environment or {})
        fd = listening.fileno()
        self.children = [
            _Child("web", ["run", "web", "--listen-fd", str(fd)]),
            _Child("worker", ["run", "worker"]),
            _Child("mail", ["run", "mail"]),
        ]
        self.told = False

    def run(self) -> None:
        signal.signal(signal.SIGTERM, self._tell)
        signal.signal(signal.SIGINT, self._tell)
        while not self.told:
            for child in self.children:
                self._look_after(child)
            time.sleep(LOOK_SECONDS)
        self._end()

    def _tell(self, _signal: int, _frame: FrameType | None) -> None:
        self.told = True

    def _look_after(self, child: _Child) -> None:
        now = time.monotonic()
        if child.process is not None and child.process.poll() is not None:
            log.warning("process ended", process=child.name, status=child.process.returncode)
            child.deaths = 1 if now - child.started_at > STEADY_SECONDS else child.deaths + 1
            child.process = None
            child.start_at = now + BACK_OFF_SECONDS[min(child.deaths, len(BACK_OFF_SECONDS)) - 1]
        if child.process is None and now >= child.start_at:
            child.started_at = now
            child.process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-m", "helpdesk", *child.arguments],
                env=self.environment,
                pass_fds=[self.listening.fileno()] if child.name == "web" else [],
                # Ctrl-C in the terminal reaches us alone; we end the children in order.
                start_new_session=True,
            )

    def _end(self) -> None:
        running = [child.process for child in self.children if child.process is not None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + END_SECONDS
        for process in running:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.listening.close()
