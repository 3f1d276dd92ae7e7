"""The verdict at the close, and what another policy would have made of last month."""

import pytest
from sqlalchemy import select

from helpdesk.errors import Conflict, Invalid
from helpdesk.incidents.incident import Incident
from helpdesk.journal import EventKind, history
from helpdesk.service_levels import what_if as comparing
from helpdesk.service_levels.calendar import ALWAYS, Calendar, calendars
from helpdesk.service_levels.intervals import Target
from helpdesk.service_levels.judging import ServiceLevelVerdict, verdicts_of
from helpdesk.service_levels.policy import ServiceLevelPolicy, current_policies
from helpdesk.service_levels.versions import (
    add_calendar,
    add_policy,
    change_calendar,
    change_policy,
    changed_calendar,
    changed_policy,
    make_default,
    retire_calendar,
    retire_policy,
)
from helpdesk.service_levels.what_if import Count, what_if
from tests.domain.service_levels.conftest import Desk
from tests.domain.service_levels.telling_stories import HOUR, moment


def closed(desk: Desk, *, answered: str = "Mon 10:00", resolved: str = "Tue 12:00") -> Incident:
    """Reported on Monday at nine, closed on Wednesday."""
    desk.at("Mon 09:00")
    incident = desk.world.report()
    desk.at(answered)
    desk.world.reply(incident)
    desk.at(resolved)
    desk.world.resolve(incident)
    incident.close(by=desk.world.kim.actor(), at=desk.at("Wed 12:00"))
    desk.keep()
    return incident


def judged(desk: Desk, incident: Incident) -> list[dict[str, object]]:
    events = history(desk.session, "incident", incident.id)
    return [one.data for one in events if one.kind == EventKind.SERVICE_LEVEL_JUDGED]


