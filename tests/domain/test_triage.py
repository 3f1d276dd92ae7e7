"""Assignment, category and priority: what is checked, what is written down, what an incident is told apart by."""

from base64 import b64encode
from itertools import product

import pytest
from sqlalchemy.orm import Session

from helpdesk.clock import SetClock
from helpdesk.errors import Conflict, Invalid, NotAllowed
from helpdesk.incidents.incident import SUBJECT_LENGTH_MAX, Incident, checked_subject
from helpdesk.incidents.lifecycle import State
from helpdesk.incidents.links import LinkKind, link, links_of, unlink
from helpdesk.incidents.opening import open_incident
from helpdesk.incidents.priority import MATRIX, Impact, Urgency, priority_of
from helpdesk.incidents.queries import QueueFilter, incident_for, queue
from helpdesk.incidents.thread import Words
from helpdesk.journal import Actor, EventKind, history
from helpdesk.people.agent import Agent, Team
from helpdesk.people.permissions import Role
from helpdesk.services import Service, make_category


def test_the_matrix_is_whole_and_never_rises_when_things_get_better() -> None:
    assert set(MATRIX) == set(product(Impact, Urgency))
    for impact, urgency in MATRIX:
        if impact < Impact.LOW:
            assert MATRIX[impact, urgency] <= MATRIX[Impact(impact + 1), urgency]
        if urgency < Urgency.LOW:
            assert MATRIX[impact, urgency] <= MATRIX[impact, Urgency(urgency + 1)]


@pytest.mark.parametrize(("impact", "urgency"), [(0, 1), (1, 4), (-1, 2)])
def test_a_side_that_is_not_there(impact: int, urgency: int) -> None:
    with pytest.raises(Invalid):
        priority_of(impact, urgency)


def test_priority_follows_from_both_sides(session: Session, incident: Incident, kim: Agent, clock: SetClock) -> None:
    incident.prioritize(1, 1, by=kim.actor(), at=clock.now(), reason="Everybody stands still.")
    assert incident.priority == 1
    event = history(session, "incident", incident.id)[-1]
    assert (event.kind, event.data["after"]["priority"]) == (EventKind.PRIORITIZED, 1)
    incident.prioritize(1, 1, by=kim.actor(), at=clock.now(), reason="Everybody stands still.")
    assert history(session, "incident", incident.id)[-1].id == event.id


def test_assigning_opens_a_new_incident(incident: Incident, kim: Agent, team: Team, clock: SetClock) -> None:
    incident.assign(None, team, by=kim.actor(), at=clock.now())
    assert incident.current is State.NEW
    incident.assign(kim, team, by=kim.actor(), at=clock.now())
    assert incident.current is State.OPEN


def test_who_gets_a_private_teams_work_is_in_that_team(
    session: Session, incident: Incident, kim: Agent, clock: SetClock
) -> None:
    payroll = Team(name="Payroll", private=True, members=[])
    session.add(payroll)
    with pytest.raises(Invalid):
        incident.assign(kim, payroll, by=kim.actor(), at=clock.now())
    kim.active = False
    with pytest.raises(Invalid):
        incident.assign(kim, None, by=Actor("system", "Rules"), at=clock.now())


def test_a_private_teams_incident_is_nowhere_for_others(
    session: Session, incident: Incident, kim: Agent, clock: SetClock
) -> None:
    lee = Agent(name="Lee", email="lee@example.org", role=Role.ADMINISTRATOR.value, active=True, created_at=clock.now())
    payroll = Team(name="Payroll", private=True, members=[lee])
    session.add_all([lee, payroll])
    incident.assign(None, payroll, by=kim.actor(), at=clock.now())
    for view in ("open", "all", "unassigned"):
        assert queue(session, kim.viewer(), QueueFilter(view=view)).rows == ()
        assert [row.id for row in queue(session, lee.viewer(), QueueFilter(view=view)).rows] == [incident.id]
    assert incident_for(session, kim.viewer(), incident.id) is None
    assert incident_for(session, lee.viewer(), incident.id) is incident


