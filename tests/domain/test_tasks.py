"""Tasks and checklists: ticked once, held up by, put on by a category, reminded of once, undone."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from helpdesk.errors import Conflict, Invalid
from helpdesk.incidents.checklists import Checklist, items_in, offered, put_on
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.lifecycle import ResolutionCode
from helpdesk.incidents.merge import merge, unmerge
from helpdesk.incidents.tasks import (
    TASKS_MAX,
    Plan,
    Task,
    add_task,
    change_task,
    due_for_reminder,
    finish_task,
    move_task,
    remind,
    remove_task,
    reopen_task,
    restore_task,
    tasks_for,
    tasks_of,
)
from helpdesk.incidents.working import work_on
from helpdesk.journal import history
from tests.domain.conftest import START, SYSTEM
from tests.world import World, build_world


@pytest.fixture
def world(session: Session) -> World:
    return build_world(session, at=START)


def add(incident: Incident, world: World, title: str = "Call the supplier", **more: Any) -> Task:
    return add_task(incident, Plan(title, **more), by=world.kim.actor(), at=world.at)


def told(incident: Incident, session: Session) -> list[str]:
    return [one.kind for one in history(session, "incident", incident.id) if one.kind.startswith("task")]


def test_ticking_twice_is_ticking_once_and_can_be_undone(session, world: World) -> None:
    incident = world.report()
    task = add(incident, world, assignee=world.kim)
    assert finish_task(task, by=world.kim.actor(), at=world.at)
    assert not finish_task(task, by=world.sam.actor(), at=world.at)
    assert task.done_by == "Kim Novak"
    assert reopen_task(task, by=world.kim.actor(), at=world.at)
    assert not reopen_task(task, by=world.kim.actor(), at=world.at)
    assert told(incident, session) == ["task_added", "task_done", "task_reopened"]


def test_a_removed_task_is_out_of_the_way_until_it_is_put_back(session, world: World) -> None:
    incident = world.report()
    task = add(incident, world)
    assert remove_task(task, by=world.kim.actor(), at=world.at)
    assert tasks_of(session, incident) == []
    with pytest.raises(Conflict, match="Put it back"):
        finish_task(task, by=world.kim.actor(), at=world.at)
    assert restore_task(task, by=world.kim.actor(), at=world.at)
    assert tasks_of(session, incident) == [task]


def test_tasks_change_places(session, world: World) -> None:
    incident = world.report()
    first, second, third = (add(incident, world, title) for title in ("one", "two", "three"))
    move_task(third, True, by=world.kim.actor(), at=world.at)
    move_task(first, True, by=world.kim.actor(), at=world.at)
    assert tasks_of(session, incident) == [first, third, second]


def test_nobody_gets_a_task_in_what_they_may_not_see(world: World) -> None:
    incident = world.private_report()
    for whose in ({"assignee": world.kim}, {"team": world.network}):
        with pytest.raises(Invalid, match="may not see"):
            add(incident, world, **whose)
    assert add(incident, world, assignee=world.petra, team=world.personnel).whose == "Petra Weiss, Personnel"


@pytest.mark.parametrize("title", ["", " \n ", "x" * 301])
def test_a_task_says_what_is_to_be_done(world: World, title: str) -> None:
    with pytest.raises(Invalid):
        add(world.report(), world, title)


def test_there_is_an_end_to_tasks(session, world: World) -> None:
    incident = world.report()
    checklist = Checklist(name="Long", items=["x"] * TASKS_MAX)
    session.add(checklist)
    put_on(incident, checklist, by=world.kim.actor(), at=world.at)
    with pytest.raises(Invalid, match=str(TASKS_MAX)):
        add(incident, world)


def test_a_list_comes_with_its_category_once_and_only_one_of_two_agents_puts_it_on(session, world: World) -> None:
    session.add_all(
        [
            Checklist(
                name="Hardware", items=["Note the serial number", "Unplug"], category=world.hardware, adds_itself=True
            ),
            Checklist(name="Access", items=["Ask the manager"], category=world.access, adds_itself=True),
            Checklist(name="Visit", items=["Book a car"]),
        ]
    )
    incident = world.report(category=world.printing)
    assert [(one.checklist, one.title) for one in tasks_of(session, incident)] == [
        ("Hardware", "Note the serial number"),
        ("Hardware", "Unplug"),
    ]
    incident.categorize(world.access, None, by=world.kim.actor(), at=world.at)
    incident.categorize(world.hardware, None, by=world.kim.actor(), at=world.at)
    assert len(tasks_of(session, incident)) == 3
    lists = offered(session, incident)
    assert [one.name for one in lists] == ["Hardware", "Visit"]
    put_on(incident, lists[1], by=world.kim.actor(), at=world.at)
    with pytest.raises(Conflict, match="already"):
        put_on(incident, lists[1], by=world.sam.actor(), at=world.at)


def test_a_list_can_hold_up_a_move_for_urgent_ones_only(session, world: World) -> None:
    session.add(
        Checklist(
            name="P2",
            items=["Tell the shop"],
            category=world.hardware,
            adds_itself=True,
            required_for="resolved",
            required_up_to=2,
        )
    )
    low, high = world.report(category=world.printing), world.report(category=world.printing)
    low.priority, high.priority = 3, 2
    world.resolve(low)
    with pytest.raises(Invalid, match="“Tell the shop”"):
        world.resolve(high)
    finish_task(tasks_of(session, high)[0], by=world.kim.actor(), at=world.at)
    high.resolve(ResolutionCode.FIXED, "Cable", "Plugged in", by=world.kim.actor(), at=world.at)


def test_items_are_lines(session) -> None:
    assert items_in(" - one \n\n\ttwo  words\n- ") == ["one", "two words"]
    for text in ("", " - \n", "x\n" * 101, "x" * 301):
        with pytest.raises(Invalid):
            items_in(text)


def test_who_is_late_is_reminded_once_until_the_time_is_changed(session, world: World) -> None:
    incident, due = world.report(), world.at + timedelta(hours=1)
    task, done = add(incident, world, due_at=due), add(incident, world, due_at=due)
    finish_task(done, by=world.kim.actor(), at=world.at)
    assert due_for_reminder(session, now=world.at) == []
    assert due_for_reminder(session, now=due) == [task.id]
    remind(task, by=SYSTEM, at=due)
    remind(task, by=SYSTEM, at=due)
    assert told(incident, session).count("task_overdue") == 1
    assert due_for_reminder(session, now=due) == []
    later = due + timedelta(days=1)
    change_task(task, Plan(task.title, due_at=later), by=world.kim.actor(), at=due)
    assert due_for_reminder(session, now=later) == [task.id]
    world.resolve(incident)
    assert due_for_reminder(session, now=later) == []


def test_my_tasks_are_mine_and_what_my_teams_left_open(session, world: World) -> None:
    incident, secret = world.report(), world.private_report()
    mine = add(incident, world, assignee=world.kim, due_at=world.at)
    team = add(incident, world, team=world.support)
    add(incident, world, assignee=world.sam, team=world.support)
    add(incident, world, assignee=world.kim).done_at = world.at
    hidden = add(secret, world, assignee=world.petra)
    hidden.assignee = world.kim  # as if Kim had left the team since
    session.flush()
    assert tasks_for(session, world.kim.viewer()) == [mine, team]


def test_what_was_to_do_in_a_merged_incident_is_done_in_the_whole(session, world: World) -> None:
    duplicate, into = world.report("One"), world.report("Two", requester=world.omar)
    task = add(duplicate, world, "Look at the cable")
    merge(session, duplicate, into, by=world.kim.actor(), at=world.at)
    shown = work_on(session, into, now=world.at).to_do
    assert [(one.title, one.incident_id) for one in shown] == [("Look at the cable", duplicate.id)]
    assert finish_task(task, by=world.kim.actor(), at=world.at)
    unmerge(session, duplicate, by=world.kim.actor(), at=world.at)
    assert work_on(session, into, now=world.at).tasks == ()
    assert len(work_on(session, duplicate, now=world.at).done) == 1
