"""Stands between a mail program and its IMAP server, and cuts the line where the test says."""

import socket
from collections.abc import Callable
from threading import Event

from tests.peers.line_proxy import PIECE_BYTES, Line, LineProxy


def never(sent: bytes) -> bool:
    return False


def refuse(sent: bytes) -> bytes:
    """The answer NO to a command, as a server gives it that can't carry the command out."""
    return sent.split(maxsplit=1)[0] + b" NO [SERVERBUG] Internal error\r\n"


class _Line(Line):
    def __init__(self, proxy: "ImapProxy", client: socket.socket, server: socket.socket) -> None:
        super().__init__(proxy, client, server)
        self._lose_answer = Event()

    def upwards(self) -> None:
        while sent := self.client.recv(PIECE_BYTES):
            self.proxy.sent.append(sent)
            if self.proxy.cut_before(sent):
                break
            if self.proxy.refuse_when(sent):
                self.client.sendall(refuse(sent))
                continue
            if self.proxy.cut_after(sent):
                self._lose_answer.set()
            self.server.sendall(sent)

    def downwards(self) -> None:
        while (answer := self.server.recv(PIECE_BYTES)) and not self._lose_answer.is_set():
            self.client.sendall(self.proxy.rewrite(answer))


class ImapProxy(LineProxy):
    """Use `imap_proxy(port)`. The four callables may be replaced at any time."""

    line_kind = _Line

    def __init__(self, server_port: int) -> None:
        self.cut_before: Callable[[bytes], bool] = never  # what the client sends; True: it never arrives
        self.cut_after: Callable[[bytes], bool] = never  # True: it is carried out, but the answer is lost
        self.refuse_when: Callable[[bytes], bool] = never  # True: answered with NO, and never arrives
        self.rewrite: Callable[[bytes], bytes] = lambda answer: answer
        self.sent: list[bytes] = []  # by the client, over all connections
        self.connections = 0
        super().__init__(server_port)

    def accepted(self) -> None:
        self.connections += 1


imap_proxy = ImapProxy.open
