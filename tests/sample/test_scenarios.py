"""Every scenario is complete, filed where it belongs, and can be cast with people of the company."""

from random import Random
from typing import get_args

import pytest

from helpdesk.sample import company
from helpdesk.sample.cast import Cast, worker
from helpdesk.sample.scenario import Code
from helpdesk.sample.scenarios import SCENARIOS, SWITCH_FAILURE

EVERY = (*SCENARIOS, SWITCH_FAILURE)
TEAMS = {team.key: team for team in company.TEAMS}
each_scenario = pytest.mark.parametrize("scenario", EVERY, ids=lambda scenario: scenario.key)


def test_there_are_plenty_and_none_twice():
    assert len(SCENARIOS) >= 70
    assert len({scenario.key for scenario in EVERY}) == len(EVERY)
    texts = [report.body for scenario in EVERY for report in scenario.reports]
    assert len(set(texts)) == len(texts)


@each_scenario
def test_it_is_filed_under_things_that_exist(scenario):
    parents = {category.parent for category in company.CATEGORIES}
    leaves = {category.key for category in company.CATEGORIES} - parents
    filing = scenario.filing
    assert filing.service in {service.key for service in company.SERVICES}
    assert filing.category in leaves
    assert filing.team in TEAMS
    assert {filing.impact, filing.urgency} <= {1, 2, 3}


@each_scenario
def test_it_says_what_happened_why_and_what_fixed_it(scenario):
    assert len(scenario.reports) >= 2
    assert scenario.code in get_args(Code)
    assert len(scenario.cause) > 40
    assert scenario.fixes
    assert all(len(fix) > 60 for fix in scenario.fixes)


@each_scenario
def test_somebody_can_report_each_wording_and_somebody_can_work_it(scenario):
    cast, rng = Cast(company.REQUESTERS), Random(3)
    for report in scenario.reports:
        person = cast.requester(rng, scenario, report.language)
        assert person.language == report.language
        assert scenario.who in ("staff", person.area)
    assert worker(rng, scenario.filing.team).address in TEAMS[scenario.filing.team].members


def test_who_is_asked_can_have_written_in_english():
    asking = [scenario for scenario in EVERY if scenario.exchanges]
    assert len(asking) >= 12
    assert all(any(report.language == "en" for report in scenario.reports) for scenario in asking)


def test_an_impossible_reporter_is_refused():
    with pytest.raises(IndexError):
        Cast(()).requester(Random(3), SCENARIOS[0], "en")
