"""Where a Whoosh index lives: `built-N/` with the files, `current` naming the live one, `writer.lock`.

A rebuild fills the next `built-N` and replaces `current` in one rename, so readers see either the old
or the new. Whoosh files are pickles: whoever can write here runs code, hence mode 0700.
"""

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from search.index import IndexBusy, IndexDamaged, SearchError
from search.whoosh_schema import FORMAT

PRIVATE = 0o700
_OTHERS_WRITE = 0o022
_POLL_SECONDS = 0.02
_PREFIX = "built-"


class WhooshDirectory:
    """Names and locks; knows nothing of what the files hold."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def current(self) -> Path | None:
        """The live build, None before the first. Raises IndexDamaged when it's of another format."""
        try:
            words = (self.path / "current").read_text("ascii").split()
        except FileNotFoundError:
            return None
        except ValueError as error:
            raise IndexDamaged(f"{self.path}/current is garbled: run `helpdesk search rebuild`") from error
        except OSError as error:
            raise SearchError(f"{self.path} can't be read, check its owner and rights: {error}") from error
        if len(words) != 2 or not words[0].startswith(_PREFIX) or words[1] != f"format-{FORMAT}":
            raise IndexDamaged(f"{self.path} is of another version: run `helpdesk search rebuild`")
        self._trusted()
        return self.path / words[0]

    def next_build(self) -> Path:
        """A new empty folder for a build, numbered after all others."""
        numbers = [number_of(build) for build in self._builds()]
        build = self.path / f"{_PREFIX}{max(numbers, default=0) + 1}"
        build.mkdir(mode=PRIVATE)
        return build

    def switch(self, build: Path) -> None:
        """Makes a finished build the live one, on disk before it returns."""
        for file in build.iterdir():
            _sync(file)
        _sync(build)
        fresh = self.path / "current.new"
        fresh.write_text(f"{build.name} format-{FORMAT}\n", "ascii")
        _sync(fresh)
        fresh.replace(self.path / "current")
        _sync(self.path)

    def sweep(self) -> None:
        """Removes builds that aren't live. Readers that have them open keep them until they let go."""
        try:
            live = self.current()
        except SearchError:  # what is live can't be told, so nothing may go yet
            return
        for build in self._builds():
            if build != live:
                shutil.rmtree(build)

    @contextmanager
    def lock(self, timeout_seconds: float) -> Iterator[None]:
        """The right to write. The kernel frees it when its holder dies, so it is never stale."""
        self.path.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        self.path.chmod(PRIVATE)
        with (self.path / "writer.lock").open("w") as file:
            _acquire(file.fileno(), time.monotonic() + timeout_seconds, self.path)
            yield

    def _builds(self) -> list[Path]:
        return [build for build in self.path.glob(f"{_PREFIX}*") if build.name[len(_PREFIX) :].isdecimal()]

    def _trusted(self) -> None:
        state = self.path.stat()
        if state.st_uid not in (os.geteuid(), 0) or state.st_mode & _OTHERS_WRITE:
            raise SearchError(
                f"{self.path} may be written by others, so its files can't be trusted: "
                f"make it yours with mode 0700 and run `helpdesk search rebuild`"
            )


def number_of(build: Path) -> int:
    """Builds are numbered through, so that a generation never comes back."""
    return int(build.name[len(_PREFIX) :])


def _acquire(descriptor: int, deadline: float, path: Path) -> None:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise IndexBusy(f"{path} is being written by another process: try again later") from None
            time.sleep(_POLL_SECONDS)
        else:
            return


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
