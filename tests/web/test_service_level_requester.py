"""What requesters are told of due times: on their page and in the letter, and only where the policy says so."""

from datetime import timedelta

import pytest
from flask import Flask

from helpdesk.incidents.incident import Incident
from helpdesk.letters.languages import LANGUAGES
from helpdesk.letters.links import tracking_url
from helpdesk.letters.promises import due_times
from tests.web.conftest import Browser
from tests.web.promises import promised
from tests.world import World

MINUTES = timedelta(minutes=30)


@pytest.fixture
def stranger(app: Flask) -> Browser:
    return Browser(app)


def page_of(app: Flask, incident: Incident) -> str:
    return tracking_url("", app.extensions["house"].signing_key, incident.id, incident.requester_id)


def test_due_times_are_told_where_the_policy_says_so(world: World, stranger: Browser, app: Flask) -> None:
    now = app.extensions["house"].clock.now()
    incident = world.report(at=now - MINUTES)
    promised(world, shown_to_requester=True, now=now)
    world.session.commit()
    page = stranger.text(page_of(app, incident))
    assert "We answer by 2 March 2026 at 13:30 UTC." in page
    assert "It should be solved by 2 March 2026 at 13:30 UTC." in page
    told = due_times(world.session, incident.id, LANGUAGES["de"], now=now)
    assert told == {"answer_by": "2. März 2026 um 13:30 UTC", "solved_by": "2. März 2026 um 13:30 UTC"}


def test_nothing_is_told_where_it_does_not(world: World, stranger: Browser, app: Flask) -> None:
    now = app.extensions["house"].clock.now()
    incident = world.report(at=now - MINUTES)
    promised(world, now=now)
    world.session.commit()
    page = stranger.text(page_of(app, incident))
    assert "We answer by" not in page
    assert "What you can expect" not in page
    assert set(due_times(world.session, incident.id, LANGUAGES["en"], now=now).values()) == {""}


def test_a_pause_is_told_as_what_it_waits_for(world: World, stranger: Browser, app: Flask) -> None:
    now = app.extensions["house"].clock.now()
    late, waiting = world.report(at=now - timedelta(days=5)), world.report(at=now - MINUTES)
    promised(world, shown_to_requester=True, now=now)
    for incident in (late, waiting):
        incident.wait_for_requester(by=world.kim.actor(), at=now - timedelta(minutes=5))
    world.session.commit()
    for incident in (late, waiting):
        page = stranger.text(page_of(app, incident))
        assert page.count("The time is paused while we wait for your answer.") == 1
        assert " by 2" not in page[page.index("What you can expect") : page.index('<div class="thread">')]


def test_who_is_late_says_so_and_who_is_done_says_nothing(world: World, stranger: Browser, app: Flask) -> None:
    now = app.extensions["house"].clock.now()
    incident = world.report(at=now - timedelta(days=5))
    promised(world, shown_to_requester=True, now=now)
    world.session.commit()
    assert "and are late. We are sorry." in stranger.text(page_of(app, incident))
    world.at = now
    world.resolve(incident)
    world.session.commit()
    assert "What you can expect" not in stranger.text(page_of(app, incident))
