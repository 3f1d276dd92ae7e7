"""The outbox: written with its event or not at all, claimed by one worker, tried again, never silently lost."""

from datetime import timedelta

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session, sessionmaker

from helpdesk import errands, journal
from helpdesk.base import Base
from helpdesk.clock import SetClock
from helpdesk.errands import Errand, ErrandState, enlist
from helpdesk.journal import Actor, EventKind

KIM = Actor(kind="agent", name="Kim", id=1)


@pytest.fixture
def woken() -> list[int]:
    return []


@pytest.fixture
def outbox(woken: list[int]) -> Session:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    sessions = sessionmaker(engine)
    enlist(sessions, {EventKind.NOTED: ("index", "notify")}, lambda: woken.append(1))
    return sessions()


def _note(session: Session, clock: SetClock) -> None:
    journal.record(session, "incident", 1, EventKind.NOTED, by=KIM, at=clock.now())


def test_an_event_brings_its_errands_and_wakes_the_worker(outbox: Session, clock: SetClock, woken: list[int]) -> None:
    _note(outbox, clock)
    assert woken == []
    outbox.commit()
    assert woken == [1]
    assert sorted(outbox.scalars(select(Errand.reaction))) == ["index", "notify"]
    outbox.commit()
    assert woken == [1]


def test_a_rollback_takes_both_away(outbox: Session, clock: SetClock, woken: list[int]) -> None:
    _note(outbox, clock)
    outbox.flush()
    outbox.rollback()
    assert list(outbox.scalars(select(Errand.id))) == []
    outbox.commit()
    assert woken == []


def test_a_kind_without_reactions_brings_none(outbox: Session, clock: SetClock, woken: list[int]) -> None:
    journal.record(outbox, "incident", 1, EventKind.LINKED, by=KIM, at=clock.now())
    outbox.commit()
    assert (list(outbox.scalars(select(Errand.id))), woken) == ([], [])


def test_one_worker_gets_it(outbox: Session, clock: SetClock) -> None:
    _note(outbox, clock)
    outbox.commit()
    (number,) = errands.due(outbox, ["index"], now=clock.now())
    assert errands.claim(outbox, number, by="one", now=clock.now())
    assert not errands.claim(outbox, number, by="two", now=clock.now())
    assert errands.due(outbox, ["index"], now=clock.now()) == []


def test_what_a_dead_worker_claimed_is_due_again(outbox: Session, clock: SetClock) -> None:
    _note(outbox, clock)
    outbox.commit()
    (number,) = errands.due(outbox, ["index"], now=clock.now())
    errands.claim(outbox, number, by="dead", now=clock.now())
    clock.advance(seconds=errands.CLAIM_SECONDS + 1)
    assert errands.due(outbox, ["index"], now=clock.now()) == [number]
    assert errands.claim(outbox, number, by="alive", now=clock.now())


def test_a_failure_backs_off_and_is_given_up_in_the_end(outbox: Session, clock: SetClock) -> None:
    _note(outbox, clock)
    outbox.commit()
    waits = []
    for _ in range(3):
        (number,) = errands.due(outbox, ["notify"], now=clock.now())
        errands.claim(outbox, number, by="one", now=clock.now())
        errand = outbox.get_one(Errand, number, populate_existing=True)
        errands.failed(errand, "The mail server is away", now=clock.now(), tries_max=3)
        outbox.commit()
        if errand.state == ErrandState.DUE:
            waits.append((errand.due_at - clock.now()).total_seconds())
            assert errands.due(outbox, ["notify"], now=clock.now()) == []
            clock.at = errand.due_at
    assert waits == [5, 15]
    (given_up,) = errands.given_up(outbox)
    assert given_up.last_error == "The mail server is away"
    errands.retry(given_up, now=clock.now() + timedelta(seconds=1))
    outbox.commit()
    assert errands.due(outbox, ["notify"], now=clock.now() + timedelta(seconds=1)) == [given_up.id]
