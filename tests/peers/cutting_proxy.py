"""Stands between the desk and its IMAP server, and cuts the line at one command, at a chosen moment of it."""

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from threading import Event, Lock, Thread

PIECE_BYTES = 65536
# The end of what a server says to a command: its tagged line, or the "+" that asks for more (AUTHENTICATE, IDLE).
COMPLETE = re.compile(rb"^(?:[A-Z]+[0-9]+ (?:OK|NO|BAD)|\+)[^\r\n]*\r\n", re.MULTILINE)


class Moment(StrEnum):
    BEFORE = "before"  # the server never hears of it
    HALF_SENT = "half sent"
    UNANSWERED = "unanswered"  # carried out, not a byte of the answer arrives
    HALF_ANSWERED = "half answered"  # for a mail: in the middle of its literal
    ANSWERED = "answered"


class CuttingProxy:
    """Use `cutting_proxy(port)`."""

    host = "127.0.0.1"

    def __init__(self, server_port: int) -> None:
        self.struck = Event()
        self._server_port = server_port
        self._armed: tuple[re.Pattern[bytes], Moment] | None = None
        self._lock = Lock()
        self._lines: list[_Line] = []
        self._lines_now: set[_Line] = set()
        self._listening = socket.create_server((self.host, 0))
        self.port: int = self._listening.getsockname()[1]
        self._thread = Thread(target=self._accept, daemon=True)
        self._thread.start()

    def arm(self, command: bytes, moment: Moment) -> None:
        """Breaks what is connected, then cuts once, at the next command that matches this expression."""
        self.struck.clear()
        with self._lock:
            self._armed = re.compile(command), moment
            # What an old line is in the middle of counts for nothing.
            before, self._lines_now = self._lines_now, set()
        for line in before:
            line.cut()

    def moment_for(self, line: "_Line", sent: bytes) -> Moment | None:
        """Whether this command is the one; each arming is good for one."""
        with self._lock:
            if self._armed is None or line not in self._lines_now or not self._armed[0].search(sent):
                return None
            moment, self._armed = self._armed[1], None
            return moment

    def cut(self) -> None:
        """Breaks all connections."""
        for line in list(self._lines):
            line.cut()

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listening.close()
        self.cut()
        for line in self._lines:
            line.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                try:
                    server = socket.create_connection((self.host, self._server_port))
                except OSError:
                    client.close()
                    continue
                line = _Line(self, client, server)
                with self._lock:
                    self._lines.append(line)
                    self._lines_now.add(line)
                line.start()


class _Line:
    """One connection. IMAP clients send one command at a time, so what they send begins with one."""

    def __init__(self, proxy: CuttingProxy, client: socket.socket, server: socket.socket) -> None:
        self._proxy, self._client, self._server = proxy, client, server
        self._moment: Moment | None = None
        self._answer = b""
        self._threads = [Thread(target=pump, daemon=True) for pump in (self._upwards, self._downwards)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def _upwards(self) -> None:
        with suppress(OSError):
            while sent := self._client.recv(PIECE_BYTES):
                moment = self._proxy.moment_for(self, sent)
                if moment is Moment.HALF_SENT:
                    self._server.sendall(sent[: len(sent) // 2])
                if moment in (Moment.BEFORE, Moment.HALF_SENT):
                    self._strike()
                    return
                # The rest of a command that comes in two pieces changes nothing.
                self._moment = self._moment or moment
                self._server.sendall(sent)
        self.cut()

    def _downwards(self) -> None:
        with suppress(OSError):
            while said := self._server.recv(PIECE_BYTES):
                if self._moment is None:
                    self._client.sendall(said)
                elif self._ends_with(said):
                    self._strike()
                    return
        self.cut()

    def _ends_with(self, said: bytes) -> bool:
        """Keeps the answer back until it is whole; True: this was the moment."""
        self._answer += said
        if self._moment is Moment.UNANSWERED:
            return True
        if not COMPLETE.search(self._answer):
            return False
        half = self._moment is Moment.HALF_ANSWERED
        self._client.sendall(self._answer[: len(self._answer) // 2] if half else self._answer)
        return True

    def _strike(self) -> None:
        self.cut()
        self._proxy.struck.set()

    def cut(self) -> None:
        for end in (self._client, self._server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        for thread in self._threads:
            thread.join()
        self._client.close()
        self._server.close()


@contextmanager
def cutting_proxy(server_port: int) -> Iterator[CuttingProxy]:
    proxy = CuttingProxy(server_port)
    try:
        yield proxy
    finally:
        proxy.close()
