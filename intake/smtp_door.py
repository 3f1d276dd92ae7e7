"""The SMTP and LMTP listener: mail from the site's own mail server, or from the demo's one-line command.

Off unless configured. It takes mail for its own recipients from allowed networks only and passes nothing on,
so it can't be an open relay. A mail is accepted (250) after `deliver` has returned, and not before.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from socket import AF_INET, AF_INET6, create_server
from types import TracebackType
from typing import Self

from intake.smtp_envelope import DoorRules, Envelope
from intake.smtp_protocol import Desk, DoorController, LmtpProtocol, SmtpProtocol

AT_ONCE = 4  # deliveries; further ones wait in their connection


class SmtpDoor:
    """Listens from `start` to `stop`, or as a context manager. `port` says which, when 0 was given.

    `deliver` is called in a thread, several at once, and returns once the mail is durably recorded. Whatever it
    raises is answered with 451: the client keeps the mail and tries again. A client that loses the connection
    before it reads the 250 sends the same mail again, so `deliver` has to know it by its bytes.
    """

    def __init__(
        self,
        deliver: Callable[[Envelope], None],
        rules: DoorRules,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        hostname: str = "localhost",
        lmtp: bool = False,
    ) -> None:
        self.host = host
        self.port = port
        self._deliver = deliver
        self._rules = rules
        self._hostname = hostname
        self._protocol = LmtpProtocol if lmtp else SmtpProtocol
        self._open: tuple[DoorController, Desk, ThreadPoolExecutor] | None = None

    def start(self) -> Self:
        """Opens the port. Raises OSError when it is taken, or when `host` isn't an address of this machine."""
        listening = create_server((self.host, self.port), family=AF_INET6 if ":" in self.host else AF_INET)
        self.port = listening.getsockname()[1]
        pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="smtp-door")
        desk = Desk(self._deliver, self._rules, pool)
        controller = DoorController(desk, self._protocol, self._hostname, listening)
        self._open = (controller, desk, pool)
        controller.start()
        return self

    def stop(self) -> None:
        """Closes the door. Deliveries under way are finished and answered first."""
        if self._open is None:
            return
        controller, desk, pool = self._open
        self._open = None
        desk.close()
        controller.stop()
        pool.shutdown()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
