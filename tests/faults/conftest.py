"""The fault table: every test here says what it did to how many mails, and the end of the run prints it."""

from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass, fields
from typing import Any

import pytest
import structlog

HEADS = ("scenario", "mails", "filed", "twice", "lost", "sent", "sent twice", "uncertain")


@dataclass(frozen=True)
class Fault:
    """What came of one scenario. `mails`: that came in; `sent` to `uncertain`: letters that left."""

    scenario: str
    mails: int = 0
    filed: int = 0
    twice: int = 0
    lost: int = 0
    sent: int = 0
    sent_twice: int = 0
    uncertain: int = 0


assert len(HEADS) == len(fields(Fault))


@pytest.fixture
def fault(record_property: Callable[[str, object], None]) -> Callable[[Fault], Fault]:
    """Notes a row of the table, and requires what each scenario promises: nothing lost, nothing twice."""

    def note(found: Fault) -> Fault:
        record_property("fault", list(astuple(found)))
        assert (found.lost, found.twice, found.sent_twice) == (0, 0, 0), found
        return found

    return note


@pytest.fixture(autouse=True)
def plain_log() -> Iterator[None]:
    """Traces without the values of all variables, as the desk writes them: those take seconds each."""
    renderer = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[structlog.stdlib.add_log_level, renderer])
    yield
    structlog.reset_defaults()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, ())]
    rows = [value for report in reports for name, value in getattr(report, "user_properties", ()) if name == "fault"]
    if not rows:
        return
    terminalreporter.section("faults")
    terminalreporter.line("| " + " | ".join(HEADS) + " |")
    terminalreporter.line("|" + "---|" * len(HEADS))
    for row in sorted(rows):
        terminalreporter.line("| " + " | ".join(map(str, row)) + " |")