def figures(desk: Desk, incident: Incident) -> dict[str, tuple[str, int, int]]:
    rows = verdicts_of(desk.session, incident.id)
    return {row.target: (row.verdict, row.elapsed_seconds // HOUR, row.target_seconds // HOUR) for row in rows}


def test_the_verdict_is_frozen_at_the_close(desk: Desk) -> None:
    incident = closed(desk, answered="Mon 14:00")
    assert figures(desk, incident) == {
        "first_response": ("missed", 5, 4),
        "next_update": ("met", 6, 24),
        "restoration": ("met", 11, 32),
        "resolution": ("met", 11, 40),
    }
    [data] = judged(desk, incident)
    said = {one["target"]: (one["verdict"], one["runs"], one["missed_runs"]) for one in data["targets"]}  # type: ignore[attr-defined]
    assert said["next_update"] == ("met", 2, 0)
    assert said["first_response"] == ("missed", 1, 1)
    # A stricter policy, for running incidents too, changes nothing any more.
    [policy] = current_policies(desk.session)
    targets = {"resolution": {"4": HOUR}}
    change_policy(desk.session, policy, {"targets": targets}, at=moment("Mon 10:00", "UTC"), applies_to_running=True)
    desk.kept = 0
    desk.keep()
    assert figures(desk, incident)["resolution"] == ("met", 11, 40)
    assert len(judged(desk, incident)) == 1


def test_a_reopened_incident_gets_a_new_verdict_at_its_next_close(desk: Desk) -> None:
    incident = closed(desk)
    incident.reopen("Again", by=desk.world.kim.actor(), at=desk.at("Thu 09:00"))
    desk.at("Fri 17:00")
    desk.world.resolve(incident)
    incident.close(by=desk.world.kim.actor(), at=desk.at("Mon+1 09:00"))
    desk.keep()
    assert figures(desk, incident)["resolution"] == ("met", 27, 40)
    assert len(judged(desk, incident)) == 2
    assert len(desk.session.scalars(select(ServiceLevelVerdict)).all()) == 4


def test_what_was_merged_is_not_judged_twice(desk: Desk) -> None:
    from helpdesk.incidents.merge import merge

    desk.at("Mon 09:00")
    into, duplicate = desk.world.report(), desk.world.report(requester=desk.world.jonas)
    merge(desk.session, duplicate, into, by=desk.world.kim.actor(), at=desk.at("Mon 10:00"))
    desk.keep()
    assert judged(desk, duplicate) == []


# What if


def month(desk: Desk, change: ServiceLevelPolicy | Calendar) -> comparing.WhatIf:
    since, until = moment("2026-03-01 00:00", "UTC"), moment("2026-04-01 00:00", "UTC")
    return what_if(desk.session, change, since, until, now=moment("2026-04-01 00:00", "UTC"))


def test_another_policy_shows_which_verdicts_would_flip_and_saves_nothing(desk: Desk) -> None:
    quick, slow = closed(desk), closed(desk, answered="Mon 12:00")
    [policy] = current_policies(desk.session)
    stricter = changed_policy(policy, {"targets": {"first_response": {"4": 2 * HOUR}}})
    found = month(desk, stricter)
    assert (found.compared, found.is_cut_off) == (2, False)
    assert (found.before[Target.FIRST_RESPONSE], found.after[Target.FIRST_RESPONSE]) == (Count(2, 0), Count(1, 1))
    assert Target.RESOLUTION not in found.after
    flips = [(one.incident_id, one.before, one.after) for one in found.examples if one.target is Target.FIRST_RESPONSE]
    assert flips == [(slow.id, "met", "missed")]
    assert not desk.session.new
    assert current_policies(desk.session) == [policy]
    assert quick.id != slow.id


def test_another_calendar_is_compared_alike(desk: Desk) -> None:
    closed(desk)
    [calendar] = calendars(desk.session)
    found = month(desk, changed_calendar(calendar, {"weekly": ALWAYS}))
    assert (found.before[Target.RESTORATION], found.after[Target.RESTORATION]) == (Count(1, 0), Count(1, 0))
    targets = {"restoration": {"4": 20 * HOUR}}
    [policy] = current_policies(desk.session)
    change_policy(desk.session, policy, {"targets": targets}, at=moment("Mon 08:00", "UTC"))
    found = month(desk, changed_calendar(calendar, {"weekly": ALWAYS}))
    assert (found.before[Target.RESTORATION], found.after[Target.RESTORATION]) == (Count(1, 0), Count(0, 1))


def test_a_policy_that_is_new_and_nonsense(desk: Desk) -> None:
    closed(desk)
    targets = {"first_response": {"4": 60}}
    new = ServiceLevelPolicy(name="New", targets=targets, priorities=[4])
    assert month(desk, new).after[Target.FIRST_RESPONSE] == Count(0, 1)
    with pytest.raises(Invalid, match="Promise something"):
        month(desk, ServiceLevelPolicy(name="Nothing", targets={}))


def test_it_says_when_there_were_too_many(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing, "INCIDENTS_MAX", 1)
    closed(desk)
    closed(desk)
    found = month(desk, changed_policy(current_policies(desk.session)[0], {}))
    assert (found.compared, found.is_cut_off, found.flips) == (1, True, 0)


# Versions


def test_every_change_is_a_version_and_a_stale_one_is_refused(desk: Desk) -> None:
    [policy] = current_policies(desk.session)
    at = desk.world.at
    changed = change_policy(desk.session, policy, {"name": "Better"}, at=at, reason="Wording")
    assert (changed.series, changed.version, changed.name) == (policy.series, 2, "Better")
    assert policy.name == "Standard"
    assert change_policy(desk.session, changed, {"name": "Better"}, at=at) is changed
    with pytest.raises(Conflict, match="meanwhile"):
        change_policy(desk.session, policy, {"name": "Mine"}, at=at)
    retire_policy(desk.session, changed, at=at)
    assert current_policies(desk.session) == []


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ({"name": " "}, "a name"),
        ({"targets": {"sleep": {"1": 60}}}, "no target"),
        ({"targets": {"resolution": {"6": 60}}}, "from 1 to 5"),
        ({"targets": {"resolution": {"1": 1}}}, "at least a minute"),
        ({"targets": {"resolution": {"soon": 60}}}, "from 1 to 5"),
        ({"targets": {"resolution": {"1": "soon"}}}, "at least a minute"),
        ({"pauses": ["open"]}, "pause while"),
        ({"warns_at": [100]}, "1 to 99"),
        ({"breach": {"tell": ["everybody"]}}, "Nobody is known"),
        ({"breach": {"addresses": ["nobody"]}}, "not a mail address"),
        ({"record_type": "wish"}, "incident or a request"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(desk: Desk, choices: dict[str, object], words: str) -> None:
    [policy] = current_policies(desk.session)
    with pytest.raises(Invalid, match=words):
        change_policy(desk.session, policy, choices, at=desk.world.at)


def test_the_default_calendar_can_be_another_one_and_none_in_use_is_retired(desk: Desk) -> None:
    at = desk.world.at
    [office] = calendars(desk.session)
    always = add_calendar(desk.session, Calendar(name="Always", time_zone="UTC", weekly=ALWAYS), at=at)
    assert not always.is_default
    with pytest.raises(Conflict, match="the default"):
        retire_calendar(desk.session, office, at=at)
    make_default(desk.session, always, at=at)
    defaults = {row.name: row.is_default for row in calendars(desk.session)}
    assert defaults == {"Always": True, "Working hours": False}
    office = next(row for row in calendars(desk.session) if row.name == "Working hours")
    add_policy(
        desk.session,
        ServiceLevelPolicy(name="Office", targets={"resolution": {"1": HOUR}}, calendar=office.series),
        at=at,
    )
    with pytest.raises(Conflict, match="“Office” uses"):
        retire_calendar(desk.session, office, at=at)
    with pytest.raises(Invalid, match="never open"):
        change_calendar(desk.session, office, {"weekly": {}}, at=at)
