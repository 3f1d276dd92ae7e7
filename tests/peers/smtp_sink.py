"""A real SMTP server that keeps what it is sent, and answers as the test's script says."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from socket import create_server
from threading import Condition
from typing import Any, Literal

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

DROP = "drop"  # as an answer: close the connection instead

Stage = Literal["MAIL", "RCPT", "DATA"]


@dataclass(frozen=True)
class Captured:
    mail_from: str
    rcpt_tos: tuple[str, ...]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        return BytesParser(policy=policy.default).parsebytes(self.raw)  # type: ignore[return-value]


class SmtpSink:
    """Use `smtp_sink()`. Accepts everything until `answer_next` or `answer_always` says otherwise."""

    host = "127.0.0.1"

    def __init__(self) -> None:
        self.port = 0
        self.sessions = 0
        self._mails: list[Captured] = []
        self._arrived = Condition()
        self._next: dict[str, list[str]] = {"MAIL": [], "RCPT": [], "DATA": []}
        self._always: dict[tuple[str, str], str] = {}

    @property
    def mails(self) -> list[Captured]:
        """Accepted so far, in order."""
        with self._arrived:
            return list(self._mails)

    def wait_for_mails(self, number: int, timeout_seconds: float = 20.0) -> list[Captured]:
        """Returns all mails as soon as there are `number` of them; fails the test when there aren't in time."""
        with self._arrived:
            enough = self._arrived.wait_for(lambda: len(self._mails) >= number, timeout_seconds)
            assert enough, f"{len(self._mails)} of {number} mails within {timeout_seconds} s"
            return list(self._mails)

    def clear(self) -> None:
        """Forgets mails and script."""
        with self._arrived:
            self._mails.clear()
        self._always.clear()
        for answers in self._next.values():
            answers.clear()

    def answer_next(self, stage: Stage, *answers: str) -> None:
        """One answer for each of the next times this stage is reached: "451 4.3.0 Later", or DROP."""
        self._next[stage].extend(answers)

    def answer_always(self, stage: Stage, answer: str, address: str = "") -> None:
        """The answer from now on; for MAIL and RCPT only to `address`, when one is given."""
        self._always[stage, address.lower()] = answer

    async def handle_EHLO(
        self, server: SMTP, session: Any, envelope: Any, hostname: str, answers: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.sessions += 1
        return answers

    async def handle_MAIL(self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if answer := self._script(server, "MAIL", address):
            return answer
        envelope.mail_from = address
        return "250 2.1.0 OK"

    async def handle_RCPT(self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if answer := self._script(server, "RCPT", address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        if answer := self._script(server, "DATA"):
            return answer
        sender = "" if envelope.mail_from == "<>" else envelope.mail_from
        with self._arrived:
            self._mails.append(Captured(sender, tuple(envelope.rcpt_tos), envelope.content))
            self._arrived.notify_all()
        return "250 2.0.0 Kept"

    def _script(self, server: SMTP, stage: Stage, address: str = "") -> str:
        planned = self._next[stage]
        always = self._always.get((stage, address.lower()), self._always.get((stage, ""), ""))
        answer = planned.pop(0) if planned else always
        if answer != DROP:
            return answer
        server.transport.abort()
        return "421 4.3.0 Closing"


class _SinkController(Controller):
    """Listens on the socket it is given, so that no other test can take the port in between."""

    def __init__(self, sink: SmtpSink) -> None:
        self._listening = create_server((sink.host, 0))
        sink.port = self._listening.getsockname()[1]
        super().__init__(sink, hostname=sink.host, port=sink.port)

    def _create_server(self) -> Any:
        return self.loop.create_server(self._factory_invoker, sock=self._listening)


@contextmanager
def smtp_sink() -> Iterator[SmtpSink]:
    sink = SmtpSink()
    controller = _SinkController(sink)
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()
