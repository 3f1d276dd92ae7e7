"""The wall between the desk and whatever finds things: one Protocol, its errors, and `open_index`.

Everybody imports this module and `search.document`; nobody outside the package imports an engine.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from search.document import Document, Key, Problem, Query, Results, Suggestion


class SearchError(Exception):
    """Anything the index can't do; the message says what to do next."""


class IndexDamaged(SearchError):
    """The index's files can't be read. The index is a cache: `helpdesk search rebuild` mends it."""


class IndexBusy(SearchError):
    """Another process is writing. Nothing was changed; try again later."""


class Index(Protocol):
    """Holds documents and finds them. One process writes, any number of processes and threads read."""

    @property
    def document_count(self) -> int:
        """Documents held now."""

    @property
    def generation(self) -> int:
        """Grows with every change; 0 for an index that was never written."""

    def apply(self, upserts: Sequence[Document], deletes: Sequence[Key] = ()) -> None:
        """Delete, then add or replace, as one change that is searchable on return.

        Idempotent; of two upserts with one key the later wins. Raises IndexBusy, IndexDamaged, or OSError
        when the disk is full; then nothing has changed.
        """

    def search(self, query: Query) -> Results:
        """The page of hits a query asks for. No text raises; a damaged index does (IndexDamaged)."""

    def suggest(
        self, problem: Problem, limit: int = 5, feedback: Mapping[Key, float] | None = None
    ) -> tuple[Suggestion, ...]:
        """At most `limit` suggestable documents like the problem, best first; none when nothing is like it.

        `feedback` multiplies a document's score: above 1 where its fix was accepted before, below 1 where
        it was refused.
        """

    def versions(self) -> dict[Key, int]:
        """Key and version of every document, to compare with the database."""

    def rebuild(self, documents: Iterable[Document], progress: Callable[[int], None] | None = None) -> int:
        """Build anew beside the live index, switch at the end, and return the number of documents.

        Readers see the old content until the switch, the new after it. `progress` gets the count so far.
        Changes by `apply` meanwhile wait or raise IndexBusy. Raises whatever `documents` raises, and then
        nothing has changed.
        """

    def close(self) -> None:
        """Let go of open files. The index can be used again afterwards."""


def open_index(directory: Path) -> Index:
    """The index in `directory`, which need not exist yet: it answers with nothing until it is written."""
    from search.whoosh_index import WhooshIndex

    return WhooshIndex(directory)
