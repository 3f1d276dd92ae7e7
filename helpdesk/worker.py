"""The worker: runs errands in lanes, so that a slow mail server never delays the index, and keeps the schedules.

huey carries wake-ups and schedules only; what must happen stands in the errands table, and each lane looks there
by itself every few seconds. The one process that writes the search index."""

import logging
import os
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Event as Signal
from threading import Thread

import structlog
from flask import Flask
from huey import crontab
from huey.consumer import Consumer
from sqlalchemy.orm import Session

from helpdesk import db, errands, heartbeats, journal
from helpdesk.errands import Errand, TryLater
from helpdesk.house import House
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.queries import due_to_wake
from helpdesk.journal import Actor
from helpdesk.letters.contents import Stationery
from helpdesk.mailboxes.alarms import compare as compare_alarms
from helpdesk.mailboxes.alarms import has_open
from helpdesk.mailboxes.renewals import renew_all
from helpdesk.policies import MailPolicy, policy
from helpdesk.reactions import DELIVER, DEPART, DIGEST, FETCH, INDEX, NOTIFY
from helpdesk.reactions.alarm import tell
from helpdesk.reactions.deliver import deliver
from helpdesk.reactions.depart import depart
from helpdesk.reactions.digests import send_digest
from helpdesk.reactions.index import all_documents, compare, index_records, keys_of, mend
from helpdesk.reactions.notify import notify
from helpdesk.wake_up import open_huey, wake_task
from intake.late_fetch import fetch_late
from intake.trouble import findings
from search.index import SearchError

SWEEP_SECONDS, PAUSE_SECONDS_MIN = 5.0, 0.1
BATCH = 100
HEARTBEAT_SECONDS = 15.0
SEAL_AFTER_HOURS = 1  # a transaction may run over midnight
SYSTEM = Actor(kind="system", name="Helpdesk")

log = structlog.get_logger(__name__)
Run = Callable[[Session, House, list[Errand]], None]


@dataclass
class Lane:
    """Errands that are run one batch after the other. `run` settles each errand of the batch it is given."""

    name: str
    reactions: tuple[str, ...]
    run: Run
    batch: int
    signal: Signal = field(default_factory=Signal)


def run_index(session: Session, house: House, batch: list[Errand]) -> None:
    """All changes of a batch become one change of the index: a commit of Whoosh is dear, a document is not."""
    try:
        index_records(session, house.index, keys_of(batch))
    except SearchError as error:
        for errand in batch:
            _put_back(errand, house, str(error))
        return
    for errand in batch:
        errands.done(errand, now=house.clock.now())


def run_letters(session: Session, house: House, batch: list[Errand]) -> None:
    for errand in batch:
        now = house.clock.now()
        if errand.reaction == DEPART:
            entry_id = errand.payload["entry_id"]
            depart(
                session, entry_id, settings=house.settings, signing_key=house.signing_key, store=house.store, now=now
            )
        elif errand.event is not None:
            notify(
                session,
                errand.event,
                settings=house.settings,
                signing_key=house.signing_key,
                store=house.store,
                now=now,
            )
        errands.done(errand, now=house.clock.now())


def run_digest(session: Session, house: House, batch: list[Errand]) -> None:
    stationery = Stationery(house.settings, house.signing_key, house.store)
    for errand in batch:
        send_digest(session, errand.payload["agent_id"], stationery=stationery, now=house.clock.now())
        errands.done(errand, now=house.clock.now())


def run_deliver(session: Session, house: House, batch: list[Errand]) -> None:
    for errand in batch:
        last_try = errand.tries >= _tries_max(session, house, errand)
        now = house.clock.now()
        deliver(
            session,
            errand.payload["delivery_id"],
            transport=house.transport,
            store=house.store,
            now=now,
            last_try=last_try,
        )
        errands.done(errand, now=house.clock.now())


def run_fetch(session: Session, house: House, batch: list[Errand]) -> None:
    for errand in batch:
        last_try = errand.tries >= house.settings.errand_tries_max
        fetch_late(session, house, errand.payload["row_id"], last_try=last_try)
        errands.done(errand, now=house.clock.now())


def lanes() -> list[Lane]:
    return [
        Lane("index", (INDEX,), run_index, batch=BATCH),
        Lane("letters", (NOTIFY, DEPART), run_letters, batch=1),
        Lane("digests", (DIGEST,), run_digest, batch=1),
        Lane("post", (DELIVER,), run_deliver, batch=1),
        Lane("fetch", (FETCH,), run_fetch, batch=1),
    ]


def _tries_max(session: Session, house: House, errand: Errand) -> int:
    """Mail servers are away for longer than anything of our own (RFC 5321 section 4.5.4.1)."""
    if errand.reaction != DELIVER:
        return house.settings.errand_tries_max
    return errands.tries_within(policy(session, MailPolicy).keep_trying_hours * 3600.0)


