"""Every told incident is a legal story: right order, right people, nothing after now."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from helpdesk.sample import company
from helpdesk.sample.bulk import BULK_NOW, bulk
from helpdesk.sample.history import history
from helpdesk.sample.incident import Step, state_after

AGENTS = {agent.address for agent in company.AGENTS}
MEMBERS = {team.key: set(team.members) for team in company.TEAMS}
BY_REQUESTER = {"message", "confirm", "reopen"}
# What may follow in each state, written out on its own so that a slip in the sample's table is seen.
ALLOWED = {
    "new": {"message": "new", "assign": "open", "reply": "open"},
    "open": {
        "message": "open",
        "reply": "open",
        "note": "open",
        "assign": "open",
        "wait_for_requester": "pending_requester",
        "wait_for_other": "pending_other",
        "resolve": "resolved",
    },
    "pending_requester": {"message": "open"},
    "pending_other": {"resolve": "resolved"},
    "resolved": {"message": "open", "reopen": "open", "confirm": "closed", "close": "closed"},
    "closed": {},
}


def walk(incident):
    assert incident.steps[0].kind == "message"
    state = "new"
    for step in incident.steps[1:]:
        assert step.kind in ALLOWED[state], (incident.scenario, state, step)
        state = ALLOWED[state][step.kind]
    return state


def check(incident, now):
    assert walk(incident) == incident.state
    assert incident.opened_at == incident.steps[0].at
    assert all(before.at <= after.at for before, after in pairwise(incident.steps))
    assert incident.steps[-1].at <= now
    assert all(step.at.tzinfo is UTC for step in incident.steps)
    for step in incident.steps:
        check_step(incident, step)
    check_assignee(incident)
    check_waiting(incident, now)


def check_step(incident, step):
    if step.kind in BY_REQUESTER:
        assert step.by == incident.requester
    else:
        assert step.by in AGENTS
    assert bool(step.code) == bool(step.cause) == (step.kind == "resolve")
    if step.kind in ("message", "reply", "note", "resolve", "reopen", "wait_for_other"):
        assert step.text.strip()


def check_assignee(incident):
    assigned = [step for step in incident.steps if step.kind == "assign"]
    assert incident.assignee == (assigned[-1].assignee if assigned else None)
    assert all(step.assignee in MEMBERS[step.team] for step in assigned)
    if assigned and incident.team == "people":
        assert {step.by for step in incident.steps} <= MEMBERS["people"] | {incident.requester}


def check_waiting(incident, now):
    waits = [(step, later) for step, later in pairwise([*incident.steps, None]) if step.kind == "wait_for_other"]
    for step, later in waits:
        assert step.until > step.at
        assert later.at >= step.until if later else step.until > now


def test_every_incident_of_a_history_is_a_legal_story(now):
    for seed in (7, 8):
        for incident in history(now, seed):
            check(incident, now)


def test_every_bulk_incident_is_a_legal_story():
    for incident in bulk(3000, seed=5):
        check(incident, BULK_NOW)


def test_an_illegal_story_has_no_state():
    at = datetime(2026, 11, 20, 9, tzinfo=UTC)
    message = Step(at, "message", "somebody@homepost.example", "Hello")
    reopen = Step(at + timedelta(hours=1), "reopen", "somebody@homepost.example", "Still broken")
    with pytest.raises(KeyError):
        state_after([message, reopen])
    with pytest.raises(ValueError, match="the message that opened it"):
        state_after([])
