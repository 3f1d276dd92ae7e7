"""The worker: runs errands in lanes, so that a slow mail server never delays the index, and keeps the schedules.

huey carries wake-ups and schedules only; what must happen stands in the errands table, and each lane looks there
by itself every few seconds. The one process that writes the search index."""

import logging
import os
import socket
from collections.abc import Callable
from threading import Event as Signal
from threading import Thread

import structlog
from flask import Flask
from huey.consumer import Consumer

from helpdesk import db, errands, heartbeats
from helpdesk.house import House
from helpdesk.wake_up import open_huey, wake_task
from helpdesk.worker.lanes import Lane, lanes
from helpdesk.worker.running import drain, run_due
from helpdesk.worker.schedule import SCHEDULE, close_resolved, seal_yesterday, sound_alarms, wake_incidents

__all__ = ["Worker", "close_resolved", "drain", "seal_yesterday", "sound_alarms", "wake_incidents"]

SWEEP_SECONDS, PAUSE_SECONDS_MIN = 5.0, 0.1
HEARTBEAT_SECONDS = 15.0

log = structlog.get_logger(__name__)


class _Consumer(Consumer):  # type: ignore[misc]
    """huey's consumer, but the process it runs in keeps its own signal handlers."""

    def _set_signal_handlers(self) -> None:
        pass


class Worker:
    """The lanes' threads and huey's consumer, from `start` to `stop`."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.holder = f"{socket.gethostname()}:{os.getpid()}"
        self.stopping = Signal()
        self.lanes = lanes()
        self.threads: list[Thread] = []
        house: House = app.extensions["house"]
        self.clock = house.clock
        huey = open_huey(house.settings)
        wake_task(huey, self.wake)
        for task, when in SCHEDULE:
            self._schedule(huey, task, when)
        # A wake-up is looked for often, since somebody may be waiting for a page to change.
        self.consumer = _Consumer(huey, workers=1, initial_delay=0.05, max_delay=0.25, check_worker_health=False)

    def _schedule(self, huey: object, task: Callable[[Flask], None], when: object) -> None:
        def scheduled() -> None:
            task(self.app)

        huey.periodic_task(when, name=task.__name__)(scheduled)  # type: ignore[attr-defined]

    def wake(self) -> None:
        for lane in self.lanes:
            lane.signal.set()

    def start(self) -> None:
        logging.getLogger("huey").setLevel(logging.WARNING)
        self.threads = [Thread(target=self._loop, args=(lane,), name=lane.name, daemon=True) for lane in self.lanes]
        self.threads.append(Thread(target=self._beat, name="heartbeat", daemon=True))
        for thread in self.threads:
            thread.start()
        self.consumer.start()

    def stop(self) -> None:
        """Lets each lane finish what it is at. What was claimed and not run is due again when its claim ends."""
        self.stopping.set()
        self.wake()
        self.consumer.stop(graceful=True)
        for thread in self.threads:
            thread.join(timeout=20)

    def _loop(self, lane: Lane) -> None:
        while not self.stopping.is_set():
            lane.signal.clear()
            try:
                ran = run_due(self.app, lane, self.holder)
            except Exception:  # the database is away, say: the lane must outlive it
                log.exception("lane stopped for a moment", lane=lane.name)
                ran = 0
            if not ran:
                lane.signal.wait(self._pause_seconds(lane))
            elif lane.name == "letters":
                # What was just composed is to be sent now.
                self.wake()

    def _pause_seconds(self, lane: Lane) -> float:
        """Until the next errand is due, for somebody watches a reply leave; else until the next sweep."""
        try:
            with self.app.app_context(), db.only_reading():
                due = errands.next_due(db.session(), lane.reactions)
                db.session().rollback()
        except Exception:  # as above
            log.exception("no look at what is due", lane=lane.name)
            return SWEEP_SECONDS
        ahead = (due - self.clock.now()).total_seconds() if due else SWEEP_SECONDS
        return min(max(ahead, PAUSE_SECONDS_MIN), SWEEP_SECONDS)

    def _beat(self) -> None:
        while True:
            try:
                with self.app.app_context():
                    heartbeats.beat(db.session(), "worker", self.clock.now())
            except Exception:  # as above: a missing heartbeat is what tells of it
                log.exception("no heartbeat")
            if self.stopping.wait(HEARTBEAT_SECONDS):
                return
