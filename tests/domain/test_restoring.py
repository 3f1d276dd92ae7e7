"""Service restored apart from resolved, entries written down later than they happened, and closing by itself."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from helpdesk.base import Base
from helpdesk.clock import SetClock
from helpdesk.errors import Conflict, Invalid
from helpdesk.incidents.closing import BATCH, close_unanswered, due_to_close
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.lifecycle import ResolutionCode, State
from helpdesk.incidents.merge import merge, unmerge
from helpdesk.incidents.opening import open_incident
from helpdesk.incidents.reopening import check_reopening
from helpdesk.incidents.status_table import add_status
from helpdesk.incidents.thread import Words
from helpdesk.journal import Actor, Event, EventKind, history
from helpdesk.people.agent import Agent
from helpdesk.people.requester import known_requester
from helpdesk.service_levels.calendar import default_calendar
from tests.domain.conftest import START, SYSTEM

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOW = START + 6 * HOUR


def _last(session: Session, incident: Incident) -> Event:
    return history(session, "incident", incident.id)[-1]


def _resolve(incident: Incident, by: Agent, at: datetime = NOW, **more: datetime) -> None:
    incident.resolve(ResolutionCode.FIXED, "Wear", "Replaced", by=by.actor(), at=at, **more)


# Restored


def test_the_service_works_again_while_the_record_stays_open(session: Session, incident: Incident, kim: Agent) -> None:
    incident.restore("Second line", by=kim.actor(), at=START + HOUR, logged_at=NOW)
    assert (incident.restored_at, incident.current) == (START + HOUR, State.NEW)
    event = _last(session, incident)
    assert (event.kind, event.at, event.data["how"]) == (EventKind.RESTORED, START + HOUR, "Second line")
    assert event.data["logged_at"] == NOW.isoformat()
    incident.restore("Third line", by=kim.actor(), at=START + 2 * HOUR, logged_at=NOW)
    assert _last(session, incident).data["before"] == (START + HOUR).isoformat()


def test_it_does_not_work_after_all(session: Session, incident: Incident, kim: Agent) -> None:
    with pytest.raises(Conflict, match="Nobody said"):
        incident.withdraw_restoration(by=kim.actor(), at=NOW)
    incident.restore(by=kim.actor(), at=NOW)
    incident.withdraw_restoration("Down again", by=kim.actor(), at=NOW + HOUR)
    assert incident.restored_at is None
    assert (_last(session, incident).kind, _last(session, incident).data["reason"]) == (
        EventKind.RESTORATION_WITHDRAWN,
        "Down again",
    )


def test_resolving_says_when_it_was_restored(session: Session, incident: Incident, kim: Agent) -> None:
    _resolve(incident, kim)
    assert incident.restored_at == incident.resolved_at == NOW
    assert _last(session, incident).data["restored_at"] == NOW.isoformat()
    incident.reopen(by=kim.actor(), at=NOW + HOUR)
    assert incident.restored_at is None
    incident.restore(by=kim.actor(), at=NOW + 2 * HOUR)
    _resolve(incident, kim, NOW + 3 * HOUR)
    assert incident.restored_at == NOW + 2 * HOUR
    incident.restore(by=kim.actor(), at=NOW + 90 * HOUR / 60, logged_at=NOW + 4 * HOUR)
    assert incident.restored_at == NOW + 90 * HOUR / 60


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (START - HOUR, "was opened"),
        (NOW + HOUR, "still to come"),
        (START + HOUR, "was last moved"),
    ],
)
def test_a_restoration_lies_between_reopening_and_now(incident: Incident, kim: Agent, at: datetime, said: str) -> None:
    _resolve(incident, kim, START + HOUR)
    incident.reopen(by=kim.actor(), at=START + 2 * HOUR)
    with pytest.raises(Invalid, match=said):
        incident.restore(by=kim.actor(), at=at, logged_at=NOW)


@pytest.mark.parametrize("restored_at", [START - HOUR, NOW + HOUR])
def test_what_is_resolved_was_restored_before(incident: Incident, kim: Agent, restored_at: datetime) -> None:
    with pytest.raises(Invalid) as refused:
        _resolve(incident, kim, restored_at=restored_at)
    assert refused.value.field == "restored_at"
    assert (incident.restored_at, incident.current) == (None, State.NEW)
    _resolve(incident, kim)
    with pytest.raises(Invalid, match="was resolved before that"):
        incident.restore(by=kim.actor(), at=NOW + HOUR)


# Written down later


def _told(incident: Incident, by: Actor, at: datetime, logged_at: datetime) -> None:
    incident.tell(Words("We rang"), by=by, at=at, logged_at=logged_at)


LATER: dict[str, Callable[[Incident, Actor, datetime, datetime], object]] = {
    "note": lambda i, by, at, logged_at: i.note(Words("Seen"), by=by, at=at, logged_at=logged_at),
    "call": _told,
    "caller": lambda i, by, at, logged_at: i.receive(Words("It is worse"), by=by, at=at, logged_at=logged_at),
    "restore": lambda i, by, at, logged_at: i.restore(by=by, at=at, logged_at=logged_at),
    "start": lambda i, by, at, logged_at: i.start(by=by, at=at, logged_at=logged_at),
    "wait": lambda i, by, at, logged_at: i.wait_for_requester(by=by, at=at, logged_at=logged_at),
    "resolve": lambda i, by, at, logged_at: i.resolve(
        ResolutionCode.FIXED, "Wear", "Replaced", by=by, at=at, logged_at=logged_at
    ),
}
every_later = pytest.mark.parametrize("what", LATER)


@every_later
def test_what_was_done_earlier_is_marked(session: Session, incident: Incident, kim: Agent, what: str) -> None:
    LATER[what](incident, kim.actor(), START + HOUR, NOW)
    marked = [one for one in history(session, "incident", incident.id) if one.data.get("logged_at")]
    assert [(one.at, one.data["logged_at"]) for one in marked] == [(START + HOUR, NOW.isoformat())]
    assert incident.updated_at == NOW
    for entry in incident.entries[1:]:
        assert (entry.at, entry.features["logged_at"]) == (START + HOUR, NOW.isoformat())


@every_later
def test_what_happens_now_is_not_marked(session: Session, incident: Incident, kim: Agent, what: str) -> None:
    LATER[what](incident, kim.actor(), NOW, NOW)
    assert not any("logged_at" in one.data for one in history(session, "incident", incident.id))


@every_later
def test_a_time_that_can_not_be_is_refused(session: Session, incident: Incident, kim: Agent, what: str) -> None:
    for at, logged_at, said in (
        (NOW + HOUR, NOW, "still to come"),
        (START - HOUR, NOW, "was opened"),
        (START, START + 366 * DAY, "more than a year ago"),
    ):
        with pytest.raises(Invalid, match=said):
            LATER[what](incident, kim.actor(), at, logged_at)
    assert [one.kind for one in history(session, "incident", incident.id)] == [EventKind.OPENED]
    assert incident.current is State.NEW


@pytest.mark.parametrize("what", ["wait", "resolve"])
def test_no_move_comes_before_the_one_before(incident: Incident, kim: Agent, what: str) -> None:
    incident.start(by=kim.actor(), at=START + 3 * HOUR)
    with pytest.raises(Invalid, match="was last moved 2 March 2026 at 12:00 UTC"):
        LATER[what](incident, kim.actor(), START + 2 * HOUR, NOW)
    incident.note(Words("Saw it at eleven"), by=kim.actor(), at=START + 2 * HOUR, logged_at=NOW)


def test_a_call_answers_and_opens_a_new_incident(session: Session, incident: Incident, kim: Agent) -> None:
    entry = incident.tell(Words("We rang"), by=kim.actor(), at=START + HOUR, logged_at=NOW)
    replied, moved = history(session, "incident", incident.id)[-2:]
    assert (replied.kind, replied.data["spoken"], replied.at) == (EventKind.REPLIED, True, START + HOUR)
    assert (moved.at, incident.current) == (NOW, State.OPEN)
    assert entry.is_public
    assert entry.features["spoken"] is True


def test_a_call_of_the_requester_wakes_it_when_it_is_written_down(
    session: Session, incident: Incident, kim: Agent
) -> None:
    incident.wait_for_requester(by=kim.actor(), at=START + 2 * HOUR)
    incident.receive(Words("It is worse"), by=kim.actor(), at=START + HOUR, logged_at=NOW)
    assert (incident.current, _last(session, incident).at) == (State.OPEN, NOW)


def test_an_incident_may_have_been_reported_before_it_was_logged(session: Session, kim: Agent) -> None:
    requester = known_requester(session, "ada@example.org", "Ada", at=START)
    more = {"source": "agent", "by": kim.actor()}
    made, entry = open_incident(session, requester, "Down", Words("Down"), at=START, logged_at=NOW, **more)  # type: ignore[arg-type]
    assert (made.opened_at, made.updated_at, entry.at) == (START, NOW, START)
    assert _last(session, made).data["logged_at"] == entry.features["logged_at"] == NOW.isoformat()
    with pytest.raises(Invalid, match="still to come"):
        open_incident(session, requester, "Down", Words("Down"), at=NOW + HOUR, logged_at=NOW, **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def empty() -> Iterator[Engine]:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


@settings(max_examples=40, deadline=None)
@given(steps=st.lists(st.tuples(st.sampled_from(sorted(LATER)), st.integers(0, 600), st.integers(0, 600)), max_size=6))
def test_whatever_is_back_dated_the_record_goes_forward(empty: Engine, steps: list[tuple[str, int, int]]) -> None:
    """Steps: what is done, how many minutes pass before it is written down, how many minutes ago it was done."""
    with Session(empty) as session:
        agent = Agent(name="Kim", email="kim@example.org", created_at=START)
        session.add(agent)
        requester = known_requester(session, "ada@example.org", "Ada", at=START)
        made, _ = open_incident(session, requester, "x", Words("x"), source="mail", by=SYSTEM, at=START)
        now = START
        for what, passed, ago in steps:
            now, before = now + timedelta(minutes=passed), made.updated_at
            try:
                LATER[what](made, agent.actor(), now - timedelta(minutes=ago), now)
            except (Invalid, Conflict):
                assert made.updated_at == before
            assert before <= made.updated_at <= now
        assert all(START <= one.at <= now for one in history(session, "incident", made.id))


# Closing by itself


def test_it_is_closed_after_so_many_working_days(session: Session, incident: Incident, kim: Agent) -> None:
    _resolve(incident, kim, START)  # a Monday
    calendar = default_calendar(session)

    def due(now: datetime) -> list[int]:
        return due_to_close(session, lambda at: calendar.working_days_after(at, 5), days=5, now=now)

    assert due(START + 6 * DAY) == []
    assert due(START + 7 * DAY - timedelta(minutes=1)) == []
    assert due(START + 7 * DAY) == [incident.id]
    assert close_unanswered(session, incident.id, days=5, by=SYSTEM, at=START + 7 * DAY)
    event = _last(session, incident)
    assert (event.kind, event.data["why"]) == (EventKind.CLOSED, "no answer within 5 working days")
    assert "quiet" not in event.data
    assert due(START + 9 * DAY) == []
    assert not close_unanswered(session, incident.id, days=5, by=SYSTEM, at=START + 9 * DAY)


def test_what_was_resolved_long_ago_is_closed_without_a_letter(
    session: Session, incident: Incident, kim: Agent
) -> None:
    _resolve(incident, kim, START)
    close_unanswered(session, incident.id, days=5, by=SYSTEM, at=START + 60 * DAY)
    assert _last(session, incident).data["quiet"]


def test_nothing_is_closed_that_somebody_touched_meanwhile(
    session: Session, incident: Incident, kim: Agent, clock: SetClock
) -> None:
    other, _ = open_incident(
        session, incident.requester, "Same", Words("Same"), source="mail", by=incident.requester.actor(), at=START
    )
    _resolve(incident, kim, START)
    merge(session, incident, other, by=kim.actor(), at=NOW)
    assert not close_unanswered(session, incident.id, days=1, by=SYSTEM, at=NOW + 30 * DAY)
    unmerge(session, incident, by=kim.actor(), at=NOW + DAY)
    assert due_to_close(session, lambda at: at + DAY, days=1, now=NOW + 30 * DAY) == [incident.id]
    incident.receive(Words("Not fixed"), by=incident.requester.actor(), at=NOW + 2 * DAY)
    assert not close_unanswered(session, incident.id, days=1, by=SYSTEM, at=NOW + 30 * DAY)


def test_a_look_is_bounded(session: Session, incident: Incident, kim: Agent) -> None:
    for number in range(4):
        made, _ = open_incident(
            session, incident.requester, "x", Words("x"), source="mail", by=incident.requester.actor(), at=START
        )
        _resolve(made, kim, START + number * HOUR)
    found = due_to_close(session, lambda at: at, days=1, now=NOW + DAY, limit=3)
    assert found == [2, 3, 4]
    assert BATCH <= 500


# Merging and status


def test_a_merge_undone_gives_status_and_restoration_back(session: Session, incident: Incident, kim: Agent) -> None:
    own = add_status(session, State.PENDING_OTHER, "Waiting for supplier")
    other, _ = open_incident(
        session, incident.requester, "Same", Words("Same"), source="mail", by=incident.requester.actor(), at=START
    )
    incident.restore(by=kim.actor(), at=NOW)
    incident.wait_for_other(NOW + DAY, by=kim.actor(), at=NOW, status=own)
    merge(session, incident, other, by=kim.actor(), at=NOW)
    assert incident.status is not own
    unmerge(session, incident, by=kim.actor(), at=NOW)
    assert (incident.status, incident.current, incident.restored_at) == (own, State.PENDING_OTHER, NOW)


def test_reopening_late_is_for_those_who_insist(incident: Incident, kim: Agent) -> None:
    _resolve(incident, kim, START)
    check_reopening(incident, 14, insists=False, now=START + 14 * DAY)
    with pytest.raises(Conflict, match="ended more than 14 days ago"):
        check_reopening(incident, 14, insists=False, now=START + 14 * DAY + HOUR)
    check_reopening(incident, 14, insists=True, now=START + 15 * DAY)
