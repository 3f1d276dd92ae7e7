"""What the proxies between a mail program and its IMAP server share: they listen, pass on, and cut. A proxy names its
kind of `Line`, and a line says what happens to the bytes that pass."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from typing import Any, ClassVar, Self

PIECE_BYTES = 65536


class Line:
    """One connection through a proxy. A subclass pumps in `upwards` what the client sends, in `downwards` what the
    server says; when a pump ends or its socket breaks, the line is cut."""

    def __init__(self, proxy: Any, client: socket.socket, server: socket.socket) -> None:
        self.proxy, self.client, self.server = proxy, client, server
        self._threads = [Thread(target=self._pump, args=(way,), daemon=True) for way in (self.upwards, self.downwards)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def upwards(self) -> None:
        raise NotImplementedError

    def downwards(self) -> None:
        raise NotImplementedError

    def cut(self) -> None:
        for end in (self.client, self.server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        for thread in self._threads:
            thread.join()
        self.client.close()
        self.server.close()

    def _pump(self, way: Any) -> None:
        with suppress(OSError):
            way()
        self.cut()


class LineProxy:
    """Listens from `open` on, which a test enters, until its end."""

    host = "127.0.0.1"
    line_kind: ClassVar[type[Line]] = Line

    def __init__(self, server_port: int) -> None:
        self.lines: list[Line] = []
        self._server_port = server_port
        self._listening = socket.create_server((self.host, 0))
        self.port: int = self._listening.getsockname()[1]
        self._thread = Thread(target=self._accept, daemon=True)
        self._thread.start()

    @classmethod
    @contextmanager
    def open(cls, server_port: int) -> Iterator[Self]:
        proxy = cls(server_port)
        try:
            yield proxy
        finally:
            proxy.close()

    def cut(self) -> None:
        """Breaks all connections."""
        for line in list(self.lines):
            line.cut()

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listening.close()
        self.cut()
        for line in self.lines:
            line.close()

    def accepted(self) -> None:
        """Told of every connection, also of those that the server then refuses."""

    def add(self, line: Line) -> None:
        self.lines.append(line)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                self.accepted()
                try:
                    server = socket.create_connection((self.host, self._server_port))
                except OSError:
                    client.close()
                    continue
                line = self.line_kind(self, client, server)
                self.add(line)
                line.start()
