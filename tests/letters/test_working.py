"""Letters about working together: to who watches, who is mentioned, who has a task; each once, none to outsiders."""

from datetime import timedelta

import pytest

from helpdesk.incidents.checklists import Checklist, put_on
from helpdesk.incidents.lifecycle import ResolutionCode
from helpdesk.incidents.mentions import note
from helpdesk.incidents.tasks import Plan, add_task, change_task, remind
from helpdesk.incidents.thread import Words
from helpdesk.incidents.watching import watch
from helpdesk.letters.notices import Notice
from helpdesk.people.agent import Agent, Team
from helpdesk.people.notification import mute, setting_of
from tests.letters.conftest import START, Desk, text_of
from tests.letters.test_notify import SYSTEM, told


@pytest.fixture
def rita(desk: Desk) -> Agent:
    """Works in another team, so that nothing of Jo's is told to her."""
    made = Agent(name="Rita Vale", email="rita@desk.example", created_at=START)
    desk.session.add_all([made, Team(name="Tills", members=[made])])
    desk.session.flush()
    return made


@pytest.fixture
def mine(desk: Desk, rita: Agent):
    """Jo's incident, of which everybody was told."""
    incident = desk.report()
    incident.assign(desk.jo, None, by=desk.jo.actor(), at=desk.at())
    desk.tell()
    return incident


def test_who_watches_is_told_of_words_and_moves_and_whose_it_is_only_once(desk: Desk, mine, rita: Agent):
    watch(mine, rita, by=rita.actor(), at=desk.at())
    watch(mine, desk.jo, by=desk.jo.actor(), at=desk.at())
    assert desk.tell() == []  # they did it themselves
    mine.receive(Words("Still down."), by=desk.dana.actor(), at=desk.at())
    assert told(desk.tell()) == {("agent_message", "jo@desk.example"), ("agent_watched", "rita@desk.example")}
    assert "Dana Weber wrote. INC-1: VPN drops" in text_of(desk.written("agent_watched"))
    mine.reply(Words("Try again."), by=desk.jo.actor(), at=desk.at())
    assert told(desk.tell()) == {("reply", "dana@example.net"), ("agent_watched", "rita@desk.example")}
    mine.wait_for_requester(by=desk.jo.actor(), at=desk.at())
    assert told(desk.tell()) == {("agent_watched", "rita@desk.example")}
    mine.resolve(ResolutionCode.FIXED, "Cable", "Plugged it in.", by=desk.jo.actor(), at=desk.at())
    assert ("agent_watched", "rita@desk.example") in told(desk.tell())
    assert "Jo Park resolved it" in text_of(desk.written("agent_watched"))


def test_what_follows_from_a_message_is_not_told_beside_it(desk: Desk, mine, rita: Agent):
    watch(mine, rita, by=rita.actor(), at=desk.at())
    mine.wait_for_requester(by=desk.jo.actor(), at=desk.at())
    desk.tell()
    mine.receive(Words("Here I am."), by=desk.dana.actor(), at=desk.at())
    assert [one.recipient for one in desk.tell()].count("rita@desk.example") == 1


def test_a_mention_is_told_once_even_to_who_watches_and_to_who_muted_it(desk: Desk, mine, rita: Agent):
    watch(mine, rita, by=rita.actor(), at=desk.at())
    mute(desk.session, rita, mine.id)
    desk.tell()
    note(desk.session, mine, Words("@rita, you know this one"), by=desk.jo.actor(), at=desk.at())
    assert told(desk.tell()) == {("agent_mentioned", "rita@desk.example")}
    letter = text_of(desk.written("agent_mentioned"))
    assert "Jo Park mentioned you in a note" in letter
    assert "you know this one" in letter
    assert "You get this because you were mentioned" in letter


def test_who_is_made_a_watcher_is_told_so(desk: Desk, mine, rita: Agent):
    watch(mine, rita, by=desk.jo.actor(), at=desk.at())
    assert told(desk.tell()) == {("agent_watched", "rita@desk.example")}
    assert "Jo Park lets you watch it" in text_of(desk.written("agent_watched"))


def test_who_was_shut_out_since_is_told_nothing(desk: Desk, mine, rita: Agent):
    watch(mine, rita, by=rita.actor(), at=desk.at())
    task = add_task(mine, Plan("Count them", rita, due_at=desk.clock.now()), by=rita.actor(), at=desk.at())
    mine.assign(desk.jo, Team(name="Personnel", private=True, members=[desk.jo]), by=desk.jo.actor(), at=desk.at())
    desk.session.flush()
    desk.tell()
    note(desk.session, mine, Words("@rita must not read this"), by=desk.jo.actor(), at=desk.at())
    remind(task, by=SYSTEM, at=desk.at())
    assert desk.tell() == []


def test_a_task_is_told_to_whose_it_is(desk: Desk, mine, rita: Agent):
    task = add_task(mine, Plan("Call the shop", rita), by=desk.jo.actor(), at=desk.at())
    assert told(desk.tell()) == {("agent_task", "rita@desk.example")}
    assert "Jo Park gave you a task: Call the shop" in text_of(desk.written("agent_task"))
    change_task(task, Plan("Call the other shop", rita), by=desk.jo.actor(), at=desk.at())
    assert desk.tell() == []
    change_task(
        task, Plan("Call the shop", desk.sam, due_at=desk.at() + timedelta(hours=1)), by=desk.jo.actor(), at=desk.at()
    )
    assert told(desk.tell()) == {("agent_task", "sam@desk.example")}
    remind(task, by=SYSTEM, at=desk.clock.now() + timedelta(hours=2))
    assert told(desk.tell()) == {("agent_task", "sam@desk.example")}
    assert "A task was not done in time: Call the shop" in text_of(desk.written("agent_task"))


def test_a_task_of_nobody_that_is_late_is_told_to_whose_the_incident_is(desk: Desk, mine):
    task = add_task(mine, Plan("Count", due_at=desk.clock.now()), by=desk.sam.actor(), at=desk.at())
    assert desk.tell() == []
    remind(task, by=SYSTEM, at=desk.at())
    assert told(desk.tell()) == {("agent_task", "jo@desk.example")}


def test_a_list_put_on_is_no_heap_of_letters(desk: Desk, mine, rita: Agent):
    checklist = Checklist(name="Visit", items=["a", "b", "c"], team=rita.teams[0])
    desk.session.add(checklist)
    desk.session.flush()
    put_on(mine, checklist, by=desk.jo.actor(), at=desk.at())
    assert desk.tell() == []


def test_routes_are_chosen_for_each_topic(desk: Desk, mine, rita: Agent):
    setting = setting_of(desk.session, rita)
    setting.routes = {"watched": ["page"], "mentioned": []}
    desk.session.add(setting)
    watch(mine, rita, by=desk.jo.actor(), at=desk.at())
    note(desk.session, mine, Words("@rita look"), by=desk.jo.actor(), at=desk.at())
    assert desk.tell() == []
    assert [(one.topic, one.text) for one in desk.session.query(Notice).filter_by(agent_id=rita.id)] == [
        ("watched", "Jo Park lets you watch it")
    ]
