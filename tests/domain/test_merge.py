"""Merging: what belongs together goes on as one incident, nothing is moved, and all of it can be undone."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.errors import Conflict, Invalid, NotAllowed
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.lifecycle import ResolutionCode, State
from helpdesk.incidents.merge import entries_of_parts, merge, newcomers, surviving, unmerge
from helpdesk.incidents.queries import QueueFilter, incidents_of, neighbours, queue, resolutions_by_number, view_counts
from helpdesk.incidents.thread import Participant, ParticipantRole, Words
from helpdesk.journal import Event, EventKind, history
from helpdesk.proof import breaks
from helpdesk.reactions import INDEX, NOTIFY, TABLE
from helpdesk.reactions.index import all_documents, compare, documents, index_records
from search.document import Key, Query
from search.memory_index import MemoryIndex
from tests.world import World, build_world


@pytest.fixture
def world(session: Session) -> World:
    return build_world(session)


@pytest.fixture
def twins(world: World) -> tuple[Incident, Incident]:
    """(the duplicate, what it belongs to)."""
    first = world.report("VPN drops", "It drops.", requester=world.mia)
    return world.report("Tunnel gone", "Where is my zebra?", requester=world.jonas), first


def joined(world: World, duplicate: Incident, into: Incident, **more: object) -> Incident:
    whole = merge(world.session, duplicate, into, by=world.kim.actor(), at=world.passes(minutes=1), **more)
    world.session.flush()
    return whole


def parted(world: World, duplicate: Incident) -> Incident:
    into = unmerge(world.session, duplicate, by=world.kim.actor(), at=world.passes(minutes=1))
    world.session.flush()
    return into


def kinds(world: World, incident: Incident) -> list[str]:
    return [event.kind for event in history(world.session, "incident", incident.id)]


def test_the_duplicate_closes_and_nothing_is_moved(world: World, twins: tuple[Incident, Incident]) -> None:
    duplicate, into = twins
    assert joined(world, duplicate, into) is into
    assert (duplicate.current, duplicate.is_open, duplicate.resolution_code) == (State.CLOSED, False, "duplicate")
    assert into.current is State.NEW
    assert [entry.incident_id for entry in duplicate.entries] == [duplicate.id]
    assert [entry.text for entry in entries_of_parts(world.session, into)] == ["Where is my zebra?"]
    assert kinds(world, duplicate) == ["opened", "merged"]
    assert kinds(world, into) == ["opened", "merged"]
    assert list(breaks(world.session)) == []


def test_nobody_is_told_unless_somebody_writes_to_them(world: World, twins: tuple[Incident, Incident]) -> None:
    assert NOTIFY not in TABLE[EventKind.MERGED]
    duplicate, into = twins
    joined(world, duplicate, into, told=Words(text="We go on with both in one."))
    assert kinds(world, duplicate) == ["opened", "replied", "state_changed", "merged"]
    assert duplicate.entries[-1].text == "We go on with both in one."


def test_it_leaves_every_list_and_count(world: World, twins: tuple[Incident, Incident]) -> None:
    duplicate, into = twins
    viewer = world.kim.viewer()
    world.resolve(duplicate)
    assert resolutions_by_number(world.session, viewer, [duplicate.id])
    joined(world, duplicate, into)
    for view in ("open", "all", "unassigned"):
        assert [row.id for row in queue(world.session, viewer, QueueFilter(view=view)).rows] == [into.id]
    assert queue(world.session, viewer, QueueFilter(view="all", state="closed")).rows == ()
    assert view_counts(world.session, viewer).open == 1
    assert resolutions_by_number(world.session, viewer, [duplicate.id]) == {}
    assert incidents_of(world.session, world.jonas.id, viewer) == []
    other = world.report("Mine too", requester=world.jonas)
    assert neighbours(world.session, viewer, other) == []


@pytest.mark.parametrize("state", list(State))
def test_undoing_puts_everything_back(world: World, twins: tuple[Incident, Incident], state: State) -> None:
    duplicate, into = twins
    by = world.kim.actor()
    if state is State.OPEN:
        duplicate.start(by=by, at=world.at)
    elif state is State.PENDING_REQUESTER:
        duplicate.wait_for_requester(by=by, at=world.at)
    elif state is State.PENDING_OTHER:
        duplicate.wait_for_other(world.at + timedelta(days=2), "A part", by=by, at=world.at)
    elif state in (State.RESOLVED, State.CLOSED):
        world.resolve(duplicate)
    if state is State.CLOSED:
        duplicate.close(by=by, at=world.at)
    names = (
        "state", "is_open", "wake_at", "resolved_at", "closed_at", "resolution_code", "cause", "resolution",
        "requester_id", "assignee_id", "team_id", "merged_into_id", "priority", "subject",
    )  # fmt: skip
    before = {name: getattr(duplicate, name) for name in names}
    readers = [one.address for one in into.participants]
    joined(world, duplicate, into, copied=["jonas@northwind.example"])
    later = into.receive(Words("Still broken"), by=world.jonas.actor(), at=world.passes(minutes=1))
    assert parted(world, duplicate) is into
    world.session.expire_all()
    assert {name: getattr(duplicate, name) for name in names} == before
    assert [one.address for one in into.participants] == readers
    assert later.incident_id == into.id
    assert entries_of_parts(world.session, into) == []
    assert kinds(world, duplicate)[-1] == kinds(world, into)[-1] == "unmerged"
    assert list(breaks(world.session)) == []


def test_a_chain_is_followed_to_its_end(world: World, twins: tuple[Incident, Incident]) -> None:
    first, second = twins
    third = world.report("The root of it", requester=world.omar)
    joined(world, first, second)
    joined(world, second, third)
    late = world.report("Same again", requester=world.luis)
    assert joined(world, late, first) is third
    assert [surviving(world.session, one).id for one in (first, second, third, late)] == [third.id] * 4
    assert [entry.incident_id for entry in entries_of_parts(world.session, third)] == [second.id, first.id, late.id]
    assert parted(world, second) is third
    assert surviving(world.session, first) is second
    assert [entry.incident_id for entry in entries_of_parts(world.session, second)] == [first.id]


def test_no_circle_can_be_made(world: World, twins: tuple[Incident, Incident]) -> None:
    first, second = twins
    joined(world, first, second)
    for duplicate, into in ((second, first), (second, second)):
        with pytest.raises(Conflict, match="into itself, nor into what was merged into it"):
            joined(world, duplicate, into)
    with pytest.raises(Conflict, match="was merged before"):
        joined(world, first, world.report("Another", requester=world.omar))
    with pytest.raises(Conflict, match="is not merged"):
        parted(world, second)


def test_a_merged_incident_is_worked_on_where_it_goes_on(world: World, twins: tuple[Incident, Incident]) -> None:
    duplicate, into = twins
    joined(world, duplicate, into)
    by, at = world.kim.actor(), world.at
    for act in (
        lambda: duplicate.reply(Words("x"), by=by, at=at),
        lambda: duplicate.note(Words("x"), by=by, at=at),
        lambda: duplicate.assign(world.kim, None, by=by, at=at),
        lambda: duplicate.reopen(by=by, at=at),
        lambda: duplicate.resolve(ResolutionCode.FIXED, "x", "y", by=by, at=at),
    ):
        with pytest.raises(Conflict, match=f"was merged into {into.number}"):
            act()
    # What reaches it all the same is kept, and doesn't bring it back.
    duplicate.receive(Words("Hello?"), by=world.jonas.actor(), at=at)
    assert duplicate.current is State.CLOSED
    assert [entry.text for entry in entries_of_parts(world.session, into)][-1] == "Hello?"


def test_only_chosen_people_read_along_and_never_a_third_party(world: World, twins: tuple[Incident, Incident]) -> None:
    duplicate, into = twins
    for address, role in (("boss@x.example", "copied"), ("vendor@x.example", "third_party")):
        duplicate.participants.append(Participant(address=address, role=role, added_at=world.at))
    offered = newcomers(duplicate, into)
    assert [(one.address, one.is_requester) for one in offered] == [
        ("jonas@northwind.example", True),
        ("boss@x.example", False),
    ]
    joined(world, duplicate, into, copied=["jonas@northwind.example", "vendor@x.example"])
    assert [(one.address, one.role) for one in into.participants] == [
        ("jonas@northwind.example", ParticipantRole.COPIED.value)
    ]
    assert newcomers(world.report("More", requester=world.jonas), into) == []
    with pytest.raises(Invalid, match="has no part in"):
        joined(world, world.report("Again", requester=world.omar), into, copied=["stranger@x.example"])


def test_who_came_with_two_stays_while_one_of_them_is_merged(world: World, twins: tuple[Incident, Incident]) -> None:
    first, into = twins
    second = world.report("Once more", requester=world.jonas)
    for one in (first, second):
        joined(world, one, into, copied=["jonas@northwind.example"])
    parted(world, first)
    assert [one.address for one in into.participants] == ["jonas@northwind.example"]
    parted(world, second)
    assert into.participants == []


def test_the_border_of_a_private_team_is_not_crossed(world: World, twins: tuple[Incident, Incident]) -> None:
    _, into = twins
    secret = world.private_report()
    for one, other in ((secret, into), (into, secret)):
        with pytest.raises(Conflict, match="private to Personnel"):
            joined(world, one, other)
    assert joined(world, world.private_report("The same"), secret) is secret


def test_a_letter_about_to_leave_comes_first(world: World, twins: tuple[Incident, Incident]) -> None:
    duplicate, into = twins
    entry = world.reply(duplicate)
    entry.send_at = world.at + timedelta(hours=1)
    with pytest.raises(Conflict, match="a letter that has yet to leave"):
        joined(world, duplicate, into)
    entry.withdrawn_at = world.at
    assert joined(world, duplicate, into) is into


def test_only_agents_merge(world: World, twins: tuple[Incident, Incident]) -> None:
    duplicate, into = twins
    with pytest.raises(NotAllowed):
        merge(world.session, duplicate, into, by=world.jonas.actor(), at=world.at)
    joined(world, duplicate, into)
    with pytest.raises(NotAllowed):
        unmerge(world.session, duplicate, by=world.jonas.actor(), at=world.at)


def test_search_finds_the_one_that_goes_on(world: World, twins: tuple[Incident, Incident]) -> None:
    duplicate, into = twins
    assert INDEX in TABLE[EventKind.MERGED]
    assert INDEX in TABLE[EventKind.UNMERGED]
    index, keys = MemoryIndex(), [Key("incident", duplicate.id), Key("incident", into.id)]

    def found(text: str) -> set[int]:
        return {hit.key.id for hit in index.search(Query(text, frozenset({"agents"}), people=True)).hits}

    index_records(world.session, index, keys)
    assert found("zebra") == found("jonas") == found(duplicate.number) == {duplicate.id}
    joined(world, duplicate, into)
    index_records(world.session, index, keys)
    assert found("zebra") == found("jonas") == found(duplicate.number) == {into.id}
    assert not compare(world.session, index)
    assert {one.key.id for one in all_documents(world.session)} == {into.id}
    duplicate, into = (world.session.get_one(Incident, one.id) for one in keys)
    parted(world, duplicate)
    index_records(world.session, index, keys)
    assert found("zebra") == {duplicate.id}
    assert not compare(world.session, index)
    assert len(list(documents(world.session, keys))) == 2


def test_both_histories_say_it(world: World, twins: tuple[Incident, Incident]) -> None:
    duplicate, into = twins
    joined(world, duplicate, into, copied=["jonas@northwind.example"])
    said = {
        event.record_id: event.data
        for event in world.session.scalars(select(Event).where(Event.kind == EventKind.MERGED.value))
    }
    assert said[duplicate.id]["into_id"] == into.id
    assert said[duplicate.id]["before"]["state"] == "new"
    assert said[into.id]["duplicate"] == duplicate.number
    assert said[into.id]["added"] == ["jonas@northwind.example"]
