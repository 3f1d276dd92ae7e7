"""Runs what is due in a lane, batch by batch; whatever goes wrong is recorded on the errand."""

from collections.abc import Iterable

import structlog
from flask import Flask
from sqlalchemy.orm import Session

from helpdesk import db, errands
from helpdesk.errands import Errand, TryLater
from helpdesk.house import House
from helpdesk.worker.lanes import BATCH, Lane, lanes, put_back, tries_max

log = structlog.get_logger(__name__)


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
        put_back(errand, house, str(later), later.after_seconds, tries_max(session, house, errand))
    session.commit()


def _failed(session: Session, house: House, numbers: Iterable[int], reason: str) -> None:
    session.rollback()
    for number in numbers:
        put_back(session.get_one(Errand, number), house, reason)
    session.commit()


def drain(app: Flask) -> int:
    """Runs everything that is due, in this thread: for tests, the sample data and the bench."""
    total = 0
    while count := sum(run_due(app, lane, "drain") for lane in lanes()):
        total += count
    return total
