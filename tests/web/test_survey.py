"""The survey: asked in the closing letter, answered on a page without signing in, low answers are looked after."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk import db
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.survey import Survey, ask
from helpdesk.incidents.survey_policy import SurveyPolicy
from helpdesk.journal import EventKind, history
from helpdesk.letters.links import survey_url
from helpdesk.letters.notices import Notice
from helpdesk.people.permissions import Role
from helpdesk.policies import decide_on
from helpdesk.worker import drain
from tests.web.conftest import SECRET, Browser
from tests.world import World

Browse = Callable[[str], Browser]


def closed(world: World, *, requester: Any = None) -> Incident:
    incident = world.report(requester=requester, team=world.support)
    world.assign(incident, world.kim)
    world.resolve(incident, by=world.kim)
    incident.close(by=world.kim.actor(), at=world.at)
    world.session.commit()
    return incident


def close_within(app: Flask, world: World) -> int:
    """Through the desk's own session, so that letters follow."""
    incident = world.report(team=world.support)
    world.resolve(incident, by=world.kim)
    world.session.commit()
    with app.app_context():
        db.session().get_one(Incident, incident.id).close(by=world.kim.actor(), at=world.at)
        db.commit()
    return incident.id


def asked(world: World, incident: Incident) -> Survey:
    found = ask(world.session, incident, history(world.session, "incident", incident.id)[-1].sequence, at=world.at)
    assert found is not None
    world.session.commit()
    return found


def path(found: Survey, score: str = "bad") -> str:
    return survey_url("", SECRET, found.incident_id, found.requester_id, found.sequence, score)


@pytest.fixture
def visitor(browse: Browse) -> Browser:
    return browse("")


@pytest.fixture
def survey(world: World) -> Survey:
    return asked(world, closed(world))


def test_the_closing_letter_asks_once_in_a_while(app: Flask, world: World) -> None:
    numbers = [close_within(app, world), close_within(app, world)]
    drain(app)
    sent = app.extensions["house"].transport.sent
    texts = [letter.get_body(("plain",)).get_content() for letter, _ in sent if "We have closed" in letter.as_string()]
    assert len(texts) == 2
    with_links = [text for text in texts if "/survey" in text]
    assert len(with_links) == 1
    assert "How did we do?" in with_links[0]
    assert all("How did we do?" not in text for text in texts if text not in with_links)
    world.session.expire_all()
    assert [one.incident_id for one in world.session.scalars(select(Survey))] in [[one] for one in numbers]


def test_looking_changes_nothing_and_the_choice_is_there(visitor: Browser, world: World, survey: Survey) -> None:
    page = visitor.get(path(survey, "middling"))
    assert page.status_code == 200
    assert 'id="score-middling" value="middling" checked' in page.text
    world.session.expire_all()
    assert survey.score == ""


def test_an_answer_is_kept_shown_and_can_be_changed(visitor: Browser, world: World, survey: Survey) -> None:
    answer = path(survey)
    assert visitor.submit(answer, answer, score="bad", comment="Nobody called back.").status_code == 303
    assert visitor.submit(answer, answer, score="good", comment="Now they did.").status_code == 303
    world.session.expire_all()
    assert (survey.score, survey.comment, survey.is_low) == ("good", "Now they did.", False)
    told = [one for one in history(world.session, "incident", survey.incident_id) if one.kind == EventKind.RATED]
    assert [(one.data["score"], one.data["changed"], one.actor_name) for one in told] == [
        ("bad", False, world.mia.name),
        ("good", True, world.mia.name),
    ]


def test_a_low_answer_is_told_and_stays_until_dealt_with(
    visitor: Browser, browse: Browse, world: World, survey: Survey
) -> None:
    world.sam.role = Role.LEAD.value
    world.support.members.append(world.sam)
    world.session.commit()
    answer = path(survey)
    visitor.submit(answer, answer, score="bad", comment="<b>Bad</b>")
    notices = world.session.scalars(select(Notice).where(Notice.text.contains("found it bad"))).all()
    assert {one.agent_id for one in notices} == {world.kim.id, world.sam.id}
    kim = browse("kim")
    page = kim.text("/feedback")
    assert "&lt;b&gt;Bad&lt;/b&gt;" in page
    kim.submit("/feedback", f"/feedback/{survey.id}/dealt-with")
    assert "No low answer waits." in kim.text("/feedback")
    assert "found it <b>bad</b>" in kim.text(f"/incidents/{survey.incident_id}")


def test_too_late_forged_and_senseless(visitor: Browser, app: Flask, world: World, survey: Survey) -> None:
    answer = path(survey)
    assert visitor.submit(answer, answer, score="excellent").status_code == 422
    assert visitor.submit(answer, answer, score="bad", comment="x" * 5001).status_code == 422
    assert visitor.get(path(survey).replace("/track/", "/track/x")).status_code == 404
    form = visitor.form(answer, answer)
    app.extensions["house"].clock.advance(days=15)
    assert visitor.get(answer).status_code == 410
    assert visitor.send(answer, form, score="bad").status_code == 410
    world.session.expire_all()
    assert survey.score == ""


def test_nobody_sees_what_is_said_of_private_work(visitor: Browser, browse: Browse, world: World) -> None:
    incident = world.private_report()
    world.resolve(incident, by=world.petra)
    incident.close(by=world.petra.actor(), at=world.at)
    found = asked(world, incident)
    answer = path(found)
    visitor.submit(answer, answer, score="bad", comment="My contract")
    kim = browse("kim")
    assert "My contract" not in kim.text("/feedback")
    assert kim.post(f"/feedback/{found.id}/dealt-with").status_code == 404


def test_the_figures_say_how_few_they_rest_on(browse: Browse, world: World) -> None:
    for who in (world.mia, world.jonas, world.luis, world.hanna, world.omar):
        found = asked(world, closed(world, requester=who))
        found.score = "good" if who is not world.omar else "bad"
    world.session.commit()
    kim = browse("kim")
    assert "80 %" in kim.text("/feedback")
    world.session.delete(found)
    world.session.commit()
    page = kim.text("/feedback")
    assert "too few" in page
    assert "100 %" not in page.replace("(100 %)", "")


def test_an_administrator_can_switch_it_off(browse: Browse, world: World) -> None:
    ada = browse("ada")
    form = ada.form("/settings/survey", "/settings/survey")
    del form["is_on"]
    assert ada.send("/settings/survey", form, days_between="0").status_code == 303
    incident = closed(world)
    assert ask(world.session, incident, 4, at=world.at) is None
    decide_on(world.session, SurveyPolicy(days_between=0))
    assert ask(world.session, incident, 4, at=world.at) is not None
    assert "Survey" in ada.text("/settings/changes")
