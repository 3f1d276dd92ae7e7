"""Where bytes lie: attachments and raw mail, each under its SHA-256, so the same bytes are kept once.

A real store on disk and one in memory. `put` returns only after the bytes would survive a power cut."""

import hashlib
import os
import tempfile
import time
from pathlib import Path
from typing import Protocol

from helpdesk.errors import Conflict

JUST_NOW_SECONDS = 600


class BlobStore(Protocol):
    def put(self, content: bytes) -> str:
        """Stores bytes and returns their SHA-256 in hex. Storing the same bytes again does nothing."""

    def get(self, sha256: str) -> bytes:
        """The bytes. Raises Conflict when they are not there."""

    def has(self, sha256: str) -> bool: ...

    def remove(self, sha256: str) -> bool:
        """Removes bytes for good; absent ones are removed already. False for those that were stored, or stored again,
        only just: somebody may be about to refer to them."""


def _missing(sha256: str) -> Conflict:
    return Conflict(f"The file {sha256[:12]}… is not in the store. Bring it back from the backup of the data folder.")


class FileStore:
    """Files in two levels of folders. Written beside, synced, then renamed: never half a file under its name."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def _path(self, sha256: str) -> Path:
        return self.root / sha256[:2] / sha256[2:4] / sha256

    def put(self, content: bytes) -> str:
        sha256 = hashlib.sha256(content).hexdigest()
        path = self._path(sha256)
        if path.exists():
            os.utime(path)  # wanted again: see `remove`
            return sha256
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        _sync_folders(path.parent, self.root)
        return sha256

    def get(self, sha256: str) -> bytes:
        try:
            return self._path(sha256).read_bytes()
        except FileNotFoundError:
            raise _missing(sha256) from None

    def has(self, sha256: str) -> bool:
        return self._path(sha256).exists()

    def remove(self, sha256: str) -> bool:
        path = self._path(sha256)
        try:
            if time.time() - path.stat().st_mtime < JUST_NOW_SECONDS:
                return False
            path.unlink()
        except FileNotFoundError:
            return True
        return True


def _sync_folders(folder: Path, root: Path) -> None:
    # The name is durable only once its folder is, and a new folder once its parent is.
    for one in (folder, folder.parent, root):
        descriptor = os.open(one, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


class MemoryStore:
    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}

    def put(self, content: bytes) -> str:
        sha256 = hashlib.sha256(content).hexdigest()
        self.blobs[sha256] = content
        return sha256

    def get(self, sha256: str) -> bytes:
        if sha256 not in self.blobs:
            raise _missing(sha256)
        return self.blobs[sha256]

    def has(self, sha256: str) -> bool:
        return sha256 in self.blobs

    def remove(self, sha256: str) -> bool:
        self.blobs.pop(sha256, None)
        return True
