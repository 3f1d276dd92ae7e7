"""Measuring: CPU time of this process, so that a busy machine spoils nothing; SQL statements; a table."""

import statistics
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import process_time

from sqlalchemy import Engine, event


def cpu_milliseconds(act: Callable[[], object], times: int) -> float:
    """The median over `times` runs, after two for warming up."""
    spent = []
    for number in range(times + 2):
        begun = process_time()
        act()
        if number >= 2:
            spent.append((process_time() - begun) * 1000)
    return statistics.median(spent)


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """The SQL statements sent while inside, without those that begin and end transactions."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA")):
            sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    print("| " + " | ".join(heads) + " |")
    print("|" + "|".join("---" for _ in heads) + "|")
    for row in rows:
        cells = [f"{cell:.2f}" if isinstance(cell, float) else str(cell) for cell in row]
        print("| " + " | ".join(cells) + " |", flush=True)
