"""Follows the live build from generation to generation, keeping segments that are still part of it.

Never Whoosh's `refresh()`, and no repair here: what can't be read raises IndexDamaged.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep

import numpy as np
from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import StructFile
from whoosh.index import TOC

from search.index import IndexDamaged, SearchError
from search.postings import PostingsCache
from search.snapshot import Snapshot
from search.whoosh_directory import WhooshDirectory, number_of
from search.whoosh_schema import SCHEMA
from search.whoosh_segment import WhooshSegment

_NAME = "MAIN"
_ATTEMPTS = 5
_PAUSE_SECONDS = 0.02
_GENERATIONS_A_BUILD = 1 << 32


class WhooshReader:
    """One process's open segments. Not safe for threads; the snapshots it gives out are."""

    def __init__(self, cache: PostingsCache) -> None:
        self._cache = cache
        self._segments: dict[str, WhooshSegment] = {}
        self._snapshot = Snapshot((), (), cache)

    def latest(self, directory: WhooshDirectory) -> Snapshot:
        """The newest generation. A writer may take files away while we open them: then there's a newer one."""
        for attempt in range(_ATTEMPTS):
            build = directory.current()
            if build is None:
                return Snapshot((), (), self._cache)
            try:
                return self.open(build)
            except (SearchError, MemoryError):
                raise
            except Exception as error:
                if attempt + 1 == _ATTEMPTS:
                    raise _explained(build, error) from error
                sleep(_PAUSE_SECONDS)
        raise AssertionError("unreachable")

    def open(self, build: Path) -> Snapshot:
        """The newest generation of one build. Raises whatever Whoosh does when files are missing or torn."""
        with _closing_after_errors(build) as storage:
            return self._open(build, storage)

    def _open(self, build: Path, storage: FileStorage) -> Snapshot:
        newest = TOC._latest_generation(storage, _NAME)
        generation = number_of(build) * _GENERATIONS_A_BUILD + newest
        if generation == self._snapshot.generation:
            return self._snapshot
        listed = TOC.read(storage, _NAME, gen=newest, schema=SCHEMA).segments
        opened = {s.segment_id(): self._segments.get(s.segment_id()) or WhooshSegment(storage, s) for s in listed}
        deleted = [np.array(sorted(segment.deleted_docs()), np.int32) for segment in listed]
        self._segments = opened
        self._snapshot = Snapshot(list(opened.values()), deleted, self._cache, generation)
        return self._snapshot


def _explained(build: Path, error: Exception) -> SearchError:
    """Too many open files or missing rights are no damage; a rebuild wouldn't mend them."""
    if isinstance(error, OSError) and not isinstance(error, FileNotFoundError):
        return SearchError(f"{build} can't be opened: {error}")
    return IndexDamaged(f"{build} can't be opened: run `helpdesk search rebuild`")


class _Storage(FileStorage):  # type: ignore[misc]
    """Remembers what it opened: Whoosh leaves files open when their content is torn."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.opened: list[StructFile] = []

    def open_file(self, name: str, **options: object) -> StructFile:
        file = super().open_file(name, **options)
        self.opened.append(file)
        return file


@contextmanager
def _closing_after_errors(build: Path) -> Iterator[FileStorage]:
    storage = _Storage(str(build))
    try:
        yield storage
    except BaseException:
        for file in storage.opened:
            if not file.is_closed:
                file.close()
        raise
    finally:
        storage.opened.clear()
