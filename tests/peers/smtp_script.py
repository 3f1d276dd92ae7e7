"""An SMTP server that fails where the test says: an answer or a hang-up at one stage of its next sessions. It speaks
by hand what aiosmtpd would do too well, such as taking a letter and hanging up before it says so."""

import re
import socket
import ssl
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock, Thread
from typing import BinaryIO

from tests.peers.certificates import Certificates

STAGES = ("CONNECT", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "DOT")
DROP = "drop"  # hangs up instead of an answer; at DOT: before it has kept the letter
KEEP_AND_DROP = "keep and drop"  # at DOT: the letter is kept, and nobody hears of it
USUAL = {
    "CONNECT": "220 ready",
    "STARTTLS": "220 go ahead",
    "AUTH": "235 2.7.0 welcome",
    "MAIL": "250 2.1.0 OK",
    "RCPT": "250 2.1.5 OK",
    "DATA": "354 go on",
    "DOT": "250 2.0.0 kept",
}


class _HungUp(Exception):
    """The session is over."""


class SmtpScript:
    """Use `smtp_script()`. Keeps how often each Message-ID was taken."""

    host = "127.0.0.1"

    def __init__(self, certificates: Certificates | None) -> None:
        self.kept: Counter[str] = Counter()
        self.struck = 0
        self._planned: dict[str, list[str]] = {stage: [] for stage in STAGES}
        self._lock = Lock()
        self.tls: ssl.SSLContext | None = None
        if certificates is not None:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(certificates.certificate, certificates.key)
        self._listening = socket.create_server((self.host, 0))
        self.port: int = self._listening.getsockname()[1]
        self._thread = Thread(target=self._accept, daemon=True)
        self._thread.start()

    def fail(self, stage: str, answer: str, times: int = 1) -> None:
        """The next so many times this stage is reached: an answer such as "451 4.3.0 later", DROP, KEEP_AND_DROP."""
        with self._lock:
            self._planned[stage] = [answer] * times

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                peer, _ = self._listening.accept()
                Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer: socket.socket) -> None:
        with suppress(OSError, _HungUp):
            peer.settimeout(30)
            session = _Session(self, peer)
            try:
                session.run()
            finally:
                session.close()

    def planned(self, stage: str) -> str:
        with self._lock:
            if not self._planned[stage]:
                return ""
            self.struck += 1
            return self._planned[stage].pop(0)

    def keep(self, raw: bytes) -> None:
        found = re.search(rb"^Message-ID:\s*<([^>]+)>", raw, re.IGNORECASE | re.MULTILINE)
        with self._lock:
            self.kept[found[1].decode() if found else "none"] += 1


class _Session:
    def __init__(self, server: SmtpScript, peer: socket.socket) -> None:
        self.server, self.peer = server, peer
        self.stream: BinaryIO = peer.makefile("rwb", 0)  # type: ignore[assignment]
        self.is_secure = False

    def run(self) -> None:
        self.stage("CONNECT")
        while line := self.stream.readline():
            verb = line.split()[0].decode("ascii", "replace").upper() if line.split() else ""
            if verb in ("EHLO", "HELO"):
                self.hello()
            elif verb == "STARTTLS":
                self.secure()
            elif verb == "DATA":
                self.letter()
            elif verb in USUAL:
                self.stage(verb)
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 OK" if verb in ("RSET", "NOOP") else "500 what?")

    def close(self) -> None:
        self.stream.close()
        self.peer.close()

    def stage(self, name: str) -> bool:
        """Answers; True when the answer is the usual one."""
        planned = self.server.planned(name)
        if planned in (DROP, KEEP_AND_DROP):
            raise _HungUp
        self.say(planned or USUAL[name])
        return not planned

    def hello(self) -> None:
        planned = self.server.planned("EHLO")
        if planned == DROP:
            raise _HungUp
        offers = ["250-script", "250-AUTH PLAIN"]
        if self.server.tls is not None and not self.is_secure:
            offers.append("250-STARTTLS")
        self.say(planned or "\r\n".join([*offers, "250 8BITMIME"]))

    def secure(self) -> None:
        if self.stage("STARTTLS") and self.server.tls is not None:
            self.stream.close()
            self.peer = self.server.tls.wrap_socket(self.peer, server_side=True)
            self.stream, self.is_secure = self.peer.makefile("rwb", 0), True  # type: ignore[assignment]

    def letter(self) -> None:
        if not self.stage("DATA"):
            return
        lines = []
        while (line := self.stream.readline()) != b".\r\n":
            if not line:
                raise _HungUp
            lines.append(line)
        planned = self.server.planned("DOT")
        if planned in ("", KEEP_AND_DROP):
            self.server.keep(b"".join(lines))
        if planned in (DROP, KEEP_AND_DROP):
            raise _HungUp
        self.say(planned or USUAL["DOT"])

    def say(self, answer: str) -> None:
        self.stream.write(answer.encode() + b"\r\n")


@contextmanager
def smtp_script(certificates: Certificates | None = None) -> Iterator[SmtpScript]:
    """With certificates it offers STARTTLS."""
    server = SmtpScript(certificates)
    try:
        yield server
    finally:
        server.close()
