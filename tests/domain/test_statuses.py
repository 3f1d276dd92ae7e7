"""The site's own statuses within the fixed states: every state, verb, actor and limit of a status against the table
of moves, read off the data; then what administrators can do to them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

from helpdesk.base import Base
from helpdesk.errors import Conflict, Invalid, NotAllowed, Refused
from helpdesk.incidents.custom_fields import CustomField
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.lifecycle import PENDING, TABLE, UNRESOLVED, ResolutionCode, State, Verb
from helpdesk.incidents.status_table import (
    WAYS,
    add_status,
    bring_back,
    dead_ends,
    laid,
    make_default,
    may_follow,
    put_before,
    retire,
    reword,
    tie,
    ways,
)
from helpdesk.incidents.statuses import (
    REQUIRED,
    Status,
    default_status,
    requester_label,
    status_label,
    statuses,
    statuses_of,
)
from helpdesk.incidents.thread import Words
from helpdesk.journal import Actor, history
from helpdesk.people.agent import Agent
from helpdesk.people.permissions import Permission, Role
from helpdesk.services.causes import Cause
from tests.domain.conftest import SYSTEM
from tests.world import START, World, build_world

CELLS = {(move.state, move.verb): move for move in TABLE}
NOW = START + timedelta(hours=5)


def _wait_for_other(incident: Incident, status: Status, by: Actor) -> None:
    incident.wait_for_other(NOW + timedelta(days=1), "A part", by=by, at=NOW, status=status)


def _resolve(incident: Incident, status: Status, by: Actor) -> None:
    incident.resolve(ResolutionCode.FIXED, "Wear", "Replaced it", by=by, at=NOW, status=status)


# How each verb is called with a status; the others never choose one.
CHOOSING: dict[Verb, Callable[[Incident, Status, Actor], None]] = {
    Verb.START: lambda incident, status, by: incident.start(by=by, at=NOW, status=status),
    Verb.WAIT_FOR_REQUESTER: lambda incident, status, by: incident.wait_for_requester(by=by, at=NOW, status=status),
    Verb.WAIT_FOR_OTHER: _wait_for_other,
    Verb.RESUME: lambda incident, status, by: incident.resume(by=by, at=NOW, status=status),
    Verb.RESOLVE: _resolve,
    Verb.REOPEN: lambda incident, status, by: incident.reopen(by=by, at=NOW, status=status),
    Verb.CLOSE: lambda incident, status, by: incident.close(by=by, at=NOW, status=status),
    Verb.SET_STATUS: lambda incident, status, by: incident.set_status(status, by=by, at=NOW),
}
PLAIN: dict[Verb, Callable[[Incident, Actor], None]] = {
    Verb.WAKE: lambda incident, by: incident.wake(by=by, at=NOW),
    Verb.CONFIRM: lambda incident, by: incident.confirm(by=by, at=NOW),
    Verb.RESTORE: lambda incident, by: incident.restore(by=by, at=NOW),
    Verb.WITHDRAW_RESTORATION: lambda incident, by: incident.withdraw_restoration(by=by, at=NOW),
}


@dataclass(frozen=True)
class Limit:
    """One way in which a status may be limited. `refusal`: what an agent meets with; of `everybody`, all do."""

    name: str
    lay: Callable[[World, Status, Incident], None]
    refusal: type[Refused] | None
    everybody: bool = False
    field: str = ""


def _none(world: World, status: Status, incident: Incident) -> None:
    pass


def _retired(world: World, status: Status, incident: Incident) -> None:
    status.retired_at = NOW


def _elsewhere(world: World, status: Status, incident: Incident) -> None:
    status.entered_from = [status.id]


def _here(world: World, status: Status, incident: Incident) -> None:
    here = default_status(world.session, incident.current)
    assert here is not None
    status.entered_from = [here.id]


def _roles(*roles: Role) -> Callable[[World, Status, Incident], None]:
    def lay(world: World, status: Status, incident: Incident) -> None:
        status.roles = [role.value for role in roles]

    return lay


def _needs(field: str, *, filled: bool) -> Callable[[World, Status, Incident], None]:
    def lay(world: World, status: Status, incident: Incident) -> None:
        status.required = [field]
        if filled:
            values = {
                "assignee": world.kim, "team": world.support, "service": world.vpn, "category": world.access,
                "cause_chosen": world.session.query(Cause).one(), "restored_at": START,
            }  # fmt: skip
            setattr(incident, field, values[field])

    return lay


LIMITS = (
    Limit("none", _none, None),
    Limit("retired", _retired, Invalid, everybody=True),
    Limit("entered from elsewhere", _elsewhere, Conflict),
    Limit("entered from here", _here, None),
    Limit("others may enter it", _roles(Role.LEAD, Role.ADMINISTRATOR), NotAllowed),
    Limit("this role may enter it", _roles(Role.AGENT), None),
    *(Limit(f"needs {one}", _needs(one, filled=False), Invalid, field=one) for one in REQUIRED),
    *(Limit(f"has {one}", _needs(one, filled=True), None, field=one) for one in REQUIRED),
)


@pytest.fixture(scope="module")
def desk() -> Iterator[World]:
    """A world with two statuses for each state; each case is rolled back."""
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with sessionmaker(engine)() as session:
        world = build_world(session)
        laid(session)
        for state in State:
            add_status(session, state, f"Own {state.value}")
        session.add(Cause(name="Wear", path="Wear"))
        world.report()
        session.commit()
        yield world
    engine.dispose()


def _in(world: World, state: State) -> Incident:
    incident = world.session.get_one(Incident, 1)
    incident.state, incident.is_open = state.value, state in UNRESOLVED
    incident.wake_at = START if state in PENDING else None
    incident.status, incident.team = default_status(world.session, state), None
    if state in (State.RESOLVED, State.CLOSED):
        incident.resolved_at = NOW
    return incident


def _actors(world: World) -> list[Actor]:
    guest = Actor(kind="agent", name="Guest", id=world.kim.id)
    return [world.kim.actor(), guest, world.mia.actor(), SYSTEM]


def _expected(move: object, by: Actor, limit: Limit, verb: Verb) -> type[Refused] | None:
    """What the tables say; None: it is done."""
    if move is None:
        return Conflict
    if by.kind not in move.actors or (by.kind == "agent" and Permission.WORK_INCIDENTS not in by.permissions):  # type: ignore[attr-defined]
        return NotAllowed
    if verb is Verb.RESOLVE and limit.field == "restored_at":
        return None  # resolving says it
    return limit.refusal if by.kind == "agent" or limit.everybody else None


def _cases(world: World, move: object, verb: Verb) -> list[tuple[int, Limit]]:
    """Each actor with each limit; whom the table refuses meets no limit, so one case is enough."""
    refused = [_expected(move, by, LIMITS[0], verb) is not None for by in _actors(world)]
    return [(number, one) for number, stays in enumerate(refused) for one in (LIMITS[:1] if stays else LIMITS)]


def _refusal(verb: Callable[..., None], *given: object) -> type[Refused] | None:
    try:
        verb(*given)
    except Refused as refused:
        return type(refused)
    return None


@pytest.mark.parametrize("verb", CHOOSING, ids=str)
@pytest.mark.parametrize("state", State, ids=str)
def test_every_state_verb_actor_and_limit(desk: World, state: State, verb: Verb) -> None:
    move = CELLS.get((state, verb))
    target = move.next_state if move else State.OPEN
    for number, limit in _cases(desk, move, verb):
        incident, by = _in(desk, state), _actors(desk)[number]
        status = next(one for one in statuses_of(desk.session, target) if not one.is_default)
        limit.lay(desk, status, incident)
        expected, said = _expected(move, by, limit, verb), f"{limit.name}, {by.name}"
        before = (state, incident.status)
        refusal = _refusal(CHOOSING[verb], incident, status, by)
        assert refusal is expected, said
        assert (incident.current, incident.status) == (before if refusal else (target, status)), said
        assert incident.is_open == (incident.current in UNRESOLVED), said
        desk.session.rollback()


@pytest.mark.parametrize("verb", PLAIN, ids=str)
@pytest.mark.parametrize("state", State, ids=str)
def test_verbs_without_a_choice_are_held_up_by_no_status(desk: World, state: State, verb: Verb) -> None:
    for number in range(4):
        incident, by, move = _in(desk, state), _actors(desk)[number], CELLS.get((state, verb))
        incident.restored_at = START
        for one in statuses(desk.session):
            one.required, one.roles, one.entered_from = ["category"], [Role.ADMINISTRATOR.value], [one.id]
        expected = _expected(move, by, LIMITS[0], verb)
        refusal = _refusal(PLAIN[verb], incident, by)
        # What has no wake-up time is refused for that, whoever asks.
        assert (refusal is None) == (expected is None), (by, refusal)
        assert incident.current is (move.next_state if move and not refusal else state)
        desk.session.rollback()


def test_a_status_of_another_state_is_refused(desk: World) -> None:
    incident = _in(desk, State.OPEN)
    (_, own) = statuses_of(desk.session, State.CLOSED)
    with pytest.raises(Invalid, match="no status of “Waiting for requester”"):
        incident.wait_for_requester(by=desk.kim.actor(), at=NOW, status=own)
    desk.session.rollback()


def test_what_follows_from_another_verb_is_held_up_by_no_status(desk: World) -> None:
    incident, (default, _) = _in(desk, State.NEW), statuses_of(desk.session, State.OPEN)
    default.required, default.roles = ["category"], [Role.ADMINISTRATOR.value]
    incident.reply(Words("We look into it."), by=desk.kim.actor(), at=NOW)
    assert (incident.current, incident.status) == (State.OPEN, default)
    desk.session.rollback()


def test_several_demands_are_told_together(desk: World) -> None:
    desk.session.add(CustomField(key="serial", label="Serial number", required_in=[], type="text"))
    incident, (_, own) = _in(desk, State.OPEN), statuses_of(desk.session, State.PENDING_OTHER)
    own.required = ["team", "category", "serial"]
    with pytest.raises(Invalid, match="“Own pending_other” needs a team, a category and “Serial number” first"):
        _wait_for_other(incident, own, desk.kim.actor())
    incident.team, incident.category, incident.custom = desk.support, desk.access, {"serial": "4711"}
    _wait_for_other(incident, own, desk.kim.actor())
    assert incident.status is own
    desk.session.rollback()


def test_a_field_of_the_site_is_demanded_by_a_state_without_any_status(
    session: Session, incident: Incident, kim: Agent
) -> None:
    session.add(CustomField(key="serial", label="Serial number", required_in=["resolved"], type="text"))
    session.flush()
    with pytest.raises(Invalid, match="“Resolved” needs “Serial number” first"):
        incident.resolve(ResolutionCode.FIXED, "Wear", "Replaced", by=kim.actor(), at=NOW)
    assert incident.restored_at is None
    assert incident.current is State.NEW


# What they are called


def test_without_any_row_the_built_in_names_hold(session: Session, incident: Incident, kim: Agent) -> None:
    assert (status_label(incident), requester_label(incident)) == ("New", "Received")
    incident.wait_for_other(NOW + timedelta(days=1), by=kim.actor(), at=NOW)
    assert (status_label(incident), requester_label(incident)) == ("Waiting for others", "Being worked on")
    assert incident.status is None
    assert "status" not in history(session, "incident", incident.id)[-1].data


def test_names_and_wordings_follow_the_status(session: Session, incident: Incident, kim: Agent) -> None:
    supplier = add_status(session, State.PENDING_OTHER, "Waiting for supplier", "Our supplier works on it")
    supplier.pauses = True
    incident.wait_for_other(NOW + timedelta(days=1), "Board", by=kim.actor(), at=NOW, status=supplier)
    assert (status_label(incident), requester_label(incident)) == ("Waiting for supplier", "Our supplier works on it")
    data = history(session, "incident", incident.id)[-1].data
    assert data["status"] == {"id": supplier.id, "name": "Waiting for supplier"}
    assert data["pauses"] is True
    incident.resume(by=kim.actor(), at=NOW)
    assert (status_label(incident), requester_label(incident)) == ("Open", "Being worked on")
    assert "pauses" not in history(session, "incident", incident.id)[-1].data


def test_a_retired_status_stays_on_what_is_in_it(session: Session, incident: Incident, kim: Agent) -> None:
    supplier = add_status(session, State.PENDING_OTHER, "Waiting for supplier")
    incident.wait_for_other(NOW + timedelta(days=1), by=kim.actor(), at=NOW, status=supplier)
    retire(session, supplier, at=NOW)
    assert status_label(incident) == "Waiting for supplier"
    assert supplier not in statuses_of(session, State.PENDING_OTHER)
    incident.resume(by=kim.actor(), at=NOW)
    with pytest.raises(Invalid, match="has been retired meanwhile"):
        incident.wait_for_other(NOW + timedelta(days=1), by=kim.actor(), at=NOW, status=supplier)
    bring_back(session, supplier)
    incident.wait_for_other(NOW + timedelta(days=1), by=kim.actor(), at=NOW, status=supplier)


def test_another_status_of_the_same_state_keeps_the_wake_up_time(
    session: Session, incident: Incident, kim: Agent
) -> None:
    workshop, until = add_status(session, State.PENDING_OTHER, "In the workshop"), NOW + timedelta(days=2)
    incident.wait_for_other(until, by=kim.actor(), at=NOW)
    incident.set_status(workshop, by=kim.actor(), at=NOW)
    assert (incident.status, incident.wake_at) == (workshop, until)
    count = len(history(session, "incident", incident.id))
    incident.set_status(workshop, by=kim.actor(), at=NOW)
    assert len(history(session, "incident", incident.id)) == count


# What administrators do


def test_the_first_change_lays_the_built_in_names(session: Session) -> None:
    assert statuses(session) == ()
    own = add_status(session, State.OPEN, " In  test ")
    assert own.name == "In test"
    assert {one.state for one in statuses(session) if one.is_default} == set(State)
    assert [one.name for one in statuses_of(session, State.OPEN)] == ["Open", "In test"]
    assert laid(session) == statuses(session)


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "resolved", "OPEN"])
def test_a_bad_name_is_refused(session: Session, name: str) -> None:
    with pytest.raises(Invalid) as refused:
        add_status(session, State.OPEN, name)
    assert refused.value.field == "name"


def test_a_state_has_one_default_that_cannot_be_retired(session: Session) -> None:
    own = add_status(session, State.OPEN, "In test")
    default = default_status(session, State.OPEN)
    assert default is not None
    with pytest.raises(Conflict, match="Make another one that first"):
        retire(session, default, at=NOW)
    make_default(session, own)
    assert [one.name for one in statuses(session) if one.state == "open" and one.is_default] == ["In test"]
    retire(session, default, at=NOW)
    with pytest.raises(Conflict, match="Bring it back first"):
        make_default(session, default)


def test_statuses_are_put_in_order_within_their_state(session: Session) -> None:
    first, second = add_status(session, State.OPEN, "First"), add_status(session, State.OPEN, "Second")
    put_before(session, second, earlier=True)
    put_before(session, second, earlier=True)
    put_before(session, second, earlier=True)
    assert [one.name for one in statuses(session) if one.state == "open"] == ["Second", "Open", "First"]
    put_before(session, first, earlier=False)
    put_before(session, second, earlier=False)
    assert [one.name for one in statuses(session) if one.state == "open"] == ["Open", "Second", "First"]


def test_a_renamed_status_may_keep_its_name(session: Session) -> None:
    own = add_status(session, State.OPEN, "In test")
    reword(session, own, "In Test", "We test it")
    assert (own.name, own.requester_wording) == ("In Test", "We test it")


def test_the_table_of_moves_only_narrows(session: Session) -> None:
    add_status(session, State.OPEN, "In test")
    for to, before in ways(session):
        assert {(State(one.state), State(to.state)) for one in before} <= WAYS
        assert to not in before
        for one in before:
            assert may_follow(to, one)


def test_moves_are_ticked_and_unticked(session: Session) -> None:
    own = add_status(session, State.OPEN, "In test")
    possible = {to.id: before for to, before in ways(session)}[own.id]
    default = default_status(session, State.OPEN)
    assert default in possible
    assert default is not None
    tie(session, own, [default.id])
    assert own.entered_from == [default.id]
    later = add_status(session, State.OPEN, "Later")
    assert not may_follow(own, later)
    tie(session, own, [one.id for to, before in ways(session) if to is own for one in before])
    assert own.entered_from == []
    with pytest.raises(Invalid, match="could not be entered from anywhere"):
        tie(session, own, [])


def test_what_is_retired_can_still_be_left(session: Session, incident: Incident, kim: Agent) -> None:
    own, after = add_status(session, State.OPEN, "In test"), add_status(session, State.OPEN, "Tested")
    incident.start(by=kim.actor(), at=NOW, status=own)
    tie(session, after, [own.id])
    retire(session, own, at=NOW)
    tie(session, after, [one.id for one in statuses_of(session, State.OPEN)][:1])
    assert own.id in after.entered_from
    incident.set_status(after, by=kim.actor(), at=NOW)
    assert incident.status is after


def test_a_dead_end_is_told(session: Session) -> None:
    own = add_status(session, State.OPEN, "In test")
    assert dead_ends(session) == []
    for to, before in ways(session):
        if len(before) > 1:
            tie(session, to, [one.id for one in before if one is not own])
    assert dead_ends(session) == [own]


def test_a_change_is_seen_within_the_same_transaction(session: Session, incident: Incident) -> None:
    assert status_label(incident) == "New"
    for one in laid(session):
        reword(session, one, f"Our {one.name}", "")
    session.flush()
    assert status_label(incident) == "Our New"


def test_times_of_events_are_those_given(session: Session, incident: Incident, kim: Agent) -> None:
    own = add_status(session, State.PENDING_REQUESTER, "Asked")
    until: datetime = NOW + timedelta(days=3)
    incident.wait_for_requester(until, "Reminder", by=kim.actor(), at=NOW, status=own)
    assert (incident.wake_at, incident.status) == (until, own)
    data = history(session, "incident", incident.id)[-1].data
    assert (data["until"], data["reason"]) == (until.isoformat(), "Reminder")
