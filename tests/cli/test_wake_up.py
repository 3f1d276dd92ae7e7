"""A wake-up reaches the worker over the embedded file and over Redis; a second one while the first waits is spared."""

from pathlib import Path

import pytest

from helpdesk.settings import Settings
from helpdesk.wake_up import open_huey, wake_task, waker


@pytest.fixture(params=["sqlite", "redis"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    carrier = request.getfixturevalue("redis_url") if request.param == "redis" else "sqlite"
    return Settings(data_folder=tmp_path, wake_up=carrier)


def test_one_wake_up_waits_and_does_what_the_worker_said(settings: Settings) -> None:
    woken: list[int] = []
    queue = open_huey(settings)
    queue.flush()
    wake_task(queue, lambda: woken.append(1))
    wake = waker(settings)
    wake()
    wake()
    assert queue.pending_count() == 1
    queue.execute(queue.dequeue())
    assert woken == [1]
    wake()
    assert queue.pending_count() == 1
