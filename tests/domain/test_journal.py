"""The journal can't be changed unnoticed: each record's chain, and the day's seal over all of them."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from helpdesk import journal, seals
from helpdesk.journal import Actor, Event, EventKind
from helpdesk.proof import breaks
from helpdesk.seals import Seal

KIM = Actor(kind="agent", name="Kim", id=1)
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def chained(session: Session) -> Session:
    for record_id in (1, 2):
        for number in range(3):
            journal.record(session, "incident", record_id, EventKind.NOTED, by=KIM, at=AT, number=number)
    session.commit()
    return session


def test_a_whole_journal_holds(chained: Session) -> None:
    seals.seal(chained, chained.get_one(Event, 1).recorded_at.date())
    chained.commit()
    chained.expire_all()
    assert list(breaks(chained)) == []
    assert [event.sequence for event in journal.history(chained, "incident", 2)] == [1, 2, 3]


def test_a_changed_event_is_noticed(chained: Session) -> None:
    chained.execute(update(Event).where(Event.id == 2).values(actor_name="Somebody else"))
    assert any("changed" in str(line) for line in breaks(chained))


def test_a_removed_event_is_noticed(chained: Session) -> None:
    chained.execute(delete(Event).where(Event.id == 2))
    assert any("missing" in str(line) for line in breaks(chained))


def test_a_removed_chain_is_noticed_by_the_seal(chained: Session) -> None:
    seals.seal(chained, chained.get_one(Event, 1).recorded_at.date())
    chained.execute(delete(Event).where(Event.record_id == 2))
    assert any("seal" in str(line) for line in breaks(chained))


def test_a_seal_is_made_once_and_days_follow_each_other(chained: Session) -> None:
    day = chained.get_one(Event, 1).recorded_at.date()
    first = seals.seal(chained, day)
    assert seals.seal(chained, day) is first
    later = day.fromordinal(day.toordinal() + 3)
    unsealed = seals.unsealed_days(chained, before=later)
    assert [one.toordinal() - day.toordinal() for one in unsealed] == [1, 2]
    assert seals.seal(chained, unsealed[0]).previous_hash == first.hash
    assert chained.query(Seal).count() == 2


def test_two_writers_of_one_record_cant_both_be_next(chained: Session) -> None:
    event = journal.history(chained, "incident", 1)[-1]
    chained.add(
        Event(
            record_kind="incident", record_id=1, sequence=event.sequence, kind="noted", at=AT, actor_kind="agent",
            actor_name="Lee", data={}, previous_hash=event.previous_hash, hash="0" * 64,
        )
    )  # fmt: skip
    with pytest.raises(IntegrityError):
        chained.flush()
