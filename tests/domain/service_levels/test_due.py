"""What is due next, as the queue reads it: kept after every event, disposable, mended by comparing."""

from collections.abc import Callable

import pytest
from sqlalchemy import delete, event, select, update
from sqlalchemy.orm import Session

from helpdesk.errands import Errand
from helpdesk.incidents.merge import merge, unmerge
from helpdesk.incidents.thread import Words
from helpdesk.reactions import CLOCKS, TABLE, clocks
from helpdesk.service_levels.due import ServiceLevelDue, compare, mend, rebuild
from helpdesk.service_levels.happenings import RELEVANT
from helpdesk.service_levels.policy import ServiceLevelPolicy, current_policies
from helpdesk.service_levels.replaying import clocks_of, clocks_of_many
from helpdesk.service_levels.versions import change_policy
from tests.domain.service_levels.conftest import Desk
from tests.domain.service_levels.telling_stories import HOUR, moment

URGENT = {"impact": 1, "urgency": 1}


def said(row: ServiceLevelDue | None) -> tuple[str, str, str]:
    assert row is not None
    return row.target, row.state, f"{row.due_at:%a %H:%M}" if row.due_at else "never"


def test_the_row_says_what_is_most_urgent_from_the_report_to_the_resolution(desk: Desk) -> None:
    desk.at("Mon 09:00")
    incident = desk.world.report()  # of priority 4
    assert said(desk.due(incident)) == ("first_response", "running", "Mon 13:00")
    desk.at("Mon 10:00")
    desk.world.reply(incident)
    assert said(desk.due(incident)) == ("next_update", "running", "Thu 10:00")
    incident.wait_for_requester(by=desk.world.kim.actor(), at=desk.at("Mon 11:00"))
    assert said(desk.due(incident)) == ("next_update", "paused", "never")
    desk.at("Tue 11:00")
    desk.world.write_again(incident)
    assert said(desk.due(incident)) == ("next_update", "running", "Fri 10:00")
    desk.world.resolve(incident)
    assert desk.due(incident) is None


def test_a_letter_that_leaves_later_counts_when_it_leaves(desk: Desk) -> None:
    incident = desk.world.report()
    leaves = moment("Mon 12:00", "UTC")
    incident.reply(Words("We are on it."), by=desk.world.kim.actor(), at=desk.at("Mon 10:00"), send_at=leaves)
    row = desk.due(incident)
    assert said(row)[0] == "first_response"
    errands = desk.session.scalars(select(Errand).where(Errand.reaction == CLOCKS, Errand.due_at == leaves)).all()
    assert [one.payload for one in errands] == [{"incident": incident.id}]
    first = clocks_of(desk.session, incident.id, now=moment("Mon 14:00", "UTC"))[0]
    assert (first.state, first.ended_at) == ("met", leaves)


def test_a_merged_incident_owes_nothing_until_it_is_taken_apart(desk: Desk) -> None:
    desk.at("Mon 09:00")
    into, duplicate = desk.world.report(), desk.world.report(requester=desk.world.jonas)
    merge(desk.session, duplicate, into, by=desk.world.kim.actor(), at=desk.at("Mon 10:00"))
    assert desk.due(duplicate) is None
    assert desk.due(into) is not None
    unmerge(desk.session, duplicate, by=desk.world.kim.actor(), at=desk.at("Mon 16:00"))
    assert said(desk.due(duplicate)) == ("first_response", "running", "Tue 11:00")


def test_everything_that_clocks_are_computed_from_is_followed_by_the_reaction() -> None:
    assert {kind for kind, reactions in TABLE.items() if CLOCKS in reactions} == RELEVANT


def test_running_the_reaction_twice_changes_nothing(desk: Desk) -> None:
    incident = desk.world.report()
    before = said(desk.due(incident))
    desk.kept = 0
    assert said(desk.due(incident)) == before
    assert len(desk.session.scalars(select(ServiceLevelDue)).all()) == 1


def test_what_is_out_of_step_is_found_and_mended(desk: Desk) -> None:
    one, other, third = (desk.world.report(subject) for subject in ("one", "other", "third"))
    desk.keep()
    desk.session.execute(update(ServiceLevelDue).where(ServiceLevelDue.incident_id == one.id).values(state="missed"))
    desk.session.execute(delete(ServiceLevelDue).where(ServiceLevelDue.incident_id == other.id))
    numbers = one.id, other.id, third.id
    desk.world.resolve(third)  # nobody told the row
    desk.session.commit()
    difference = compare(desk.session, now=desk.world.at)
    assert (difference.outdated, difference.missing, difference.surplus) == tuple({number} for number in numbers)
    mend(desk.session, difference, now=desk.world.at)
    desk.session.commit()
    assert not compare(desk.session, now=desk.world.at)


def test_the_rows_can_be_thrown_away(desk: Desk) -> None:
    desk.world.report()
    desk.session.execute(delete(ServiceLevelDue))
    assert rebuild(desk.session, now=desk.world.at) == 1
    assert not compare(desk.session, now=desk.world.at)


def test_a_change_for_running_incidents_reaches_them_in_batches(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clocks, "BATCH", 2)
    incidents = [desk.world.report(f"report {number}") for number in range(5)]
    desk.keep()
    [policy] = current_policies(desk.session)
    targets = {"resolution": {"4": HOUR}}
    at = desk.at("Mon 10:00")
    change_policy(desk.session, policy, {"targets": targets}, at=at, applies_to_running=True, reason="At once")
    rounds = 0
    while errand := desk.session.scalars(select(Errand).where(Errand.reaction == CLOCKS).order_by(Errand.id)).first():
        clocks.look_at_open(desk.session, after=errand.payload["after"], now=at)
        desk.session.delete(errand)
        desk.session.flush()
        rounds += 1
    assert rounds == 3  # the one that was waiting since the desk was set up does for all
    assert {said(desk.due(one))[0] for one in incidents} == {"resolution"}


def test_a_desk_of_old_without_a_policy_has_no_clocks_and_no_trouble(desk: Desk) -> None:
    desk.session.execute(delete(ServiceLevelPolicy))
    incident = desk.world.report()
    assert desk.due(incident) is None
    assert clocks_of(desk.session, incident.id, now=desk.world.at) == ()
    assert desk.look("Fri 17:00") == []


def statements(session: Session, ask: Callable[[], object]) -> int:
    count = 0

    def counted(*_: object) -> None:
        nonlocal count
        count += 1

    event.listen(session.get_bind(), "before_cursor_execute", counted)
    try:
        ask()
    finally:
        event.remove(session.get_bind(), "before_cursor_execute", counted)
    return count


def test_clocks_of_many_take_as_many_statements_as_of_one(desk: Desk) -> None:
    numbers = [desk.world.report(f"report {number}").id for number in range(20)]
    desk.session.commit()
    one, many = (
        statements(desk.session, lambda some=some: clocks_of_many(desk.session, some, now=desk.world.at))
        for some in (numbers[:1], numbers)
    )
    assert one == many <= 5
