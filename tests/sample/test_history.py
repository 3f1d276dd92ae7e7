"""The six months of the demo: repeatable, of the promised size and mix, and not a row of copies."""

import unicodedata
from collections import Counter
from datetime import datetime, timedelta

import pytest

from helpdesk.sample import company
from helpdesk.sample.history import history
from helpdesk.sample.scenarios import SCENARIOS, SWITCH_FAILURE

SETTLED = {"resolved", "closed"}


def test_the_same_moment_and_seed_give_the_same_history(now):
    assert history(now) == history(now)
    assert history(now, seed=8) != history(now)


def test_it_has_the_promised_mix(incidents):
    states = Counter(incident.state for incident in incidents)
    assert len(incidents) == 300
    assert states["resolved"] + states["closed"] >= 200
    assert states["resolved"] >= 5
    assert states["new"] >= 10
    assert states["open"] >= 15
    assert states["pending_requester"] >= 10
    assert states["pending_other"] >= 5


def test_it_covers_six_months_in_order(now, incidents):
    opened = [incident.opened_at for incident in incidents]
    assert opened == sorted(opened)
    assert now - timedelta(days=183) < opened[0] < now - timedelta(days=170)
    assert now - timedelta(days=2) < opened[-1] < now
    assert len({moment.strftime("%Y-%m") for moment in opened}) >= 6


def test_every_scenario_has_been_resolved_once(incidents):
    resolved = {incident.scenario for incident in incidents if incident.state in SETTLED}
    missing = {scenario.key for scenario in SCENARIOS} - resolved
    assert len(missing) <= 8  # told so lately that they are still being worked
    assert "outlook-profile-0x8004010f" in resolved


def test_requesters_are_people_of_the_company(incidents):
    names = {person.address: person.name for person in company.REQUESTERS}
    assert all(names[incident.requester] == incident.requester_name for incident in incidents)


def test_it_does_not_read_as_copies(incidents):
    messages = Counter(incident.steps[0].text for incident in incidents)
    fixes = Counter(step.text for incident in incidents for step in incident.steps if step.kind == "resolve")
    assert len({incident.subject for incident in incidents}) >= 150
    assert len(messages) >= 290
    assert messages.most_common(1)[0][1] <= 2
    assert fixes.most_common(1)[0][1] <= 4


def test_people_write_in_several_languages_and_alphabets_survive(incidents):
    text = "\n".join(step.text for incident in incidents for step in incident.steps)
    assert all(word in text for word in ("Guten Tag", "Bonjour", "Hola", "Grüße", "à", "¿"))
    assert unicodedata.is_normalized("NFC", text)
    assert text.encode("utf-8").decode("utf-8") == text


def test_most_reports_come_in_working_hours(incidents):
    working = [i for i in incidents if i.opened_at.weekday() < 5 and 7 <= i.opened_at.hour < 18]
    assert 0.7 * 300 < len(working) < 300


def test_one_bad_friday_five_weeks_ago(now, incidents):
    bad = [incident for incident in incidents if incident.scenario == SWITCH_FAILURE.key]
    first, last = bad[0].opened_at, bad[-1].opened_at
    assert len(bad) == 14
    assert first.weekday() == 4
    assert timedelta(weeks=5) <= now - first < timedelta(weeks=6, days=1)
    assert last - first < timedelta(hours=2)
    assert len({incident.requester for incident in bad}) == 14
    assert {step.code for i in bad for step in i.steps if step.kind == "resolve"} == {"fixed", "duplicate"}


def test_some_came_back_and_many_said_thank_you(incidents):
    kinds = [[step.kind for step in incident.steps] for incident in incidents]
    assert sum(k.count("resolve") > 1 or ("resolve" in k and k[-1] in ("message", "reopen")) for k in kinds) >= 4
    thanks = [step.text for i in incidents for step in i.steps if step.kind == "confirm" and step.text]
    assert len(thanks) >= 30


def test_recent_work_shows_a_real_desk(incidents):
    active = [incident for incident in incidents if incident.state not in SETTLED]
    assert any(incident.assignee is None for incident in active)
    assert len({incident.assignee for incident in active} - {None}) >= 4
    assert sum(incident.impact + incident.urgency <= 3 for incident in active) >= 3
    assert {incident.source for incident in incidents} == {"mail", "form", "agent"}


@pytest.mark.parametrize("count", [0, 1, 7, 40, 600])
def test_any_size_can_be_had(now, count):
    assert len(history(now, count=count)) == count


def test_a_moment_without_zone_is_refused(now):
    with pytest.raises(ValueError, match="give an aware datetime"):
        history(datetime.fromisoformat("2026-11-20T12:00"))
