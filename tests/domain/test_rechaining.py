"""A journal from before is hashed anew: what held holds, what was broken stays visible, the words are proved."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, create_engine, delete, select, update
from sqlalchemy.orm import Session

import helpdesk.worker  # noqa: F401 - every table must be known before they are made
from helpdesk.base import Base
from helpdesk.chain.event_hash import NO_HASH
from helpdesk.chain.heads import chain_heads
from helpdesk.cli.audit import prove_all
from helpdesk.incidents.rechaining import chain_anew
from helpdesk.incidents.thread import Entry
from helpdesk.journal import Actor, Event, EventKind, history, record
from helpdesk.proof import Tally
from helpdesk.seals import Seal, seal
from tests.peers.postgres import Postgres
from tests.world import build_world

RECORDED = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    postgres: Postgres | None = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    made = create_engine(postgres.create_database() if postgres else "sqlite://")
    Base.metadata.create_all(made)
    yield made
    made.dispose()


@pytest.fixture
def old(engine: Engine) -> Iterator[Session]:
    """Three incidents with their threads, hashed as before, with one seal."""
    with Session(engine, expire_on_commit=False) as session:
        world = build_world(session)
        for number in range(3):
            incident = world.report(f"Till {number} prints nothing", "Only half of it: 0.5, and “ünïcödé”.")
            world.reply(incident)
            world.write_again(incident)
        session.commit()
        hash_as_before(session)
        seal(session, RECORDED.date())
        session.commit()
        yield session


def hash_as_before(session: Session) -> None:
    session.execute(delete(chain_heads))
    previous: Event | None = None
    for event in session.scalars(select(Event).order_by(Event.record_kind, Event.record_id, Event.sequence)):
        begins = previous is None or previous.record_id != event.record_id or previous.record_kind != event.record_kind
        event.data = {key: value for key, value in event.data.items() if key != "written"}
        event.salt, event.previous_hash, event.recorded_at = "", NO_HASH if begins else previous.hash, RECORDED
        said = [
            event.record_kind, event.record_id, event.sequence, event.kind, event.at.isoformat(),
            event.actor_kind, event.actor_id, event.actor_name, event.data, event.previous_hash,
        ]  # fmt: skip
        event.hash = hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=True).encode()).hexdigest()
        previous = event
    session.commit()


def upgraded(session: Session) -> list[str]:
    chain_anew(session.connection())
    session.commit()
    session.expire_all()
    return [str(one) for one in prove_all(session, Tally())]


def test_everything_that_held_holds(old: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("helpdesk.incidents.rechaining.BATCH", 4)  # chains reach over the edge of a batch
    before = old.scalars(select(Seal.hash)).one()
    assert upgraded(old) == []
    assert old.scalars(select(Seal.hash)).one() != before
    assert all("written" in event.data for event in history(old, "incident", 2) if "entry_id" in event.data)


def test_the_words_are_proved_from_then_on(old: Session) -> None:
    upgraded(old)
    old.execute(update(Entry).where(Entry.id == 2).values(text="We never said that."))
    assert ["entry 2 was changed" in str(one) for one in prove_all(old, Tally())] == [True]


def test_what_was_broken_before_stays_visible(old: Session) -> None:
    old.execute(update(Event).where(Event.record_id == 2, Event.sequence == 2).values(actor_name="Somebody else"))
    old.execute(delete(Event).where(Event.record_id == 3, Event.sequence == 2))
    found = upgraded(old)
    assert "incident 2: event 2 was changed after it was written" in found
    assert any("incident 3: an event is missing before number 3" in one for one in found)
    assert any("seal of 2026-03-02" in one for one in found)
    assert not any(one.startswith("incident 1") for one in found)


def test_the_chain_goes_on_after_it(old: Session) -> None:
    upgraded(old)
    world_incident = history(old, "incident", 1)[-1]
    record(old, "incident", 1, EventKind.RENAMED, by=Actor("agent", "Kim", 1), at=RECORDED, before="a", after="b")
    old.commit()
    assert history(old, "incident", 1)[-1].sequence == world_incident.sequence + 1
    seal(old, date.today() + timedelta(days=1))  # noqa: DTZ011 - any later day
    assert [str(one) for one in prove_all(old, Tally())] == []
