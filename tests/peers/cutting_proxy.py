"""Stands between the desk and its IMAP server, and cuts the line at one command, at a chosen moment of it."""

import re
import socket
from enum import StrEnum
from threading import Event, Lock

from tests.peers.line_proxy import PIECE_BYTES, Line, LineProxy

# The end of what a server says to a command: its tagged line, or the "+" that asks for more (AUTHENTICATE, IDLE).
COMPLETE = re.compile(rb"^(?:[A-Z]+[0-9]+ (?:OK|NO|BAD)|\+)[^\r\n]*\r\n", re.MULTILINE)


class Moment(StrEnum):
    BEFORE = "before"  # the server never hears of it
    HALF_SENT = "half sent"
    UNANSWERED = "unanswered"  # carried out, not a byte of the answer arrives
    HALF_ANSWERED = "half answered"  # for a mail: in the middle of its literal
    ANSWERED = "answered"


class _Line(Line):
    """IMAP clients send one command at a time, so what they send begins with one."""

    def __init__(self, proxy: "CuttingProxy", client: socket.socket, server: socket.socket) -> None:
        super().__init__(proxy, client, server)
        self._moment: Moment | None = None
        self._answer = b""

    def upwards(self) -> None:
        while sent := self.client.recv(PIECE_BYTES):
            moment = self.proxy.moment_for(self, sent)
            if moment is Moment.HALF_SENT:
                self.server.sendall(sent[: len(sent) // 2])
            if moment in (Moment.BEFORE, Moment.HALF_SENT):
                self._strike()
                return
            # The rest of a command that comes in two pieces changes nothing.
            self._moment = self._moment or moment
            self.server.sendall(sent)

    def downwards(self) -> None:
        while said := self.server.recv(PIECE_BYTES):
            if self._moment is None:
                self.client.sendall(said)
            elif self._ends_with(said):
                self._strike()
                return

    def _ends_with(self, said: bytes) -> bool:
        """Keeps the answer back until it is whole; True: this was the moment."""
        self._answer += said
        if self._moment is Moment.UNANSWERED:
            return True
        if not COMPLETE.search(self._answer):
            return False
        half = self._moment is Moment.HALF_ANSWERED
        self.client.sendall(self._answer[: len(self._answer) // 2] if half else self._answer)
        return True

    def _strike(self) -> None:
        self.cut()
        self.proxy.struck.set()


class CuttingProxy(LineProxy):
    """Use `cutting_proxy(port)`."""

    line_kind = _Line

    def __init__(self, server_port: int) -> None:
        self.struck = Event()
        self._armed: tuple[re.Pattern[bytes], Moment] | None = None
        self._lock = Lock()
        self._lines_now: set[Line] = set()
        super().__init__(server_port)

    def arm(self, command: bytes, moment: Moment) -> None:
        """Breaks what is connected, then cuts once, at the next command that matches this expression."""
        self.struck.clear()
        with self._lock:
            self._armed = re.compile(command), moment
            # What an old line is in the middle of counts for nothing.
            before, self._lines_now = self._lines_now, set()
        for line in before:
            line.cut()

    def moment_for(self, line: Line, sent: bytes) -> Moment | None:
        """Whether this command is the one; each arming is good for one."""
        with self._lock:
            if self._armed is None or line not in self._lines_now or not self._armed[0].search(sent):
                return None
            moment, self._armed = self._armed[1], None
            return moment

    def add(self, line: Line) -> None:
        with self._lock:
            super().add(line)
            self._lines_now.add(line)


cutting_proxy = CuttingProxy.open
