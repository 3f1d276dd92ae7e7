"""Tags: one word is one tag, whatever its letters; merging moves nothing and can be undone."""

import pytest
from sqlalchemy.orm import Session

from helpdesk.clock import SetClock
from helpdesk.errors import Conflict, Invalid, NotAllowed
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.tags import (
    NAME_LENGTH_MAX,
    TAGS_MAX,
    change_tags,
    make_tag,
    merge_tag,
    rename_tag,
    set_tags,
    tagged,
    tags_of,
    unmerge_tag,
)
from helpdesk.journal import EventKind, history
from helpdesk.people.agent import Agent


def on(session: Session, incident: Incident) -> tuple[str, ...]:
    return tags_of(session, [incident.id]).get(incident.id, ())


def events(session: Session, incident: Incident) -> list[dict[str, object]]:
    found = history(session, "incident", incident.id)
    return [event.data for event in found if event.kind == EventKind.TAGGED]


def test_tags_are_put_on_and_taken_off_and_both_are_told(session, incident, kim: Agent, clock: SetClock) -> None:
    set_tags(incident, ["VPN", "rome"], by=kim.actor(), at=clock.now())
    change_tags(incident, add=["Printer"], remove=["vpn"], by=kim.actor(), at=clock.now())
    assert on(session, incident) == ("Printer", "rome")
    assert events(session, incident)[-1] == {"before": ["rome", "VPN"], "after": ["Printer", "rome"]}


def test_the_same_word_is_the_same_tag_and_says_nothing_twice(session, incident, kim: Agent, clock: SetClock) -> None:
    set_tags(incident, ["VPN"], by=kim.actor(), at=clock.now())
    set_tags(incident, ["vpn", " VPN "], by=kim.actor(), at=clock.now())
    assert on(session, incident) == ("VPN",)
    assert len(events(session, incident)) == 1


@pytest.mark.parametrize("name", ["", " ,, ", "x" * (NAME_LENGTH_MAX + 1)])
def test_what_is_no_word_is_no_tag(incident, kim: Agent, clock: SetClock, name: str) -> None:
    with pytest.raises(Invalid):
        set_tags(incident, [name], by=kim.actor(), at=clock.now())


def test_there_is_an_end_to_them(session, incident, kim: Agent, clock: SetClock) -> None:
    with pytest.raises(Invalid, match=str(TAGS_MAX)):
        set_tags(incident, [f"t{n}" for n in range(TAGS_MAX + 1)], by=kim.actor(), at=clock.now())


def test_a_requester_tags_nothing(incident, ada, clock: SetClock) -> None:
    with pytest.raises(NotAllowed):
        set_tags(incident, ["vpn"], by=ada, at=clock.now())


def test_merged_tags_are_read_as_one_and_come_apart_again(session, incident, kim: Agent, clock: SetClock) -> None:
    set_tags(incident, ["printers", "printing", "rome"], by=kim.actor(), at=clock.now())
    old, new = make_tag(session, "printers", at=clock.now()), make_tag(session, "printing", at=clock.now())
    merge_tag(session, old, new)
    assert on(session, incident) == ("printing", "rome")
    assert tagged(session, new) == 1
    unmerge_tag(old)
    assert on(session, incident) == ("printers", "printing", "rome")


def test_who_writes_a_merged_tag_means_the_other_and_takes_off_both(
    session, incident, kim: Agent, clock: SetClock
) -> None:
    set_tags(incident, ["printers"], by=kim.actor(), at=clock.now())
    old, new = make_tag(session, "printers", at=clock.now()), make_tag(session, "printing", at=clock.now())
    merge_tag(session, old, new)
    set_tags(incident, ["PRINTERS"], by=kim.actor(), at=clock.now())
    assert on(session, incident) == ("printing",)
    set_tags(incident, [], by=kim.actor(), at=clock.now())
    unmerge_tag(old)
    assert on(session, incident) == ()


def test_a_chain_of_merges_ends_in_one_tag(session, incident, kim: Agent, clock: SetClock) -> None:
    set_tags(incident, ["a"], by=kim.actor(), at=clock.now())
    a, b, c = (make_tag(session, name, at=clock.now()) for name in "abc")
    merge_tag(session, a, b)
    merge_tag(session, b, c)
    assert on(session, incident) == ("c",)
    with pytest.raises(Conflict):
        merge_tag(session, c, b)


def test_a_tag_is_renamed_but_not_into_another(session, incident, kim: Agent, clock: SetClock) -> None:
    set_tags(incident, ["vpm", "rome"], by=kim.actor(), at=clock.now())
    tag = make_tag(session, "vpm", at=clock.now())
    rename_tag(session, tag, "VPN")
    assert on(session, incident) == ("rome", "VPN")
    with pytest.raises(Conflict, match="Merge"):
        rename_tag(session, tag, "ROME")


def test_a_retired_tag_stays_and_is_put_on_no_more(session, incident, kim: Agent, clock: SetClock) -> None:
    set_tags(incident, ["old"], by=kim.actor(), at=clock.now())
    make_tag(session, "old", at=clock.now()).retired_at = clock.now()
    change_tags(incident, add=["new"], by=kim.actor(), at=clock.now())
    assert on(session, incident) == ("new", "old")
    set_tags(incident, ["new"], by=kim.actor(), at=clock.now())
    with pytest.raises(Invalid, match="no longer used"):
        change_tags(incident, add=["OLD"], by=kim.actor(), at=clock.now())
