"""Which policy holds, and how clocks show that an administrator changed one."""

from datetime import timedelta

import pytest

from helpdesk.service_levels.calendar import ALWAYS
from helpdesk.service_levels.choosing import Facts
from helpdesk.service_levels.clocks import current, replay
from helpdesk.service_levels.intervals import Target
from helpdesk.service_levels.policy import ServiceLevelPolicy
from helpdesk.service_levels.telling import percent_reached, percent_told
from tests.domain.service_levels.telling_stories import HOUR, Story, a_book, a_calendar, a_policy, check, hours, moment

TREE = {1: None, 2: 1, 3: 2}  # 3 lies below 2, and that below 1
OPENED = moment("Mon 09:00")


def named(name: str, **values: object) -> ServiceLevelPolicy:
    return a_policy(series=name, name=name, **values)


# fmt: off
CHOSEN = [
    (Facts(3), "everything else"),
    (Facts(1), "urgent"),
    (Facts(3, service_id=5), "service"),
    (Facts(3, service_id=5, category_id=3), "service"),
    (Facts(3, category_id=3), "near"),
    (Facts(3, category_id=2), "near"),
    (Facts(3, category_id=1), "far"),
    (Facts(3, category_id=9), "everything else"),
    (Facts(3, organization_id=7, service_id=5), "organization"),
    (Facts(3, organization_id=7, service_id=6), "both"),
    (Facts(3, "request"), "requests"),
    (Facts(1, "request"), "urgent"),
]
# fmt: on


@pytest.mark.parametrize(("facts", "chosen"), CHOSEN)
def test_the_most_specific_policy_holds(facts: Facts, chosen: str) -> None:
    book = a_book(
        named("everything else", position=0),
        named("organization", organization_ids=[7]),
        named("both", organization_ids=[7], service_ids=[6]),
        named("service", service_ids=[5]),
        named("far", category_ids=[1]),
        named("near", category_ids=[2]),
        named("urgent", priorities=[1, 2]),
        named("requests", record_type="request"),
        parents=TREE,
    )
    terms = book.terms(facts, opened_at=OPENED, at=OPENED)
    assert terms is not None
    assert terms.promise.name == chosen


def test_of_two_alike_the_order_decides_and_a_circle_of_categories_ends() -> None:
    book = a_book(named("b", position=2), named("a", position=1), named("c", category_ids=[8]), parents={4: 5, 5: 4})
    terms = book.terms(Facts(3, category_id=4), opened_at=OPENED, at=OPENED)
    assert terms is not None
    assert (terms.promise.name, terms.because) == ("a", "it holds for everything else")


def changed(*, running: bool) -> ServiceLevelPolicy:
    """Half the time, from Tuesday noon on."""
    targets = {"resolution": {"3": 8 * HOUR}}
    at, reason = moment("Tue 12:00"), "Too slow"
    return a_policy(version=2, valid_from=at, applies_to_running=running, targets=targets, reason=reason)


def test_an_incident_keeps_to_what_was_promised_when_it_was_opened() -> None:
    book, now = a_book(a_policy(), changed(running=False)), moment("Wed 10:00")
    before = current(replay(Story().say("Mon 09:00 opened").events, book, now=now))
    after = current(replay(Story().say("Tue 13:00 opened").events, book, now=now))
    assert before[Target.RESOLUTION].target_seconds == 16 * HOUR
    assert after[Target.RESOLUTION].target_seconds == 8 * HOUR
    assert Target.FIRST_RESPONSE not in after


def test_a_change_for_running_incidents_is_a_boundary_that_says_why() -> None:
    book, now = a_book(a_policy(), changed(running=True)), moment("Tue 16:00")
    clock = current(replay(Story().say("Mon 09:00 opened").events, book, now=now))[Target.RESOLUTION]
    check(clock, now)
    # Ten hours had gone by, so the eight that are promised now were used up on Tuesday at ten.
    assert (clock.state, hours(clock.elapsed_seconds), clock.due_at) == ("missed", "13:00", moment("Tue 10:00"))
    [boundary] = [one for one in clock.intervals if one.policy_change]
    assert (boundary.start, boundary.policy_change) == (
        moment("Tue 12:00"), "Policy “Usual”, version 2: Too slow",
    )  # fmt: skip


