"""The worker: what an event asks for happens, once, also when the worker dies in the middle of it."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk import errands, journal
from helpdesk.app import create_app
from helpdesk.cli.db import ensure_newest
from helpdesk.cli.demo_data import load_company
from helpdesk.cli.desk import house_of, session_of
from helpdesk.clock import SetClock
from helpdesk.errands import Errand, ErrandState
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.lifecycle import State
from helpdesk.journal import Actor
from helpdesk.letters.delivery import Delivery, DeliveryState
from helpdesk.letters.transport import MemoryTransport, NotSent
from helpdesk.people.permissions import Permission
from helpdesk.policies import MailPolicy, decide_on
from helpdesk.proof import breaks
from helpdesk.reactions import DELIVER
from helpdesk.seals import Seal
from helpdesk.settings import Settings
from helpdesk.worker import drain, seal_yesterday, wake_incidents
from tests.intake.desk import START, arrive, letter

KIM = Actor("agent", "Kim", 1, frozenset({Permission.WORK_INCIDENTS}))


@pytest.fixture
def clock() -> SetClock:
    return SetClock(START)


@pytest.fixture
def transport() -> MemoryTransport:
    return MemoryTransport()


@pytest.fixture
def app(tmp_path: Path, clock: SetClock, transport: MemoryTransport) -> Flask:
    app = create_app(Settings(data_folder=tmp_path, errand_tries_max=3), clock=clock, transport=transport)
    ensure_newest(app, upgrade=True)
    with session_of(app) as session:
        load_company(session, at=START, with_passwords=False)
        session.commit()
        arrive(session, house_of(app), letter())
    return app


def deliveries(app: Flask) -> list[Delivery]:
    with session_of(app) as session:
        return list(session.scalars(select(Delivery).order_by(Delivery.id)))


def to_ada(transport: MemoryTransport) -> list[str]:
    return [str(mail["Subject"]) for mail, recipient in transport.sent if recipient == "ada@example.org"]


def test_an_acknowledgement_leaves_and_the_incident_is_found(app: Flask, transport: MemoryTransport) -> None:
    drain(app)
    assert len(to_ada(transport)) == 1
    assert house_of(app).index.document_count == 1
    with session_of(app) as session:
        assert errands.waiting(session) == 0
    drain(app)
    assert len(to_ada(transport)) == 1


def test_a_server_that_is_away_is_tried_again(app: Flask, transport: MemoryTransport, clock: SetClock) -> None:
    transport.refusals["ada@example.org"] = NotSent("451 come back later", permanent=False)
    drain(app)
    (delivery,) = [one for one in deliveries(app) if one.recipient == "ada@example.org"]
    assert (delivery.state, delivery.answer) == (DeliveryState.DEFERRED, "451 come back later")
    transport.refusals.clear()
    drain(app)
    assert to_ada(transport) == []
    clock.advance(seconds=errands.BACK_OFF_SECONDS[0])
    drain(app)
    assert len(to_ada(transport)) == 1


def test_after_enough_tries_it_is_given_up_and_told(app: Flask, transport: MemoryTransport, clock: SetClock) -> None:
    transport.refusals["ada@example.org"] = NotSent("451 come back later", permanent=False)
    with session_of(app) as session:
        decide_on(session, MailPolicy(keep_trying_hours=2))
        session.commit()
    for hours in range(4):
        drain(app)
        (delivery,) = [one for one in deliveries(app) if one.recipient == "ada@example.org"]
        assert (hours, delivery.state) == (hours, DeliveryState.DEFERRED)
        clock.advance(minutes=30)
    for _ in range(4):
        drain(app)
        clock.advance(hours=1)
    (delivery,) = [one for one in deliveries(app) if one.recipient == "ada@example.org"]
    assert delivery.state == DeliveryState.FAILED
    with session_of(app) as session:
        kinds = [event.kind for event in journal.history(session, "incident", 1)]
    assert kinds == ["opened", "delivery_failed"]


def test_what_a_dead_worker_had_claimed_is_done_by_the_next(
    app: Flask, transport: MemoryTransport, clock: SetClock
) -> None:
    with session_of(app) as session:
        numbers = list(session.scalars(select(Errand.id)))
        assert all(errands.claim(session, number, by="dead", now=clock.now()) for number in numbers)
    assert drain(app) == 0
    clock.advance(seconds=errands.CLAIM_SECONDS + 1)
    drain(app)
    assert len(to_ada(transport)) == 1


def test_a_letter_that_was_being_sent_is_in_doubt_and_not_sent_again(
    app: Flask, transport: MemoryTransport, clock: SetClock
) -> None:
    drain(app)
    with session_of(app) as session:
        delivery = session.scalars(select(Delivery).where(Delivery.recipient == "ada@example.org")).one()
        delivery.state = DeliveryState.SENDING.value
        errands.send_on(session, DELIVER, at=clock.now(), delivery_id=delivery.id)
        session.commit()
    drain(app)
    assert len(to_ada(transport)) == 1
    (delivery,) = [one for one in deliveries(app) if one.recipient == "ada@example.org"]
    assert delivery.state == DeliveryState.UNCERTAIN


def test_a_broken_reaction_is_shown_and_can_be_tried_again(app: Flask, clock: SetClock) -> None:
    with session_of(app) as session:
        errands.send_on(session, DELIVER, at=clock.now(), delivery_id=999)
        session.commit()
    for _ in range(3):
        drain(app)
        clock.advance(hours=1)
    with session_of(app) as session:
        (given_up,) = errands.given_up(session)
        assert given_up.last_error
        errands.retry(given_up, now=clock.now())
        session.commit()
        assert given_up.state == ErrandState.DUE


def test_pending_incidents_wake_by_themselves(app: Flask, clock: SetClock) -> None:
    with session_of(app) as session:
        session.get_one(Incident, 1).wait_for_other(clock.now() + timedelta(hours=1), by=KIM, at=clock.now())
        session.commit()
    wake_incidents(app)
    clock.advance(hours=1)
    with session_of(app) as session:
        assert session.get_one(Incident, 1).current is State.PENDING_OTHER
    wake_incidents(app)
    with session_of(app) as session:
        assert session.get_one(Incident, 1).current is State.OPEN


def test_finished_days_are_sealed_once(app: Flask, clock: SetClock) -> None:
    with session_of(app) as session:
        day = session.scalars(select(journal.Event.recorded_at)).first()
        assert day is not None
    clock.at = day.replace(hour=12) + timedelta(days=2)
    seal_yesterday(app)
    seal_yesterday(app)
    with session_of(app) as session:
        assert session.query(Seal).count() == 2
        assert list(breaks(session)) == []
