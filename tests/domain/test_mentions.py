"""Mentions: who is called by a note, who is not, and what is marked. Watchers: who may be one."""

import pytest
from sqlalchemy.orm import Session

from helpdesk.errors import Invalid
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.mentions import Mentioned, marked, mentionable, named_in, note
from helpdesk.incidents.merge import merge, unmerge
from helpdesk.incidents.queries import incident_for
from helpdesk.incidents.thread import Words
from helpdesk.incidents.watching import is_watching, sees, unwatch, watch, watchers_of, watchers_who_see
from helpdesk.journal import EventKind, history
from helpdesk.letters.markdown import render
from helpdesk.people.agent import Agent
from helpdesk.people.notification import mute, muted_by, setting_of
from tests.domain.conftest import START
from tests.world import World, build_world


@pytest.fixture
def world(session: Session) -> World:
    made = build_world(session, at=START)
    session.add(Agent(name="Kim O'Brien-Sørensen", email="ko@northwind.example", created_at=START))
    session.flush()
    return made


def names(session: Session, world: World, text: str) -> list[str]:
    return [one.name for one in named_in(render(text), mentionable(session, world.ada.actor()))]


def write(session: Session, world: World, incident: Incident, text: str, by: Agent | None = None) -> Mentioned:
    actor = (by or world.ada).actor()
    return note(session, incident, Words(text=text, html=render(text)), by=actor, at=world.at)[1]


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("@sam, look", ["Sam Okafor"]),
        ("Ask @Sam Okafor.", ["Sam Okafor"]),
        ("(@SAM)", ["Sam Okafor"]),
        ("@sam @sam @Sam Okafor", ["Sam Okafor"]),
        ("@network: please", ["Network"]),
        ("@Kim O'Brien-Sørensen", ["Kim O'Brien-Sørensen"]),
        ("**@ko** and @Kim Novak", ["Kim O'Brien-Sørensen", "Kim Novak"]),
        ("@kim", []),  # there are two
        ("@kim novak", ["Kim Novak"]),
        ("sam@sam", []),
        ("mail to x@sam or @sam@x.example", []),
        ("`@sam`", []),
        ("```\n@sam\n```", []),
        ("[@sam](https://x.example/@sam)", []),
        ("https://x.example/@sam", []),
        ("@sammy @sam_x @sam-x", []),
        ("@personnel", []),  # a private team of others
        ("@ sam @", []),
        ("<b>@sam</b>", ["Sam Okafor"]),  # raw HTML is text
        ('[x](https://x.example "a > @sam")', []),
    ],
)
def test_who_is_called(session, world: World, text: str, called: list[str]) -> None:
    assert names(session, world, text) == called


def test_who_left_can_not_be_called(session, world: World) -> None:
    world.sam.active = False
    assert names(session, world, "@sam") == []


def test_a_mark_changes_nothing_but_the_mention(session, world: World) -> None:
    known = mentionable(session, world.ada.actor())
    html = render('<script>alert("@sam")</script> & `@sam` [l](https://x.example "@sam > x") @sam')
    done = marked(html, known)
    assert done.replace('<mark class="mention">', "").replace("</mark>", "") == html
    assert done.count("<mark") == 2
    assert "<script" not in done


def test_a_long_note_full_of_ats_is_read_in_time(session, world: World) -> None:
    assert marked("@sam @x " * 20_000, mentionable(session, world.ada.actor())).count("<mark") == 20_000
    assert len(named_in("@sam @x " * 20_000, mentionable(session, world.ada.actor()))) == 1


def test_who_is_called_watches_and_who_is_called_with_a_team_does_not(session, world: World) -> None:
    incident = world.report()
    write(session, world, incident, "@kim novak and @network: see @ada")
    assert watchers_of(session, incident) == [world.kim]
    event = next(one for one in history(session, "incident", incident.id) if one.kind == EventKind.MENTIONED)
    assert [one["name"] for one in event.data["agents"]] == ["Kim Novak", "Sam Okafor"]
    assert event.data["teams"] == ["Network"]


def test_who_chose_so_does_not_watch(session, world: World) -> None:
    setting = setting_of(session, world.kim)
    setting.watch_when_mentioned = False
    session.add(setting)
    incident = world.report()
    write(session, world, incident, "@kim novak")
    assert watchers_of(session, incident) == []


def test_who_may_not_see_it_is_named_to_the_writer_and_not_told(session, world: World) -> None:
    secret = world.private_report()
    mentioned = write(session, world, secret, "@sam and @network", by=world.petra)
    assert [one.name for one in mentioned.unseen] == ["Sam Okafor"]
    assert mentioned.agents == []
    assert not any(one.kind == EventKind.MENTIONED for one in history(session, "incident", secret.id))
    assert watchers_of(session, secret) == []


def test_nobody_calls_themselves(session, world: World) -> None:
    incident = world.report()
    write(session, world, incident, "I, @ada, did it")
    assert not any(one.kind == EventKind.MENTIONED for one in history(session, "incident", incident.id))


def test_watching_twice_is_watching_once(session, world: World) -> None:
    incident, by = world.report(), world.kim.actor()
    mute(session, world.kim, incident.id)
    assert watch(incident, world.kim, by=by, at=world.at)
    assert not watch(incident, world.kim, by=by, at=world.at)
    assert muted_by(session, incident.id) == frozenset()
    assert unwatch(incident, world.kim, by=by, at=world.at)
    assert not unwatch(incident, world.kim, by=by, at=world.at)
    kinds = [one.kind for one in history(session, "incident", incident.id)]
    assert kinds[-2:] == ["watched", "unwatched"]


def test_nobody_watches_what_they_may_not_see(session, world: World) -> None:
    secret, open_one = world.private_report(), world.report()
    with pytest.raises(Invalid, match="may not see INC-1: it is private to Personnel"):
        watch(secret, world.kim, by=world.petra.actor(), at=world.at)
    watch(open_one, world.kim, by=world.petra.actor(), at=world.at)
    open_one.assign(None, world.personnel, by=world.petra.actor(), at=world.at)
    assert watchers_of(session, open_one) == [world.kim]
    assert watchers_who_see(session, open_one) == []


def test_watchers_of_a_part_are_told_of_the_whole_and_keep_theirs(session, world: World) -> None:
    duplicate, into = world.report("One"), world.report("Two", requester=world.omar)
    watch(duplicate, world.kim, by=world.kim.actor(), at=world.at)
    merge(session, duplicate, into, by=world.ada.actor(), at=world.at)
    assert watchers_who_see(session, into) == [world.kim]
    unmerge(session, duplicate, by=world.ada.actor(), at=world.at)
    assert watchers_of(session, into) == []
    assert is_watching(session, duplicate, world.kim)


def test_who_sees_is_who_may_open_the_page(session, world: World) -> None:
    incidents = [world.report(), world.private_report(), world.report(team=world.network)]
    for incident in incidents:
        for agent in (world.ada, world.kim, world.sam, world.petra):
            opened = incident_for(session, agent.viewer(), incident.id) is not None
            assert sees(session, agent, incident) == opened
