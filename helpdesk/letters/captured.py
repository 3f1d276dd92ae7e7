"""Letters kept in a folder instead of being sent: the demo's outbox, read by its mail viewer.

One .eml file each; the first header line says for whom the copy was. Keeping the same letter again changes nothing."""

import hashlib
import os
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

from helpdesk.letters.transport import nothing
from helpdesk.letters.wire import from_bytes, to_bytes
from helpdesk.mailboxes.mailbox import Mailbox

_FOR = "X-Envelope-To"
_NAME = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{16}\.eml")
_HEADERS_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Captured:
    """One line of the viewer. `name` is the file's, and what `read` takes."""

    name: str
    at: datetime
    recipient: str
    sender: str
    subject: str


class CapturingTransport:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(
        self, letter: EmailMessage, mailbox: Mailbox, recipient: str, about_to_send: Callable[[], None] = nothing
    ) -> str:
        """Keeps the letter; it would survive a power cut once this returns."""
        about_to_send()
        content = f"{_FOR}: {recipient}\r\n".encode() + to_bytes(letter)
        at = letter["Date"].datetime.astimezone(UTC)
        name = f"{at:%Y%m%dT%H%M%SZ}-{hashlib.sha256(content).hexdigest()[:16]}.eml"
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _keep(self.folder, name, content)
        return f"250 kept as {name}"


def captured(folder: Path, limit: int = 200) -> list[Captured]:
    """What was kept, the newest first."""
    names = (path.name for path in folder.glob("*.eml"))
    newest = sorted((name for name in names if _NAME.fullmatch(name)), reverse=True)[:limit]
    return [_line(folder, name) for name in newest]


def read(folder: Path, name: str) -> EmailMessage | None:
    """One letter as it would have been sent; None for a name that is none of ours or no longer there."""
    if not _NAME.fullmatch(name) or not (folder / name).is_file():
        return None
    return from_bytes((folder / name).read_bytes())


def forget_captured(folder: Path, name: str) -> None:
    """Removes one letter; a name that is none of ours, or is gone already, changes nothing."""
    if _NAME.fullmatch(name):
        (folder / name).unlink(missing_ok=True)


def _line(folder: Path, name: str) -> Captured:
    with (folder / name).open("rb") as file:
        start = file.read(_HEADERS_BYTES).partition(b"\r\n\r\n")[0]
    headers = from_bytes(start[: start.rfind(b"\r\n")] if len(start) == _HEADERS_BYTES else start)
    at = datetime.strptime(name.partition("-")[0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return Captured(name, at, *(str(headers[field] or "") for field in (_FOR, "From", "Subject")))


def _keep(folder: Path, name: str, content: bytes) -> None:
    descriptor, beside = tempfile.mkstemp(dir=folder, prefix=".new-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(beside).replace(folder / name)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
