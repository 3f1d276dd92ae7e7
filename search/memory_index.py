"""An index in memory: for tests, and where a desk runs without search. Slow to write, gone at exit."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from search import retrieval
from search import suggest as suggesting
from search.document import Document, Key, Problem, Query, Results, Suggestion
from search.fields import TEXT_FIELDS, index_terms
from search.postings import NOTHING, Moments, Postings, PostingsCache, Reals, Stored
from search.snapshot import Snapshot

_DAY_SECONDS = 86_400.0


class MemoryIndex:
    """Keeps the documents and turns them into arrays when they're asked for after a change."""

    def __init__(self) -> None:
        self._documents: dict[Key, Document] = {}
        self._generation = 0
        self._snapshot: Snapshot | None = None
        self._lock = Lock()

    @property
    def document_count(self) -> int:
        return len(self._documents)

    @property
    def generation(self) -> int:
        return self._generation

    def apply(self, upserts: Sequence[Document], deletes: Sequence[Key] = ()) -> None:
        documents = {key: kept for key, kept in self._documents.items() if key not in set(deletes)}
        self._put(documents | {document.key: document for document in upserts})

    def search(self, query: Query) -> Results:
        return retrieval.search(self._current(), query)

    def suggest(
        self, problem: Problem, limit: int = 5, feedback: Mapping[Key, float] | None = None
    ) -> tuple[Suggestion, ...]:
        return suggesting.suggest(self._current(), problem, limit, feedback)

    def versions(self) -> dict[Key, int]:
        return {key: document.version for key, document in self._documents.items()}

    def rebuild(self, documents: Iterable[Document], progress: Callable[[int], None] | None = None) -> int:
        built: dict[Key, Document] = {}
        for document in documents:
            built[document.key] = document
            if progress:
                progress(len(built))
        self._put(built)
        return len(built)

    def close(self) -> None:
        """Nothing is open."""

    def _put(self, documents: dict[Key, Document]) -> None:
        with self._lock:
            self._documents = documents
            self._generation += 1
            self._snapshot = None

    def _current(self) -> Snapshot:
        with self._lock:
            if self._snapshot is None:
                segments = [MemorySegment(list(self._documents.values()))] if self._documents else []
                deleted = [np.empty(0, np.int32) for _ in segments]
                self._snapshot = Snapshot(segments, deleted, PostingsCache(), self._generation)
            return self._snapshot


class MemorySegment:
    """Documents inverted into arrays."""

    identity = "memory"

    def __init__(self, documents: list[Document]) -> None:
        self._documents = documents
        self._fields = [index_terms(document) for document in documents]
        self._postings: dict[tuple[str, str], list[tuple[int, float]]] = {}
        for at, terms_of in enumerate(self._fields):
            for field, weights in terms_of.items():
                for term, weight in weights.items():
                    self._postings.setdefault((field, term), []).append((at, weight))

    @property
    def size(self) -> int:
        return len(self._documents)

    def postings(self, field: str, term: str) -> Postings:
        found = self._postings.get((field, term))
        if not found:
            return NOTHING
        documents, weights = zip(*found, strict=True)
        return Postings(np.array(documents, np.int32), np.array(weights, np.float32))

    def vocabulary(self, field: str) -> list[str]:
        return [term for name, term in self._postings if name == field]

    def lengths(self, field: str) -> Reals:
        assert field in TEXT_FIELDS
        return np.array([sum(terms_of[field].values()) for terms_of in self._fields], np.float32)

    def days(self) -> Moments:
        return np.array([d.at.timestamp() / _DAY_SECONDS for d in self._documents], np.float64)

    def numbers(self) -> NDArray[np.int64]:
        return np.array([document.key.id for document in self._documents], np.int64)

    def versions(self) -> NDArray[np.int64]:
        return np.array([document.version for document in self._documents], np.int64)

    def stored(self, document: int) -> Stored:
        kept = self._documents[document]
        return Stored(kept.key, kept.title, kept.body, kept.fix)
