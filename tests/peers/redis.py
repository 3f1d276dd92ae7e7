"""A private Redis that keeps nothing on disk."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.peers.processes import Server, folder, free_port
from tests.peers.required import require


@contextmanager
def redis_server() -> Iterator[str]:
    """Gives its URL, redis://127.0.0.1:PORT/0."""
    program, port = require("redis-server"), free_port()
    with folder("redis") as where:
        settings = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(where)]
        server = Server([program, "--port", str(port), *settings], where / "redis.log")
        try:
            server.wait_until_accepting(port)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            server.stop()
