"""One thread in each web process that notices commits and wakes the live streams of open pages.

The journal is the bus: no broker, and it works over any number of processes. Runs only while somebody listens."""

import logging
from collections.abc import Iterable
from threading import Condition, Thread

from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from helpdesk.incidents.incident import Incident
from helpdesk.web.new_events import new_events

log = logging.getLogger(__name__)

AFTER_ERROR_SECONDS = 3.0
START_TIMEOUT_SECONDS = 5.0


class Listener:
    """One open stream. `incident` None: it wants to hear of all."""

    def __init__(self, incident: int | None) -> None:
        self.incident = incident
        self.heard = False

    def concerns(self, numbers: set[int]) -> bool:
        return bool(numbers) if self.incident is None else self.incident in numbers


class Watcher:
    """Listeners and the thread that wakes them. `streams_max`: more are turned away and poll instead."""

    def __init__(self, database_address: str, streams_max: int) -> None:
        self._address, self.streams_max = database_address, streams_max
        self._changed = Condition()
        self._listeners: list[Listener] = []
        self._thread: Thread | None = None
        self._looking = self._closed = False

    @property
    def full(self) -> bool:
        return len(self._listeners) >= self.streams_max

    def join(self, incident: int | None) -> Listener | None:
        """A listener, to be given back by `leave`; from now on nothing is missed. None when there are too many."""
        with self._changed:
            if self.full or self._closed:
                return None
            listener = Listener(incident)
            self._listeners.append(listener)
            if self._thread is None:
                self._thread = Thread(target=self._run, name="live", daemon=True)
                self._thread.start()
            self._changed.wait_for(lambda: self._looking or self._closed, START_TIMEOUT_SECONDS)
            return listener

    def leave(self, listener: Listener) -> None:
        with self._changed:
            if listener in self._listeners:
                self._listeners.remove(listener)
            self._changed.notify_all()

    def wait(self, listener: Listener, timeout_seconds: float) -> bool | None:
        """True when something happened, False when the time is over, None when the stream has to end."""
        with self._changed:
            self._changed.wait_for(lambda: listener.heard or self._closed, timeout_seconds)
            heard, listener.heard = listener.heard, False
            return None if self._closed else heard

    def pause(self, seconds: float) -> None:
        """Waits, unless the process is to end."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed, seconds)

    def close(self) -> None:
        """Ends all streams and the thread, so that the process can end."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join(timeout=START_TIMEOUT_SECONDS)

    def tell(self, news: Iterable[tuple[str, int]] | None) -> None:
        """Wakes those whom it concerns; all of them when nobody knows what happened."""
        numbers = {number for kind, number in news or () if kind == Incident.record_kind}
        with self._changed:
            for listener in self._listeners:
                listener.heard = listener.heard or news is None or listener.concerns(numbers)
            self._changed.notify_all()

    def _run(self) -> None:
        engine = create_engine(self._address, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        while self._is_needed():
            try:
                self._watch(engine)
            except SQLAlchemyError as error:
                log.warning("live pages: the database does not answer, trying again: %s", error)
                self.pause(AFTER_ERROR_SECONDS)
                self.tell(None)
            else:
                return

    def _watch(self, engine: Engine) -> None:
        """Until nobody listens any more."""
        with engine.connect() as connection:
            events = new_events(connection)
            with self._changed:
                self._looking = True
                self._changed.notify_all()
            while self._is_needed():
                if news := events.news():
                    self.tell(news)
                with self._changed:
                    self._changed.wait_for(lambda: self._closed or not self._listeners, events.every_seconds)

    def _is_needed(self) -> bool:
        with self._changed:
            needed = bool(self._listeners) and not self._closed
            if not needed:
                # Whoever joins after this starts another thread.
                self._thread, self._looking = None, False
            return needed
