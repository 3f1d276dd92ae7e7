"""All mails of an import in the order in which they were written, as numbers: some fifty bytes for each, no text.

Threads are put together oldest first, so the whole has to be known before the first mail is filed."""

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from glob import escape
from hashlib import sha256
from math import inf
from pathlib import Path

from intake.importing import mbox
from intake.importing.files import Holder, Left, holders
from intake.mail.headers import Headers, read_headers
from intake.mail.limits import Allowance, Limits
from intake.mail.threads import date

DELETED = 0x0008  # of X-Mozilla-Status: gone for the reader, still in the file until it is compacted
INTERNAL = "x-imap"  # the first "mail" of an mbox that UW IMAP or Pine has touched
TICK_EVERY = 200


@dataclass(frozen=True, slots=True)
class Found:
    """One mail: where it is, when it says it was written (None: it does not say), whether we wrote it."""

    path: Path
    name: str
    span: mbox.Span | None  # None: the file is the mail
    at: datetime | None
    sent: bool
    size: int

    @property
    def place(self) -> str:
        return f"{self.name} at byte {self.span.offset}" if self.span else self.name

    def read(self) -> bytes:
        """Raises OSError when the file is gone."""
        if self.span is None:
            return _path_now(self.path).read_bytes()
        with self.path.open("rb") as file:
            return mbox.read(file, self.span)


@dataclass
class Catalogue:
    left: Left = field(default_factory=Left)
    _holders: list[Holder] = field(default_factory=list)
    _first: "array[int]" = field(default_factory=lambda: array("Q"))  # of each holder: the number of its first mail
    _at: "array[float]" = field(default_factory=lambda: array("d"))
    _offset: "array[int]" = field(default_factory=lambda: array("Q"))
    _length: "array[int]" = field(default_factory=lambda: array("Q"))
    _counted: bytearray = field(default_factory=bytearray)

    def __len__(self) -> int:
        return len(self._at)

    @property
    def oldest(self) -> datetime | None:
        return _moment(min(self._at, default=inf))

    @property
    def newest(self) -> datetime | None:
        return _moment(max((at for at in self._at if at != inf), default=inf))

    def ordered(self) -> Iterator[Found]:
        """Oldest first; those without a date last. Of one moment, as they stood in the files."""
        for number in sorted(range(len(self._at)), key=self._at.__getitem__):
            holder = self._holders[bisect_right(self._first, number) - 1]
            span = mbox.Span(self._offset[number], self._length[number], bool(self._counted[number]))
            yield Found(
                holder.path,
                holder.name,
                span if holder.is_mbox else None,
                _moment(self._at[number]),
                holder.sent,
                span.length,
            )

    def add(self, holder: Holder, tick: Callable[[], None]) -> None:
        self._holders.append(holder)
        self._first.append(len(self._at))
        with holder.path.open("rb") as file:
            if not holder.is_mbox:
                headers, _ = read_headers(file.read(mbox.HEADER_BYTES), 0, Allowance(Limits()))
                self._note(headers, mbox.Span(0, holder.path.stat().st_size, counted=False))
                return
            for number, (span, headers) in enumerate(mbox.spans(file)):
                if number % TICK_EVERY == 0:
                    tick()
                if _is_deleted(headers) or (number == 0 and headers.has(INTERNAL)):
                    self.left.unwanted += 1
                else:
                    self._note(headers, span)

    def _note(self, headers: Headers, span: mbox.Span) -> None:
        written = date(headers, Allowance(Limits()))
        self._at.append(written.timestamp() if written else inf)
        self._offset.append(span.offset)
        self._length.append(span.length)
        self._counted.append(span.counted)


def catalogue(paths: list[Path], work: Path, tick: Callable[[], None]) -> Catalogue:
    """Everything at these paths. `tick` is called now and then, and may raise to end it. Raises Invalid, OSError."""
    made = Catalogue()
    for number, path in enumerate(paths):
        for holder in holders(path, work / f"{number}", made.left, tick):
            made.add(holder, tick)
    return made


def content_hash(raw: bytes) -> str:
    """The same for one mail in an mbox, in a Maildir and as an .eml, which differ in the ends of lines only."""
    return sha256(raw.replace(b"\r\n", b"\n").strip(b"\n")).hexdigest()


def _path_now(path: Path) -> Path:
    """Where the file is: a mail program that marks a mail as read renames it in its Maildir."""
    if path.exists() or path.parent.name not in ("cur", "new"):
        return path
    base = path.name.partition(":2,")[0]
    beside = (one for folder in ("cur", "new") for one in (path.parent.parent / folder).glob(f"{escape(base)}*"))
    return next(beside, path)


def _is_deleted(headers: Headers) -> bool:
    status = headers.text("x-mozilla-status")
    try:
        return bool(int(status, 16) & DELETED) if status else False
    except ValueError:
        return False


def _moment(at: float) -> datetime | None:
    return None if at == inf else datetime.fromtimestamp(at, UTC)
