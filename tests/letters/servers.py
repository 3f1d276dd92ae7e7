"""Mail servers with habits that the sink of tests/peers does not have: sign-in, TLS, other greetings."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from socket import create_connection, create_server
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from threading import Thread
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from tests.peers.certificates import Certificates


class Kept:
    """Keeps envelopes; takes one sign-in."""

    def __init__(self, name: str = "help", password: str = "secret") -> None:
        self.envelopes: list[Any] = []
        self.tried: list[tuple[str, str]] = []
        self._expected = name, password

    def __call__(self, server: Any, session: Any, envelope: Any, mechanism: str, given: LoginPassword) -> AuthResult:
        self.tried.append((given.login.decode(), given.password.decode()))
        return AuthResult(success=self.tried[-1] == self._expected, handled=False)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.envelopes.append(envelope)
        return "250 2.0.0 Kept"


class _Controller(Controller):
    def __init__(self, handler: Any, *, wrapped: SSLContext | None = None, **options: Any) -> None:
        self._listening = create_server(("127.0.0.1", 0))
        super().__init__(handler, hostname="127.0.0.1", port=self._listening.getsockname()[1], **options)
        self._wrapped = wrapped

    def _create_server(self) -> Any:
        return self.loop.create_server(self._factory_invoker, sock=self._listening, ssl=self._wrapped)

    def _trigger_server(self) -> None:
        with create_connection((self.hostname, self.port)):  # aiosmtpd's own test call does not speak TLS
            self._factory_invoked.wait(self.ready_timeout)


@contextmanager
def mail_server(handler: Any, **options: Any) -> Iterator[int]:
    """Runs one on a free port of this machine; gives the port."""
    controller = _Controller(handler, **options)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def server_context(made: Certificates) -> SSLContext:
    context = SSLContext(PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.certificate, made.key)
    return context


@contextmanager
def scripted(*answers: bytes) -> Iterator[int]:
    """A server that says these lines: the first at once, each other when it has heard a command, or after 354 a
    letter. Then it hangs up."""
    listening = create_server(("127.0.0.1", 0))

    def speak() -> None:
        with listening, listening.accept()[0] as peer, suppress(ConnectionError), peer.makefile("rwb", 0) as stream:
            for answer in answers:
                stream.write(answer)
                heard = stream.readline()
                while answer.startswith(b"354") and heard not in (b".\r\n", b""):
                    heard = stream.readline()
                if not heard:
                    return

    thread = Thread(target=speak)
    thread.start()
    port = listening.getsockname()[1]
    try:
        yield port
    finally:
        with socket.socket() as knock:
            knock.connect_ex(("127.0.0.1", port))  # lets it go when nobody called
        thread.join()