def _put_back(
    errand: Errand, house: House, reason: str, after_seconds: float | None = None, tries_max: int | None = None
) -> None:
    tries_max = house.settings.errand_tries_max if tries_max is None else tries_max
    errands.failed(errand, reason, now=house.clock.now(), tries_max=tries_max, after_seconds=after_seconds)


def run_due(app: Flask, lane: Lane, holder: str) -> int:
    """Runs what is due in a lane until nothing is; returns how many errands were run."""
    house: House = app.extensions["house"]
    count = 0
    while True:
        with app.app_context():
            session = db.session()
            with db.only_reading():
                numbers = errands.due(session, lane.reactions, now=house.clock.now(), limit=BATCH)
                session.rollback()
            claimed = [one for one in numbers if errands.claim(session, one, by=holder, now=house.clock.now())]
            if not claimed:
                return count
            for first in range(0, len(claimed), lane.batch):
                _run_batch(session, house, lane, claimed[first : first + lane.batch])
            count += len(claimed)


def _run_batch(session: Session, house: House, lane: Lane, numbers: list[int]) -> None:
    try:
        lane.run(session, house, [session.get_one(Errand, number) for number in numbers])
        session.commit()
    except TryLater as later:
        _try_later(session, house, numbers, later)
    except Exception as error:  # whatever a reaction raises is recorded on its errand, tried again and then shown
        log.exception("errand failed", lane=lane.name, errands=numbers)
        _failed(session, house, numbers, f"{type(error).__name__}: {error}")


def _try_later(session: Session, house: House, numbers: Iterable[int], later: TryLater) -> None:
    session.rollback()
    for errand in (session.get_one(Errand, number) for number in numbers):
        _put_back(errand, house, str(later), later.after_seconds, _tries_max(session, house, errand))
    session.commit()


def _failed(session: Session, house: House, numbers: Iterable[int], reason: str) -> None:
    session.rollback()
    for number in numbers:
        _put_back(session.get_one(Errand, number), house, reason)
    session.commit()


def drain(app: Flask) -> int:
    """Runs everything that is due, in this thread: for tests, the sample data and the bench."""
    total = 0
    while count := sum(run_due(app, lane, "drain") for lane in lanes()):
        total += count
    return total


def wake_incidents(app: Flask) -> None:
    """Opens pending incidents whose wake-up time has come, one transaction each."""
    house: House = app.extensions["house"]
    with app.app_context():
        session = db.session()
        numbers = due_to_wake(session, now=house.clock.now())
        session.rollback()
        for number in numbers:
            incident = session.get(Incident, number)
            if incident is not None:
                incident.wake(by=SYSTEM, at=house.clock.now())
                session.commit()


def seal_yesterday(app: Flask) -> None:
    """Binds the chains of every finished day that has no seal yet; see `helpdesk.journal`."""
    house: House = app.extensions["house"]
    with app.app_context():
        session = db.session()
        until = (house.clock.now() - timedelta(hours=SEAL_AFTER_HOURS)).date()
        for day in journal.unsealed_days(session, before=until):
            journal.seal(session, day)
            session.commit()


def sound_alarms(app: Flask) -> None:
    """Compares what is wrong with the mail with the alarms there are, and queues the letters about what changed."""
    house: House = app.extensions["house"]
    with app.app_context():
        session = db.session()
        with db.only_reading():
            found, known = findings(session, house), has_open(session)
            session.rollback()
        if not (found.troubles or known):
            return
        now = house.clock.now()
        for news in compare_alarms(session, found, now=now):
            tell(session, news, settings=house.settings, signing_key=house.signing_key, store=house.store, now=now)
            log.warning("alarm", turn=news.turn.value, kind=news.alarm.kind, words=news.alarm.words)
        session.commit()


def mend_index(app: Flask) -> None:
    """Nightly: compares the index with the database and brings it into step."""
    house: House = app.extensions["house"]
    with app.app_context(), db.only_reading():
        difference = compare(db.session(), house.index)
        if difference:
            log.warning("index was out of step", missing=len(difference.missing), outdated=len(difference.outdated))
            mend(db.session(), house.index, difference)


def renew_sign_ins(app: Flask) -> None:
    """Daily: tests that every mailbox with OAuth may still sign in, before its mail depends on it."""
    house: House = app.extensions["house"]
    with app.app_context():
        engine = db.db.engine
    renew_all(engine, house.signing_key, house.clock)


def rebuild_index(app: Flask) -> None:
    """Weekly: many small changes leave an index in many small parts, which a rebuild makes one again."""
    house: House = app.extensions["house"]
    with app.app_context(), db.only_reading():
        house.index.rebuild(all_documents(db.session()))


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
        self._schedule(huey, wake_incidents, crontab(minute="*"))
        self._schedule(huey, sound_alarms, crontab(minute="*"))
        self._schedule(huey, seal_yesterday, crontab(minute="10"))
        self._schedule(huey, mend_index, crontab(hour="3", minute="30"))
        self._schedule(huey, renew_sign_ins, crontab(hour="5", minute="15"))
        self._schedule(huey, rebuild_index, crontab(day_of_week="0", hour="4", minute="0"))
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
