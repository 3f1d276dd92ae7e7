"""The files that hold mail below a path: mbox files, Maildirs with their subfolders, single mails, archives of these.

Told apart by what is in them, since mail programs give them any name. Links are not followed."""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from helpdesk.errors import Invalid
from intake.importing import archive
from intake.importing.folders import is_sent, is_unwanted

PEEK_BYTES = 4096
MBOX = re.compile(rb"From [^\r\n]{0,300}\r?\n")
MAIL = re.compile(rb"\s*(?:[!-9;-~]{1,100}[ \t]*:)")
# RFC 5322 requires neither in the first lines, but a text file that happens to begin with "Note:" has none at all.
FIELDS = re.compile(
    rb"^(?:from|date|received|return-path|message-id|subject|to|delivered-to|mime-version|content-type)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
# The flag T of a Maildir, as in "cur/1700000000.M1P2.host:2,ST".
TRASHED = re.compile(r"/(?:cur|new)/[^/]*[:;!]2,[A-Z]*T[A-Z]*$")
OTHER_ENDINGS = (".pst", ".ost", ".msg")


@dataclass(frozen=True, slots=True)
class Holder:
    """One file with mail in it. `name` is what people know it by; `sent`: we wrote what is in it."""

    path: Path
    name: str
    is_mbox: bool
    sent: bool


@dataclass(slots=True)
class Left:
    """What was left aside: `unwanted` files of drafts, junk, trash and deleted mail, `strange` ones hold no mail."""

    unwanted: int = 0
    strange: int = 0


def holders(top: Path, work: Path, left: Left, tick: Callable[[], None]) -> Iterator[Holder]:
    """All files with mail at or below `top`. `work`: an empty folder for what is unpacked.

    Raises Invalid for what is not there or can't be read as mail at all."""
    if not top.exists():
        raise Invalid(f"There is no {top}. Check the path, on the machine that does the import.")
    for number, (name, path) in enumerate(_files(top, work, tick)):
        if number % 200 == 0:
            tick()
        # What was named itself is wanted, whatever it is called.
        parts = PurePosixPath(name).parts
        if is_unwanted(parts) or TRASHED.search(f"/{name}"):
            left.unwanted += 1
            continue
        is_mbox = _holds(path, name)
        if is_mbox is None:
            left.strange += 1
            continue
        yield Holder(path, f"{top.name}/{name}" if name else top.name, is_mbox, is_sent((top.name, *parts)))


def _files(top: Path, work: Path, tick: Callable[[], None]) -> Iterator[tuple[str, Path]]:
    """(name below the top, path)"""
    found = _walk(top) if top.is_dir() else [top]
    for number, path in enumerate(found):
        name = "" if path == top else path.relative_to(top).as_posix()
        if _is_packed(path):
            for inside, unpacked in archive.unpack(path, work / f"{number}", tick):
                if not _is_hidden(inside):
                    yield f"{name}/{inside}".strip("/"), unpacked
        elif path == top and path.suffix.lower() in OTHER_ENDINGS and _holds(path, name) is None:
            raise Invalid(f"{path.name} is in Outlook's own format. Turn it into mbox files first, with readpst.")
        else:
            yield name, path


def _walk(top: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(top):
        # "tmp" beside "cur" holds mails that were never completely delivered (the Maildir convention).
        folders[:] = sorted(one for one in folders if not (one == "tmp" and "cur" in folders))
        for name in sorted(names):
            path = Path(folder, name)
            if path.is_file() and not path.is_symlink() and not _is_hidden(name):
                yield path


def _is_hidden(name: str) -> bool:
    base = PurePosixPath(name).name
    return base.startswith(".") or base.endswith(".msf")


def _is_packed(path: Path) -> bool:
    # Most files begin like a mail; asking the archive modules costs several reads each.
    with path.open("rb") as file:
        head = file.read(PEEK_BYTES)
    return not _reads_as_mail(head) and archive.is_archive(path)


def _holds(path: Path, name: str) -> bool | None:
    """True: many mails (mbox); False: one; None: no mail."""
    with path.open("rb") as file:
        head = file.read(PEEK_BYTES)
    if MBOX.match(head):
        return True
    if not head.strip():
        return None
    folder = PurePosixPath(name).parts[-2:-1]
    is_named = name.lower().endswith(".eml") or path.suffix.lower() == ".eml" or folder in (("cur",), ("new",))
    return False if is_named or _reads_as_mail(head) else None


def _reads_as_mail(head: bytes) -> bool:
    return bool(MBOX.match(head) or (MAIL.match(head) and FIELDS.search(head)))
