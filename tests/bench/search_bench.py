"""CPU milliseconds of building, searching and suggesting at 1,000 and 100,000 generated documents.

Run as `python -m tests.bench.search_bench [documents ...]`. CPU time of this process, so that a busy
machine does not spoil the figures.
"""

import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from search.document import Document, Key, Problem, Query
from search.index import Index, open_index

SIZES = (1_000, 100_000)
WORDS = 40_000
AUDIENCE = frozenset({"agents", "team:3"})
NEWEST = datetime(2026, 11, 1, tzinfo=UTC)


class Writer:
    """Texts whose words follow Zipf's law, as those of a language do."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        letters = random.Random(1)
        alphabet = "abcdefghiklmnoprstuvw"
        self._words = ["".join(letters.choices(alphabet, k=letters.randint(3, 10))) for _ in range(WORDS)]
        self._heights = [0.0]
        for rank in range(WORDS):
            self._heights.append(self._heights[-1] + 1 / (rank + 30))

    def text(self, words: int) -> str:
        return " ".join(self._random.choices(self._words, cum_weights=self._heights[1:], k=words))

    def documents(self, count: int) -> Iterator[Document]:
        for number in range(1, count + 1):
            yield self.document(number)

    def document(self, number: int) -> Document:
        pick = self._random
        return Document(
            key=Key("article" if number % 20 == 0 else "incident", number),
            version=1,
            title=self.text(7),
            body=self.text(pick.randint(20, 80)) + f" 0x{pick.randrange(16**8):08x}",
            fix=self.text(pick.randint(5, 40)),
            audience=frozenset({"agents", f"team:{pick.randrange(8)}"}),
            at=NEWEST - timedelta(hours=number / 10),
            state=pick.choice(("open", "resolved", "closed")),
            service=pick.choice(("VPN", "Print", "Mail", "Payroll")),
            category=pick.choice(("access", "fault", "request")),
            people=f"person{number}@example.org",
            suggestable=pick.random() < 0.7,
        )

    def query(self) -> str:
        return self.text(self._random.randint(1, 4))

    def problem(self) -> Problem:
        return Problem(self.text(7), self.text(60), AUDIENCE, NEWEST, service="VPN", category="fault")


def cpu_ms(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return (time.process_time() - started) * 1000


def quantiles(times: list[float]) -> str:
    ordered = sorted(times)
    return f"{ordered[len(ordered) // 2]:.1f} / {ordered[int(len(ordered) * 0.95)]:.1f}"


def measure(count: int, directory: Path) -> list[tuple[str, str]]:
    writer = Writer(seed=count)
    index = open_index(directory)
    build = cpu_ms(lambda: index.rebuild(writer.documents(count)))
    made = cpu_ms(lambda: list(Writer(seed=count).documents(count)))
    index = open_index(directory)
    first = cpu_ms(lambda: index.search(Query(writer.query(), AUDIENCE)))
    searches = [writer.query() for _ in range(200)]
    problems = [writer.problem() for _ in range(50)]
    cold = [cpu_ms(lambda p=problem: index.suggest(p)) for problem in problems]  # type: ignore[misc]
    warm = [cpu_ms(lambda p=problem: index.suggest(p)) for problem in problems]  # type: ignore[misc]
    rows = [
        ("build, documents a CPU second", f"{count / max(build - made, 1) * 1000:,.0f}"),
        ("on disk, MB", f"{sum(f.stat().st_size for f in directory.rglob('*') if f.is_file()) / 1e6:.1f}"),
        ("first search of a process, ms", f"{first:.1f}"),
        ("search p50 / p95, ms", quantiles([cpu_ms(lambda t=t: index.search(Query(t, AUDIENCE))) for t in searches])),  # type: ignore[misc]
        ("suggestion cold p50 / p95, ms", quantiles(cold)),
        ("suggestion warm p50 / p95, ms", quantiles(warm)),
        ("suggestion after a change p50 / p95, ms", quantiles(after_change(index, writer, problems, count))),
        ("one document added p50 / p95, ms", quantiles(additions(index, writer, count))),
    ]
    index.close()
    return rows


def additions(index: Index, writer: Writer, count: int) -> list[float]:
    fresh = [writer.document(count + 100 + number) for number in range(40)]
    return [cpu_ms(lambda d=document: add_and_find(index, d)) for document in fresh]  # type: ignore[misc]


def add_and_find(index: Index, document: Document) -> None:
    index.apply([document])
    found = index.search(Query(document.people, AUDIENCE, people=True))
    assert [hit.key for hit in found.hits] == [document.key]


def after_change(index: Index, writer: Writer, problems: list[Problem], count: int) -> list[float]:
    times = []
    for number, problem in enumerate(problems[:10]):
        index.apply([writer.document(count + number + 1)])
        times.append(cpu_ms(lambda p=problem: index.suggest(p)))  # type: ignore[misc]
    return times


def main(sizes: Sequence[int] = SIZES) -> None:
    for count in sizes:
        with tempfile.TemporaryDirectory() as folder:
            print(f"search, {count:,} documents")
            for name, figure in measure(count, Path(folder) / "index"):
                print(f"  {name:<42}{figure:>16}", flush=True)


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or SIZES)
