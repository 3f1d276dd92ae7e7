"""Archives of mail, unpacked flat into a folder of our own: no name in an archive ever becomes a path.

Caps against archives that are small and unpack to something huge. Archives within archives stay shut."""

import gzip
import lzma
import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from helpdesk.errors import Invalid

MEMBERS_MAX = 1_000_000
RATIO_MAX = 100  # text shrinks to a tenth, mail with a lot of quoting to a thirtieth
SMALL_BYTES = 256 * 1024 * 1024  # may always be unpacked, whatever the ratio
FREE_SHARE = 0.8  # of what the disk has left
BLOCK_BYTES = 1024 * 1024

# What the modules raise for an archive that is damaged, locked with a password, or packed in a way they don't know.
DAMAGE = (
    zipfile.BadZipFile, tarfile.TarError, gzip.BadGzipFile, zlib.error, lzma.LZMAError,
    EOFError, NotImplementedError, RuntimeError, ValueError,
)  # fmt: skip

Tick = Callable[[], None]


def is_archive(path: Path) -> bool:
    """By content, whatever it is called."""
    return zipfile.is_zipfile(path) or tarfile.is_tarfile(path)


def unpack(path: Path, into: Path, tick: Tick) -> Iterator[tuple[str, Path]]:
    """(name in the archive, file with it) of each ordinary file. Raises Invalid for a damaged or too large one."""
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir(parents=True, mode=0o700)
    room = _Room(path, into)
    try:
        for number, (name, opened) in enumerate(_members(path)):
            if number >= MEMBERS_MAX:
                raise Invalid(f"{path.name} has more than {MEMBERS_MAX:,} files in it. Import it in parts.")
            target = into / f"{number:07d}"
            with opened, target.open("xb") as file:
                room.copy(opened, file, tick)
            yield name, target
    except DAMAGE as error:
        raise Invalid(f"{path.name} can't be unpacked ({error}). Unpack it yourself and import the folder.") from error


def _members(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for one in archive.infolist():
                kind = stat.S_IFMT(one.external_attr >> 16)
                if not one.is_dir() and kind in (0, stat.S_IFREG):
                    yield one.filename, archive.open(one)
        return
    # Read front to back: a compressed archive can't be sought in without unpacking it anew each time.
    with tarfile.open(path, "r|*") as tar:
        for member in tar:
            found = tar.extractfile(member) if member.isreg() else None
            if found is not None:
                yield member.name, found


class _Room:
    """How much may still be unpacked."""

    def __init__(self, path: Path, into: Path) -> None:
        allowed = max(SMALL_BYTES, RATIO_MAX * path.stat().st_size)
        free = int(shutil.disk_usage(into).free * FREE_SHARE)
        self.left, self.is_disk, self.name = min(allowed, free), free < allowed, path.name

    def copy(self, source: IO[bytes], target: IO[bytes], tick: Tick) -> None:
        while block := source.read(BLOCK_BYTES):
            self.left -= len(block)
            if self.left < 0:
                why = "there is not enough room on the disk" if self.is_disk else "no archive of mail grows so much"
                raise Invalid(f"{self.name} was not unpacked further: {why}. Unpack it yourself and import the folder.")
            target.write(block)
            tick()
