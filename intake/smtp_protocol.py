"""The conversation at the SMTP door: answers, limits, one reply for each recipient in LMTP. Used by `smtp_door` only.

aiosmtpd reads commands; DATA is read here, because it refuses lines over 1,000 bytes, which real mail has, and
answers once where LMTP wants one answer for each recipient (RFC 2033 section 4.2).
"""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from socket import socket
from threading import Condition
from typing import Any

import structlog
from aiosmtpd.controller import Controller
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP
from aiosmtpd.smtp import Envelope as Transaction

from intake.smtp_envelope import DoorRules, Envelope
from intake.source import CONTROL

RECIPIENTS_MAX = 100  # as many as RFC 5321 section 4.5.3.1.8 wants to be taken
SILENCE_SECONDS = 120.0
PIECE_BYTES = 256 * 1024
CLOSE_SECONDS = 10.0

GO_AHEAD = "354 End data with <CR><LF>.<CR><LF>"
RECORDED = "250 2.0.0 Recorded"
TRY_AGAIN = "451 4.3.0 Not recorded; please send it again later"
CLOSING = "421 4.3.2 Closing; please send it again later"
TOO_MANY = "452 4.5.3 Too many recipients; send the others in another transaction"
UNKNOWN = "550 5.1.1 No such recipient here"
TOO_LARGE = "552 5.3.4 Message is larger than the {limit} bytes taken here"
MALFORMED = "553 5.1.3 Not an address"
STRANGER = "554 5.7.1 No mail is taken from your network"

log = structlog.get_logger(__name__)


class Desk:
    """Decides about each transaction. aiosmtpd calls the `handle_` methods in its event loop."""

    def __init__(self, deliver: Callable[[Envelope], None], rules: DoorRules, pool: ThreadPoolExecutor) -> None:
        self.rules = rules
        self._deliver = deliver
        self._pool = pool
        self._idle = Condition()
        self._under_way = 0
        self._closing = False

    async def handle_MAIL(
        self, server: SMTP, session: Any, envelope: Transaction, address: str, options: list[str]
    ) -> str:
        if not self.rules.knows(session.peer[0]):
            return STRANGER
        if not _sound(address):
            return MALFORMED
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Any, envelope: Transaction, address: str, options: list[str]
    ) -> str:
        if not _sound(address):
            return MALFORMED
        if len(envelope.rcpt_tos) >= RECIPIENTS_MAX:
            return TOO_MANY
        if not await self._in_thread(self.rules.recipient_allowed, address):
            return UNKNOWN
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_exception(self, error: Exception) -> str:
        log.error("smtp conversation failed", exc_info=error)
        return TRY_AGAIN

    async def receive(self, session: Any, envelope: Transaction, raw: bytes) -> str:
        """The answer to a complete mail."""
        sender = envelope.mail_from or ""
        mail = Envelope(
            mail_from="" if sender == "<>" else sender,
            rcpt_tos=tuple(envelope.rcpt_tos),
            raw=raw,
            peer=session.peer[0],
            helo=session.host_name or "",
            smtp_utf8=envelope.smtp_utf8,
        )
        try:
            await self._in_thread(self._deliver, mail)
        except Exception:  # whatever it was, the client still has the mail
            log.exception("mail not recorded", peer=mail.peer, mail_from=mail.mail_from, size=len(raw))
            return TRY_AGAIN
        return RECORDED

    async def _in_thread(self, call: Callable[[Any], Any], argument: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._pool, call, argument)

    @contextmanager
    def under_way(self) -> Iterator[bool]:
        """Around receiving and answering one mail; gives False when the door is closing."""
        with self._idle:
            open_ = not self._closing
            self._under_way += open_
        try:
            yield open_
        finally:
            with self._idle:
                self._under_way -= open_
                self._idle.notify_all()

    def close(self) -> None:
        """Takes no further mail and waits until those under way are answered, for 10 seconds at most."""
        with self._idle:
            self._closing = True
            self._idle.wait_for(lambda: not self._under_way, CLOSE_SECONDS)


class SmtpProtocol(SMTP):
    """SMTP with 8BITMIME, SMTPUTF8 and SIZE."""

    line_length_limit = PIECE_BYTES
    answers_each = False

    async def push(self, status: Any) -> None:
        # aiosmtpd answers a too large SIZE parameter by itself, without the code of RFC 3463.
        if isinstance(status, str) and status.startswith("552 Error"):
            status = TOO_LARGE.format(limit=self.data_size_limit)
        await super().push(status)

    async def smtp_DATA(self, arg: str | None) -> None:
        if await self.check_helo_needed():
            return
        assert self.envelope is not None
        if arg or not self.envelope.rcpt_tos:
            await self.push("501 5.5.4 Syntax: DATA" if arg else "503 5.5.1 Need RCPT first")
            return
        await self.push(GO_AHEAD)
        raw = await self._message()
        desk: Desk = self.event_handler
        with desk.under_way() as open_:
            answer = await self._answer(raw) if open_ else CLOSING
            repeat = len(self.envelope.rcpt_tos) if self.answers_each else 1
            self.envelope = self._create_envelope()
            await self.push("\r\n".join([answer] * repeat))

    async def _answer(self, raw: bytes | None) -> str:
        assert self.envelope is not None
        if raw is None:
            return TOO_LARGE.format(limit=self.data_size_limit)
        desk: Desk = self.event_handler
        return await desk.receive(self.session, self.envelope, raw)

    async def _message(self) -> bytes | None:
        """Reads up to the lone dot; None when it was too large, of which nothing is kept in memory."""
        raw = bytearray()
        size, limit = 0, self.data_size_limit or 0
        at_line_start = True
        while (piece := await self._piece()) != b".\r\n" or not at_line_start:
            if at_line_start and piece.startswith(b"."):
                piece = piece[1:]  # dot-stuffing, RFC 5321 section 4.5.2
            at_line_start = piece.endswith(b"\r\n")
            size += len(piece)
            if size > limit:
                raw.clear()
            else:
                raw += piece
        return bytes(raw) if size <= limit else None

    async def _piece(self) -> bytes:
        """A line with its CRLF, or the next part of a line that is longer than the buffer."""
        self._reset_timeout()
        try:
            return await self._reader.readuntil(b"\r\n")
        except asyncio.LimitOverrunError as longer:
            return await self._reader.read(longer.consumed)


class LmtpProtocol(SmtpProtocol, LMTP):
    """LMTP (RFC 2033): LHLO, and after DATA one answer for each recipient."""

    answers_each = True


class DoorController(Controller):
    """Runs the event loop in a thread, on a socket that is listening already."""

    def __init__(self, desk: Desk, protocol: type[SmtpProtocol], hostname: str, listening: socket) -> None:
        host, port = listening.getsockname()[:2]
        super().__init__(desk, hostname=host, port=port)
        self._protocol = protocol
        self._announced = hostname
        self._listening = listening

    def factory(self) -> SMTP:
        desk: Desk = self.handler
        return self._protocol(
            desk,
            data_size_limit=desk.rules.message_bytes_max,
            enable_SMTPUTF8=True,
            hostname=self._announced,
            ident="mail door",
            timeout=SILENCE_SECONDS,
            auth_exclude_mechanism=["LOGIN", "PLAIN"],
            loop=self.loop,
        )

    def _create_server(self) -> Any:
        return self.loop.create_server(self._factory_invoker, sock=self._listening)


def _sound(address: str) -> bool:
    """False for what no database column and no letter could carry: control characters, bytes that aren't UTF-8."""
    return not CONTROL.search(address) and not any("\ud800" <= letter <= "\udfff" for letter in address)