def test_a_requester_works_on_nothing(incident: Incident, ada: Actor, clock: SetClock) -> None:
    for act in (
        lambda: incident.note(Words("x"), by=ada, at=clock.now()),
        lambda: incident.reply(Words("x"), by=ada, at=clock.now()),
        lambda: incident.assign(None, None, by=ada, at=clock.now()),
        lambda: incident.prioritize(1, 1, by=ada, at=clock.now()),
        lambda: incident.rename("x", by=ada, at=clock.now()),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_category_and_service_are_written_down(
    session: Session, incident: Incident, kim: Agent, clock: SetClock
) -> None:
    network = make_category(session, "Network")
    wifi, service = make_category(session, "Wi-Fi", network), Service(name="Office network")
    session.add(service)
    incident.categorize(wifi, service, by=kim.actor(), at=clock.now())
    assert history(session, "incident", incident.id)[-1].data["after"] == {
        "category": "Network › Wi-Fi",
        "category_id": wifi.id,
        "service": "Office network",
        "service_id": service.id,
    }


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("  two\r\n lines ", "two lines"),
        ("", "(no subject)"),
        ("\x00\x07", "(no subject)"),
        ("ä" * 999, "ä" * 249 + "…"),
    ],
)
def test_a_subject_is_one_line(given: str, kept: str) -> None:
    assert checked_subject(given) == kept
    assert len(kept) <= SUBJECT_LENGTH_MAX


def test_a_service_brings_its_team(
    session: Session, incident: Incident, team: Team, ada: Actor, clock: SetClock
) -> None:
    service = Service(name="VPN", team=team)
    session.add(service)
    made, _ = open_incident(
        session, incident.requester, "VPN", Words("x"), source="form", by=ada, at=clock.now(), service=service
    )
    assert made.team is team


def test_ties_are_seen_from_both_ends_and_can_be_undone(
    session: Session, incident: Incident, kim: Agent, ada: Actor, clock: SetClock
) -> None:
    other, _ = open_incident(session, incident.requester, "Again", Words("x"), source="mail", by=ada, at=clock.now())
    tie = link(session, other, incident, LinkKind.DUPLICATE_OF, by=kim.actor(), at=clock.now())
    session.flush()
    assert links_of(session, incident) == links_of(session, other) == [tie]
    assert history(session, "incident", incident.id)[-1].data == {"tie": "has duplicate", "other": other.number}
    with pytest.raises(Conflict):
        link(session, incident, other, LinkKind.DUPLICATE_OF, by=kim.actor(), at=clock.now())
    with pytest.raises(Invalid):
        link(session, other, other, LinkKind.RELATED, by=kim.actor(), at=clock.now())
    unlink(session, tie, by=kim.actor(), at=clock.now())
    session.flush()
    assert links_of(session, incident) == []


@pytest.mark.parametrize("sort", ["updated", "-updated", "opened", "-opened", "priority", "-priority"])
def test_pages_of_the_queue_hold_each_incident_once(
    session: Session, incident: Incident, kim: Agent, ada: Actor, clock: SetClock, sort: str
) -> None:
    for number in range(11):
        made, _ = open_incident(
            session,
            incident.requester,
            f"n{number}",
            Words("x"),
            source="mail",
            by=ada,
            at=clock.advance(minutes=number % 3),
        )
        made.prioritize(1 + number % 3, 1 + number % 2, by=kim.actor(), at=clock.now(), reason="To see it.")
    seen, cursor, turns = [], "", 0
    while turns == 0 or cursor:
        page = queue(session, kim.viewer(), QueueFilter(view="all", sort=sort, cursor=cursor, limit=5))
        seen += page.rows
        cursor, turns = page.next_cursor, turns + 1
    assert (len(seen), len({row.id for row in seen}), page.total, turns) == (12, 12, 12, 3)
    key = {
        "updated": lambda row: row.updated_at,
        "opened": lambda row: row.opened_at,
        "priority": lambda row: row.priority,
    }
    values = [key[sort.removeprefix("-")](row) for row in seen]
    assert values == sorted(values, reverse=sort.startswith("-"))


DAMAGED = (b'["2026-03-02T09:00:00", 1]', b'["2026-03-02T09:00:00+00:00", 99999999999999999999]', b"[[], {}]")


@pytest.mark.parametrize(
    "asked",
    [
        QueueFilter(sort="x"),
        QueueFilter(view="x"),
        QueueFilter(cursor="x"),
        QueueFilter(cursor="W10"),
        *[QueueFilter(cursor=b64encode(one).decode()) for one in DAMAGED],
    ],
)
def test_a_damaged_address_of_the_queue_says_so(session: Session, kim: Agent, asked: QueueFilter) -> None:
    with pytest.raises(Invalid):
        queue(session, kim.viewer(), asked)


def test_the_requester_filter_takes_signs_as_letters(session: Session, incident: Incident, kim: Agent) -> None:
    for text, found in (("ADA", 1), ("@example", 1), ("%", 0), ("_da", 0), ("\\", 0)):
        assert len(queue(session, kim.viewer(), QueueFilter(view="all", requester=text)).rows) == found
