from collections.abc import Iterator
from pathlib import Path

import pytest

from search.index import Index, open_index
from search.memory_index import MemoryIndex


@pytest.fixture(params=["whoosh", "memory"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Index]:
    """An empty index of each kind: what holds for one holds for both."""
    made: Index = open_index(tmp_path / "index") if request.param == "whoosh" else MemoryIndex()
    yield made
    made.close()
