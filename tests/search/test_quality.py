"""A smoke test of ranking on real questions: falling far below BM25 means that something broke."""

import json
from datetime import UTC, datetime
from pathlib import Path

from search.memory_index import MemoryIndex
from tests.search.builders import ask, ids, incident, problem

LONG_AGO = datetime(2018, 1, 1, tzinfo=UTC)


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_questions_in_other_words_find_their_answers(shared_dir: Path) -> None:
    folder = shared_dir / "cases" / "stackfaq"
    index = MemoryIndex()
    index.apply(
        [incident(c["id"], c["title"], "", c["resolution"], at=LONG_AGO) for c in lines(folder / "corpus.jsonl")]
    )
    relevant: dict[int, set[int]] = {}
    for line in (folder / "dev_qrels.tsv").read_text().splitlines():
        query, case, _grade = line.split("\t")
        relevant.setdefault(int(query), set()).add(int(case))
    queries = [(query["id"], query["title"]) for query in lines(folder / "dev_queries.jsonl")]
    suggested = [relevant[number] & {s.key.id for s in index.suggest(problem(text))} for number, text in queries]
    found = [relevant[number] & set(ids(index.search(ask(text, limit=5)).hits)) for number, text in queries]
    assert sum(map(bool, suggested)) / len(queries) > 0.82
    assert sum(map(bool, found)) / len(queries) > 0.80
