"""Bulk incidents come one at a time, repeatably, and varied enough to measure search with."""

from itertools import islice

from helpdesk.sample.bulk import bulk


def test_it_is_lazy():
    endless = bulk(10**12)
    assert len(list(islice(endless, 5))) == 5


def test_it_yields_exactly_what_was_asked_for():
    assert sum(1 for _ in bulk(250)) == 250
    assert list(bulk(0)) == []


def test_it_is_repeatable_and_a_longer_run_begins_alike():
    assert list(bulk(50, seed=3)) == list(islice(bulk(5000, seed=3), 50))
    assert list(bulk(50, seed=3)) != list(bulk(50, seed=4))


def test_it_is_varied():
    incidents = list(bulk(4000))
    assert len({incident.requester for incident in incidents}) > 600
    assert len({incident.steps[0].text for incident in incidents}) > 3600
    assert len({incident.scenario for incident in incidents}) > 80
    assert {incident.state for incident in incidents} >= {"new", "open", "pending_requester", "resolved", "closed"}


def test_an_address_always_has_the_same_name():
    pairs = {(incident.requester, incident.requester_name) for incident in bulk(4000)}
    assert len({address for address, _ in pairs}) == len(pairs)
