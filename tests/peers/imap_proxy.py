"""Stands between a mail program and its IMAP server, and cuts the line where the test says."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

PIECE_BYTES = 65536


def never(sent: bytes) -> bool:
    return False


def refuse(sent: bytes) -> bytes:
    """The answer NO to a command, as a server gives it that can't carry the command out."""
    return sent.split(maxsplit=1)[0] + b" NO [SERVERBUG] Internal error\r\n"


class ImapProxy:
    """Use `imap_proxy(port)`. The four callables may be replaced at any time."""

    host = "127.0.0.1"

    def __init__(self, server_port: int) -> None:
        self.cut_before: Callable[[bytes], bool] = never  # what the client sends; True: it never arrives
        self.cut_after: Callable[[bytes], bool] = never  # True: it is carried out, but the answer is lost
        self.refuse_when: Callable[[bytes], bool] = never  # True: answered with NO, and never arrives
        self.rewrite: Callable[[bytes], bytes] = lambda answer: answer
        self.sent: list[bytes] = []  # by the client, over all connections
        self.connections = 0
        self._server_port = server_port
        self._listening = socket.create_server((self.host, 0))
        self.port: int = self._listening.getsockname()[1]
        self._lines: list[Line] = []
        self._thread = Thread(target=self._accept, daemon=True)
        self._thread.start()

    def cut(self) -> None:
        """Breaks all connections."""
        for line in self._lines:
            line.cut()

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listening.close()
        self.cut()
        for line in self._lines:
            line.join()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                self.connections += 1
                try:
                    server = socket.create_connection((self.host, self._server_port))
                except OSError:
                    client.close()
                    continue
                self._lines.append(Line(self, client, server))


class Line:
    """One connection through the proxy."""

    def __init__(self, proxy: ImapProxy, client: socket.socket, server: socket.socket) -> None:
        self._proxy, self._client, self._server = proxy, client, server
        self._lose_answer = Event()
        self._threads = [Thread(target=pump, daemon=True) for pump in (self._upwards, self._downwards)]
        for thread in self._threads:
            thread.start()

    def _upwards(self) -> None:
        with suppress(OSError):
            while sent := self._client.recv(PIECE_BYTES):
                self._proxy.sent.append(sent)
                if self._proxy.cut_before(sent):
                    break
                if self._proxy.refuse_when(sent):
                    self._client.sendall(refuse(sent))
                    continue
                if self._proxy.cut_after(sent):
                    self._lose_answer.set()
                self._server.sendall(sent)
        self.cut()

    def _downwards(self) -> None:
        with suppress(OSError):
            while (answer := self._server.recv(PIECE_BYTES)) and not self._lose_answer.is_set():
                self._client.sendall(self._proxy.rewrite(answer))
        self.cut()

    def cut(self) -> None:
        for end in (self._client, self._server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def join(self) -> None:
        for thread in self._threads:
            thread.join()
        self._client.close()
        self._server.close()


@contextmanager
def imap_proxy(server_port: int) -> Iterator[ImapProxy]:
    proxy = ImapProxy(server_port)
    try:
        yield proxy
    finally:
        proxy.close()
