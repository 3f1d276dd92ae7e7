"""A name server on loopback that answers TXT questions from a table, and counts them."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread

import dns.flags
import dns.message
import dns.rcode
import dns.rrset


@dataclass
class DnsServer:
    """`records`: name without the last dot -> text. `is_silent`: it hears and says nothing."""

    port: int
    records: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    is_silent: bool = False

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def answer(self, question: bytes) -> bytes:
        query = dns.message.from_wire(question)
        name = query.question[0].name
        self.asked.append(name.to_text(omit_final_dot=True))
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.RA
        text = self.records.get(self.asked[-1])
        if text is None:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        else:
            parts = " ".join(f'"{text[start : start + 200]}"' for start in range(0, len(text), 200))
            reply.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", parts))
        return reply.to_wire()


@contextmanager
def dns_server() -> Iterator[DnsServer]:
    stop = Event()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
        door.bind(("127.0.0.1", 0))
        door.settimeout(0.1)
        server = DnsServer(door.getsockname()[1])

        def serve() -> None:
            while not stop.is_set():
                try:
                    question, peer = door.recvfrom(4096)
                except TimeoutError:
                    continue
                if not server.is_silent:
                    door.sendto(server.answer(question), peer)

        thread = Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            stop.set()
            thread.join()