def test_nobody_is_warned_of_what_an_administrators_change_found_used_up() -> None:
    book, now = a_book(a_policy(), changed(running=True)), moment("Tue 16:00")
    clock = current(replay(Story().say("Mon 09:00 opened").events, book, now=now))[Target.RESOLUTION]
    assert (percent_reached(clock), percent_told([], clock)) == (100, 100)


def test_a_day_off_that_is_added_later_moves_what_is_due_and_nothing_before_it() -> None:
    added = a_calendar(
        version=2,
        valid_from=moment("Tue 10:00"),
        applies_to_running=True,
        own_days=[{"date": "2026-03-04", "name": "Strike"}, {"date": "2026-03-02", "name": "Strike"}],
        reason="The buses are on strike",
    )
    book, now = a_book(a_calendar(), added), moment("Thu 10:00")
    clock = current(replay(Story().say("Mon 09:00 opened").events, book, now=now))[Target.RESOLUTION]
    check(clock, now)
    assert (hours(clock.elapsed_seconds), clock.due_at) == ("15:00", moment("Thu 11:00"))
    assert [one.policy_change for one in clock.intervals if one.policy_change] == [
        "Calendar “Office”, version 2: The buses are on strike"
    ]
    assert [one.why for one in clock.intervals if one.kind == "holiday"] == ["Strike, a holiday of “Office”."]


def test_a_policy_that_is_retired_for_running_incidents_takes_its_clocks_along() -> None:
    retired = a_policy(version=2, valid_from=moment("Tue 09:00"), applies_to_running=True, is_retired=True)
    story = Story().say("Mon 09:00 opened; Mon 10:00 reply").events
    clocks = replay(story, a_book(a_policy(), retired), now=moment("Wed 10:00"))
    # What was kept while it held stays on record; what is still owed is owed by no policy.
    kept = [(clock.target, clock.state) for clock in clocks]
    assert kept == [(Target.FIRST_RESPONSE, "met"), (Target.NEXT_UPDATE, "met")]


def test_what_happened_before_any_policy_is_not_counted() -> None:
    first = a_policy(valid_from=moment("Tue 09:00"), applies_to_running=True)
    now = moment("Tue 11:00")
    clock = current(replay(Story().say("Mon 09:00 opened").events, a_book(first), now=now))[Target.RESOLUTION]
    check(clock, now)
    assert hours(clock.elapsed_seconds) == "2:00"
    assert clock.intervals[0].why == "Reported. No policy held."


def test_a_calendar_that_became_the_default_later_counts_from_then_on() -> None:
    office = [a_calendar(), a_calendar(version=2, is_default=False, valid_from=OPENED, applies_to_running=True)]
    always = a_calendar(series="always", name="Always", is_default=False, weekly=ALWAYS)
    chosen = a_calendar(
        series="always", version=2, name="Always", weekly=ALWAYS, valid_from=OPENED, applies_to_running=True
    )
    now = moment("Tue 09:00")
    story = Story().say("Fri 09:00 opened").events
    for event in story:
        event.at -= timedelta(days=7)  # the Friday before
    clock = current(replay(story, a_book(*office, always, chosen), now=now))[Target.RESOLUTION]
    check(clock, now)
    assert hours(clock.elapsed_seconds) == "31:00"


def test_without_a_policy_there_are_no_clocks_and_old_mail_was_promised_nothing() -> None:
    story = Story().say("Mon 09:00 opened")
    assert replay(story.events, a_book(named("other", service_ids=[5])), now=moment("Mon 10:00")) == ()
    story.events[0].data["quiet"] = "imported"
    assert replay(story.events, a_book(), now=moment("Mon 10:00")) == ()


def test_events_of_old_that_told_no_numbers_are_read_with_what_the_record_says_now() -> None:
    story = Story().say("Mon 09:00 opened")
    del story.events[0].data["record_type"]
    story.tell("categorized", moment("Mon 10:00"), before="Hardware", after="Printing")  # type: ignore[arg-type]
    book, now = a_book(named("usual"), named("printing", category_ids=[2])), moment("Mon 11:00")
    clock = current(replay(story.events, book, now=now, present=Facts(3, category_id=2)))[Target.RESOLUTION]
    assert clock.policy_name == "printing"
