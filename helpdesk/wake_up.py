"""Waking the worker after a commit, through huey: over a file in the data folder, or over Redis.

A lost wake-up does no harm, for the worker sweeps for due errands anyway. So one is sent only when none waits."""

from collections.abc import Callable
from typing import Any

from huey import Huey, RedisHuey, SqliteHuey

from helpdesk.settings import Settings

WAKE = "wake"


def open_huey(settings: Settings) -> Huey:
    """The queue that carries wake-ups and schedules; nothing in it would be missed."""
    options: dict[str, Any] = {"results": False, "utc": True}
    if settings.wake_up.startswith("redis://"):
        return RedisHuey("helpdesk", url=settings.wake_up, **options)
    settings.data_folder.mkdir(parents=True, exist_ok=True)
    return SqliteHuey("helpdesk", filename=str(settings.data_folder / "wake_up.db"), **options)


def wake_task(huey: Huey, action: Callable[[], None]) -> Callable[[], object]:
    """Registers `action` as what a wake-up does, and returns the function that sends one."""

    def wake() -> None:
        action()

    task: Callable[[], object] = huey.task(name=WAKE)(wake)
    return task


def waker(settings: Settings) -> Callable[[], None]:
    """The function doors call after a commit; opens the queue at the first call."""
    opened: list[tuple[Huey, Callable[[], object]]] = []

    def wake() -> None:
        if not opened:
            huey = open_huey(settings)
            opened.append((huey, wake_task(huey, lambda: None)))
        huey, send = opened[0]
        # Sent before our commit could be waiting still; sent after, it sees our errands.
        if huey.pending_count() == 0:
            send()

    return wake
