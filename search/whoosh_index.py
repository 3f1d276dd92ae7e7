"""The embedded index: Whoosh keeps terms, postings and texts; scoring is done in arrays.

The worker process writes, any process reads. Readers look at the directory before each query and open
the new generation when there is one; segments they already have stay open.
"""

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from threading import Lock

from search import retrieval
from search import suggest as suggesting
from search.document import Document, Key, Problem, Query, Results, Suggestion
from search.postings import PostingsCache
from search.snapshot import Snapshot
from search.whoosh_directory import WhooshDirectory
from search.whoosh_reader import WhooshReader
from search.whoosh_writer import create, writing


class WhooshIndex:
    """See `search.index.Index`. `busy_seconds`: how long a change waits for another writer."""

    def __init__(self, directory: Path, busy_seconds: float = 30.0) -> None:
        self._directory = WhooshDirectory(directory)
        self._busy_seconds = busy_seconds
        self._reader = WhooshReader(PostingsCache())
        self._lock = Lock()

    @property
    def document_count(self) -> int:
        return self._current().document_count

    @property
    def generation(self) -> int:
        return self._current().generation

    def apply(self, upserts: Sequence[Document], deletes: Sequence[Key] = ()) -> None:
        latest = {document.key: document for document in upserts}
        with self._directory.lock(self._busy_seconds):
            build = self._directory.current()
            if build is None:
                self._directory.switch(self._filled(latest.values(), None))
            else:
                _change(build, self._current(), latest, {*latest, *deletes})
        self._current()

    def search(self, query: Query) -> Results:
        return retrieval.search(self._current(), query)

    def suggest(
        self, problem: Problem, limit: int = 5, feedback: Mapping[Key, float] | None = None
    ) -> tuple[Suggestion, ...]:
        return suggesting.suggest(self._current(), problem, limit, feedback)

    def versions(self) -> dict[Key, int]:
        return self._current().keyed_versions()

    def rebuild(self, documents: Iterable[Document], progress: Callable[[int], None] | None = None) -> int:
        with self._directory.lock(self._busy_seconds):
            self._directory.sweep()
            self._directory.switch(self._filled(documents, progress))
            self._directory.sweep()
        return self.document_count

    def close(self) -> None:
        with self._lock:
            self._reader = WhooshReader(PostingsCache())

    def _current(self) -> Snapshot:
        with self._lock:
            return self._reader.latest(self._directory)

    def _filled(self, documents: Iterable[Document], progress: Callable[[int], None] | None) -> Path:
        """A new build of all documents in one segment; nothing of it is left when that fails."""
        build = self._directory.next_build()
        again: dict[Key, Document] = {}
        try:
            create(build)
            with writing(build, merge=False) as writer:
                writer.add(_each_once(documents, again, progress))
            if again:
                _change(build, WhooshReader(PostingsCache()).open(build), again, again)
        except BaseException:
            shutil.rmtree(build, ignore_errors=True)
            raise
        return build


def _change(build: Path, snapshot: Snapshot, upserts: Mapping[Key, Document], gone: Iterable[Key]) -> None:
    """Positions of the snapshot hold for the writer because the caller has the lock."""
    places = [place for key in gone if (place := snapshot.find(key)) is not None]
    if not places and not upserts:
        return
    with writing(build) as writer:
        for place in places:
            writer.delete(place)
        writer.add(upserts.values())


def _each_once(
    documents: Iterable[Document], again: dict[Key, Document], progress: Callable[[int], None] | None
) -> Iterator[Document]:
    """Documents as they come; those whose key came before are put aside in `again`, the last one counts."""
    seen: set[Key] = set()
    for document in documents:
        if document.key in seen:
            again[document.key] = document
            continue
        seen.add(document.key)
        yield document
        if progress:
            progress(len(seen))
