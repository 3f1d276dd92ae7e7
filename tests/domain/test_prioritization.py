"""What is proposed and why, what an override needs, what another matrix would change, and who belongs where."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from helpdesk.clock import SetClock
from helpdesk.errors import Conflict, Invalid
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.links import LinkKind, link
from helpdesk.incidents.matrix_change import apply_to_open, open_otherwise, preview
from helpdesk.incidents.merge import merge
from helpdesk.incidents.opening import open_incident
from helpdesk.incidents.overrides import by_agent, overrides
from helpdesk.incidents.prioritization import Facts, proposal, proposal_for
from helpdesk.incidents.priority import Priority, PriorityPolicy, Threshold, cell, priority_of
from helpdesk.incidents.record_types import RecordType
from helpdesk.incidents.thread import Words
from helpdesk.journal import Actor, EventKind, history
from helpdesk.people.agent import Agent, Team
from helpdesk.people.organization import Organization
from helpdesk.people.requester import Requester, known_requester
from helpdesk.policies import decide_on
from helpdesk.services import Service
from tests.domain.conftest import START

VITAL, ORDINARY = 1, 3


def last(session: Session, incident: Incident) -> dict[str, object]:
    event = history(session, "incident", incident.id)[-1]
    return {"kind": event.kind, **event.data}


def report(session: Session, name: str, at: SetClock, **more: object) -> Incident:
    who = known_requester(session, f"{name}@example.org", name, at=at.now())
    made, _ = open_incident(
        session,
        who,
        "VPN",
        Words("x"),
        source="mail",
        by=who.actor(),
        at=at.now(),
        **more,  # type: ignore[arg-type]
    )
    return made


@pytest.mark.parametrize(
    ("facts", "impact", "priority"),
    [
        (Facts(), 3, 4),
        (Facts(people=10), 2, 3),
        (Facts(people=9), 3, 4),
        (Facts(people=100), 1, 2),
        (Facts(people=3, criticality=VITAL), 2, 3),
        (Facts(people=20, criticality=VITAL), 1, 2),
        (Facts(vip="Ada"), 2, 3),
        (Facts(people=100, vip="Ada"), 1, 2),
        (Facts(reported_impact=1), 1, 2),
        (Facts(people=10, reported_impact=3), 2, 3),
        (Facts(reported_urgency=1), 3, 3),
        (Facts(people=100, reported_urgency=1), 1, 1),
    ],
)
def test_the_proposal_follows_from_people_service_standing_and_the_reporter(
    session: Session, facts: Facts, impact: int, priority: int
) -> None:
    found = proposal(session, facts)
    assert (found.impact, found.priority) == (impact, priority)


def test_its_evidence_is_told_in_sentences(session: Session) -> None:
    said = proposal(session, Facts(12, "VPN", VITAL, "Acme", reported_urgency=1)).evidence
    assert said == (
        "12 people are affected.",
        "VPN is vital: medium from 3 people on, high from 20.",
        "Acme is a VIP: one step up.",
        "The reporter says how soon it hurts: high.",
    )


def test_the_site_has_its_own_matrix(session: Session) -> None:
    own = PriorityPolicy()
    decide_on(session, own.model_copy(update={"cells": {**own.cells, cell(3, 2): Priority.HIGH}}))
    session.flush()
    assert (priority_of(3, 2, session), priority_of(3, 2)) == (2, 4)
    assert proposal(session, Facts()).priority == 2


def test_an_override_needs_a_reason_and_is_kept(
    session: Session, incident: Incident, kim: Agent, clock: SetClock
) -> None:
    with pytest.raises(Invalid, match=r"1 person is affected\.") as refused:
        incident.prioritize(1, 2, by=kim.actor(), at=clock.now())
    assert (refused.value.field, incident.impact) == ("reason", 3)
    incident.prioritize(1, 2, by=kim.actor(), at=clock.now(), reason="The whole site called.")
    said = last(session, incident)
    assert (incident.priority, incident.is_overridden) == (2, True)
    assert (said["overridden"], said["reason"], said["proposed"]) == (
        True, "The whole site called.", {"impact": 3, "urgency": 2, "priority": 4},
    )  # fmt: skip
    incident.prioritize(3, 2, by=kim.actor(), at=clock.now())
    assert (incident.is_overridden, last(session, incident)["overridden"]) == (False, False)


def test_urgency_that_nobody_reported_is_chosen_freely(incident: Incident, kim: Agent, clock: SetClock) -> None:
    incident.prioritize(3, 1, by=kim.actor(), at=clock.now())
    assert (incident.priority, incident.is_overridden) == (3, False)


def test_urgency_that_was_reported_is_not(session: Session, kim: Agent, clock: SetClock) -> None:
    incident = report(session, "ada", clock, urgency=3)
    with pytest.raises(Invalid):
        incident.prioritize(3, 1, by=kim.actor(), at=clock.now())


def test_an_agent_who_logs_another_impact_overrides(
    session: Session, incident: Incident, kim: Agent, clock: SetClock
) -> None:
    made, _ = open_incident(
        session, incident.requester, "All down", Words("x"), source="agent", by=kim.actor(), at=clock.now(),
        impact=1, reason="I see it myself.",
    )  # fmt: skip
    opened, chosen = history(session, "incident", made.id)
    assert (opened.data["impact"], chosen.kind, chosen.data["after"]["impact"]) == (3, EventKind.PRIORITIZED, 1)
    assert (made.is_overridden, chosen.data["reason"]) == (True, "I see it myself.")


def test_counting_people_changes_what_is_proposed(session: Session, kim: Agent, clock: SetClock) -> None:
    incident = report(session, "ada", clock, impact=1)
    assert proposal_for(session, incident).impact == 1
    incident.affects(12, by=kim.actor(), at=clock.now())
    assert last(session, incident) == {"kind": "affected", "before": 1, "after": 12}
    # Once somebody has counted, that stands instead of the reporter's word.
    assert proposal_for(session, incident).impact == 2
    for number in (0, -1, 10**9):
        with pytest.raises(Invalid):
            incident.affects(number, by=kim.actor(), at=clock.now())


def test_whoever_reports_the_same_counts_once_and_within_sight(
    session: Session, incident: Incident, kim: Agent, clock: SetClock
) -> None:
    def people() -> str:
        return proposal_for(session, incident).evidence[0]

    by, at = kim.actor(), clock.now()
    merge(session, report(session, "bo", clock), incident, by=by, at=at)
    child, again = report(session, "cy", clock), report(session, "bo", clock)
    link(session, child, incident, LinkKind.CHILD_OF, by=by, at=at)
    link(session, again, incident, LinkKind.DUPLICATE_OF, by=by, at=at)
    link(session, report(session, "di", clock), incident, LinkKind.RELATED, by=by, at=at)
    assert people() == "3 people are affected."
    merge(session, report(session, "ed", clock), child, by=by, at=at)
    assert people() == "4 people are affected."
    child.team = Team(name="Payroll", private=True, members=[])
    assert people() == "3 people are affected."


def test_a_request_is_made_an_incident(session: Session, incident: Incident, kim: Agent, clock: SetClock) -> None:
    incident.reclassify(RecordType.REQUEST, by=kim.actor(), at=clock.now())
    assert last(session, incident) == {"kind": "reclassified", "before": "incident", "after": "request"}
    with pytest.raises(Invalid):
        incident.reclassify("problem", by=kim.actor(), at=clock.now())


def test_another_matrix_is_previewed_and_applied_when_asked(
    session: Session, incident: Incident, kim: Agent, clock: SetClock
) -> None:
    chosen = report(session, "bo", clock)
    chosen.prioritize(1, 1, by=kim.actor(), at=clock.now(), reason="It burns.")
    hidden = report(session, "cy", clock, team=Team(name="Payroll", private=True, members=[]))
    report(session, "di", clock).affects(6, by=kim.actor(), at=clock.now())
    own = PriorityPolicy()
    people = {**own.people, str(ORDINARY): Threshold(medium=5, high=100)}
    new = own.model_copy(update={"cells": {**own.cells, cell(3, 2): Priority.PLANNING}, "people": people})
    seen = preview(session, kim.viewer(), own, new, since=START - timedelta(days=1))
    # Ada's goes to P5, Di's six people make it medium; Bo's was decided, and Cy's is nobody's business here.
    assert (seen.total, seen.changed) == (3, 2)
    assert (dict(seen.before), dict(seen.after)) == ({4: 2, 1: 1}, {5: 1, 3: 1, 1: 1})
    assert open_otherwise(session, kim.viewer(), new) == 2
    assert apply_to_open(session, kim.viewer(), new, by=kim.actor(), at=clock.now()) == 2
    assert (incident.priority, hidden.priority, chosen.priority) == (5, 4, 1)
    assert (last(session, incident)["reason"], open_otherwise(session, kim.viewer(), new)) == (
        "The matrix was changed.",
        0,
    )


def test_overrides_are_counted_by_agent_and_direction(
    session: Session, incident: Incident, kim: Agent, clock: SetClock
) -> None:
    incident.prioritize(1, 2, by=kim.actor(), at=clock.now(), reason="Many calls")
    other = report(session, "bo", clock, impact=1)
    other.prioritize(3, 2, by=kim.actor(), at=clock.advance(days=1), reason="Only one")
    secret = report(session, "cy", clock, team=Team(name="Payroll", private=True, members=[]))
    secret.prioritize(1, 2, by=Actor("system", "Rules"), at=clock.now(), reason="Hidden")
    session.flush()
    found = overrides(session, kim.viewer(), since=START)
    assert [(one.reason, one.direction) for one in found] == [("Only one", "lowered"), ("Many calls", "raised")]
    assert [(one.agent, one.raised, one.lowered, one.total) for one in by_agent(found)] == [("Kim", 1, 1, 2)]
    assert overrides(session, kim.viewer(), since=clock.now() + timedelta(days=1)) == []


def test_a_policy_that_makes_no_sense_is_refused() -> None:
    for wrong in (
        {"cells": {}},
        {"people": {}},
        {"impacts": ["a", "b", ""]},
        {"people": {"1": {"medium": 9, "high": 1}}},
    ):
        with pytest.raises(ValueError):
            PriorityPolicy.model_validate(wrong)


@pytest.fixture
def acme(session: Session) -> Organization:
    made = Organization(name="Acme", domains=["example.org"], is_vip=True, created_at=START)
    session.add(made)
    session.flush()
    return made


def test_a_vip_organization_raises_what_its_people_report(
    session: Session, acme: Organization, clock: SetClock
) -> None:
    incident = report(session, "new", clock, service=Service(name="Wiki"))
    assert (incident.requester.organization, incident.impact) == (acme, 2)
    assert "Acme is a VIP: one step up." in proposal_for(session, incident).evidence


def test_whose_requests_are_open_says_so_when_they_move(
    session: Session, incident: Incident, acme: Organization, kim: Agent, clock: SetClock
) -> None:
    from helpdesk.incidents.belonging import merge_organizations, move_requester

    move_requester(session, incident.requester, acme, by=kim.actor(), at=clock.now())
    said = last(session, incident)
    assert (said["kind"], said["before"]["organization_id"], said["after"]["organization_id"]) == (  # type: ignore[index]
        "requester_changed", None, acme.id,
    )  # fmt: skip
    other = Organization(name="Acme Ltd", domains=["acme.example"], created_at=START)
    session.add(other)
    merge_organizations(session, acme, other, by=kim.actor(), at=clock.now())
    session.expire_all()
    assert (incident.requester.organization, list(other.domains)) == (other, ["acme.example", "example.org"])
    assert (acme.retired_at is not None, last(session, incident)["after"]["organization"]) == (True, "Acme Ltd")  # type: ignore[index]
    with pytest.raises(Invalid):
        move_requester(session, incident.requester, acme, by=kim.actor(), at=clock.now())
    with pytest.raises(Conflict):
        merge_organizations(session, other, acme, by=kim.actor(), at=clock.now())
    assert session.get_one(Requester, incident.requester_id).organization is other
