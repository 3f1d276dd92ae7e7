"""Changing many at once on the page: tick, choose, see, do, undo; and the parts of that that others must not see."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.errands import Errand
from helpdesk.incidents.export import export_bytes
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.links import LinkKind, link, links_of
from helpdesk.incidents.operation import Operation
from helpdesk.incidents.operations import INCIDENTS_MAX
from helpdesk.incidents.participants import add_participant
from helpdesk.incidents.thread import Words
from helpdesk.people.address_health import mark
from helpdesk.people.permissions import Role
from tests.web.conftest import Browser, Statements, form_in
from tests.world import World

RESOLVE = {"resolve-code": "fixed", "resolve-cause": "A cable.", "resolve-text": "Plugged it in."}


@pytest.fixture
def three(world: World) -> list[Incident]:
    """INC-1 to INC-3, which everybody sees; INC-4 is private to Petra's team."""
    made = [
        world.report("VPN drops", requester=world.mia),
        world.report("Tunnel gone", requester=world.jonas),
        world.report("No network", requester=world.omar),
    ]
    world.private_report("Question about my contract")
    world.session.commit()
    return made


def previewed(browser: Browser, ticked: str = "incident=1&incident=2&incident=3", **fields: object) -> str:
    answer = browser.submit(f"/bulk?{ticked}", "/bulk/preview", **fields)
    assert answer.status_code == 200, answer.text
    return answer.text


def changed(browser: Browser, page: str, **fields: object) -> str:
    answer = browser.send("/bulk", form_in(page, "/bulk"), **fields)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def exported(world: World, incidents: list[Incident]) -> list[bytes]:
    world.session.expire_all()
    found = [export_bytes(world.session, world.session.get_one(Incident, one.id)) for one in incidents]
    world.session.rollback()
    return found


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_rows_are_ticked_previewed_changed_and_undone(kim: Browser, world: World, three: list[Incident]) -> None:
    world.assign(three[1], world.kim)
    world.session.commit()
    before = exported(world, three)
    queue = kim.text("/queue")
    assert 'data-select name="incident" value="1"' in queue
    page = previewed(kim, **{"assign-assignee": "me"})
    said = words(page)
    assert "Of 3, 2 would change" in said
    assert "2 · Would change: assigned to Kim Novak" in said
    assert "1 · So already" in said
    assert exported(world, three) == before
    assert changed(kim, page) == "/queue"
    assert "2 changed, 1 so already." in kim.text("/queue")
    assert exported(world, three) != before
    assert kim.submit("/operations/1", "/operations/1/removal").location == "/operations/1"
    said = words(kim.text("/operations/1"))
    assert "Undone: 2 as before." in said
    assert said.count("as before") == 3
    assert exported(world, three) == before
    assert "undid" in words(kim.text("/incidents/1"))
    # There is no button any more, and pressing an old one changes nothing.
    assert "/operations/1/removal" not in kim.text("/operations/1")
    assert kim.post("/operations/1/removal").status_code == 409


def test_one_that_cannot_be_changed_is_told_with_its_reason(kim: Browser, world: World, three: list[Incident]) -> None:
    world.resolve(three[2])
    world.session.commit()
    page = previewed(kim, **{"do-wait_for_requester": "y"})
    assert "Can’t be changed: This can't be done while the incident is “Resolved”" in words(page).replace("&#39;", "'")
    assert changed(kim, page) == "/operations/1"
    assert "not changed INC-3" in words(kim.text("/operations/1"))


def test_what_others_changed_since_the_preview_is_shown_and_not_overwritten(
    kim: Browser, browse: Callable[[str], Browser], world: World, three: list[Incident]
) -> None:
    page = previewed(kim, **{"assign-assignee": "me"})
    browse("sam").submit("/incidents/2/assignment", "/incidents/2/assignment", assignee=str(world.sam.id), team="")
    answer = kim.send("/bulk", form_in(page, "/bulk"))
    assert answer.status_code == 409
    said = words(answer.text)
    assert "Somebody changed one of these meanwhile; nothing was done" in said
    assert "Sam Okafor took it" in said
    assert world.session.scalars(select(Operation)).all() == []
    world.session.rollback()
    # Seen, and meant all the same.
    assert changed(kim, answer.text) == "/queue"
    world.session.expire_all()
    assert world.session.get_one(Incident, 2).assignee_id == world.kim.id


def test_what_one_may_not_see_is_in_no_set_count_or_outcome(
    kim: Browser, browse: Callable[[str], Browser], world: World, three: list[Incident]
) -> None:
    page = kim.text("/bulk?incident=3&incident=4&incident=99")
    assert "Change 1 incident" in page
    assert "INC-4" not in page
    assert "Of 1, 1 would change" in words(previewed(kim, "incident=3&incident=4", **{"note-text": "x"}))
    assert "Change 3 incidents" in kim.text("/bulk?all=1&view=open")
    # A forged list is no way round.
    form = form_in(previewed(kim, "incident=3", **{"note-text": "x"}), "/bulk")
    kim.send("/bulk", form, incidents="3 4", last_seen="")
    petra = browse("petra")
    assert "Change 4 incidents" in petra.text("/bulk?all=1&view=open")
    changed(petra, previewed(petra, "incident=1&incident=4", **{"tags-add": "berlin"}))
    world.session.expire_all()
    numbers = [[one.incident_id for one in made.outcomes] for made in world.session.scalars(select(Operation))]
    assert numbers == [[3], [1, 4]]
    # Somebody else's operation is nobody's business, but for those who may share.
    assert kim.get("/operations/2").status_code == 404
    assert kim.post("/operations/2/removal").status_code == 404
    world.kim.role = Role.LEAD.value
    world.session.commit()
    assert "INC-4" not in kim.text("/operations/2")
    listed = words(kim.text("/operations?whose=all"))
    assert "Tags (2) Petra" in listed
    assert "Question about my contract" not in listed


def test_everything_that_matches_is_bounded_and_says_so(
    kim: Browser, world: World, three: list[Incident], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert INCIDENTS_MAX == 250
    monkeypatch.setattr("helpdesk.web.bulk.INCIDENTS_MAX", 2)
    page = kim.text("/bulk?all=1&view=open")
    assert "Change 2 incidents" in page
    assert "More than 2 match" in page
    assert "More than 2 match" not in kim.text("/bulk?incident=1&incident=2")
    assert "Nothing is ticked" in kim.text("/bulk")
    assert "Change 1 incident" in kim.text("/bulk?all=1&view=open&requester=omar")


def test_mistakes_come_back_with_what_was_filled_in(kim: Browser, three: list[Incident]) -> None:
    answer = kim.submit("/bulk?incident=1", "/bulk/preview", **{"resolve-code": "fixed", "tags-add": "vpn"})
    assert answer.status_code == 422
    assert "Resolve: cause is missing" in words(answer.text)
    assert 'value="vpn"' in answer.text
    assert kim.submit("/bulk?incident=1", "/bulk/preview").status_code == 422
    answer = kim.submit("/bulk?incident=1", "/bulk/preview", **{"assign-assignee": "10000"})
    assert answer.status_code == 422
    assert kim.post("/bulk", incidents="1 x 99999999999999999999 -4", **{"note-text": "x"}).status_code == 303
    back = kim.send("/bulk/choice", form_in(previewed(kim, "incident=1", **{"tags-add": "vpn"}), "/bulk"))
    assert 'value="vpn"' in back.text


def test_letters_wait_while_it_can_be_undone(kim: Browser, world: World, three: list[Incident]) -> None:
    page = previewed(kim, "incident=1&incident=2", **RESOLVE)
    assert "Requesters get letters of this" in words(page)
    changed(kim, page)
    query = select(Errand).where(Errand.reaction == "notify").order_by(Errand.id.desc()).limit(2)
    waits = [(one.due_at - one.event.at).total_seconds() for one in world.session.scalars(query) if one.event]
    assert waits == [10.0, 10.0]


def test_a_form_sent_twice_is_done_once(kim: Browser, world: World, three: list[Incident]) -> None:
    form = form_in(previewed(kim, "incident=1", **{"note-text": "Once"}), "/bulk")
    first, second = (kim.send("/bulk", form) for _ in range(2))
    assert first.location == second.location
    assert len(world.session.scalars(select(Operation)).all()) == 1


def test_the_pages_ask_no_more_for_more_incidents(
    kim: Browser, world: World, three: list[Incident], statements: Statements
) -> None:
    def asked(numbers: range) -> int:
        with statements as said:
            before = len(said)
            kim.text("/bulk?" + "&".join(f"incident={one}" for one in numbers))
        return len(said) - before

    few = asked(range(1, 3))
    for _ in range(10):
        world.report(requester=world.luis)
    world.session.commit()
    assert asked(range(1, 14)) == few


# Parents and children


@pytest.fixture
def family(world: World, three: list[Incident]) -> list[Incident]:
    """INC-1 is the parent of INC-2 and INC-3, and of INC-4, which only Petra sees."""
    hidden = world.session.get_one(Incident, 4)
    three[0].note(Words("The secret of the gateway"), by=world.kim.actor(), at=world.at)
    add_participant(three[1], "boss@northwind.example", by=world.kim.actor(), at=world.at)
    for child, by in ((three[1], world.kim), (three[2], world.kim), (hidden, world.petra)):
        link(world.session, child, three[0], LinkKind.CHILD_OF, by=by.actor(), at=world.at)
    world.session.commit()
    return three


def test_an_update_reaches_each_requester_in_their_own_thread(
    kim: Browser, world: World, family: list[Incident]
) -> None:
    assert "/incidents/1/children" in kim.text("/incidents/1")
    assert "/incidents/2/children" not in kim.text("/incidents/2")
    page = kim.text("/incidents/1/children")
    assert "INC-4" not in page
    assert "secret" not in page
    answer = kim.submit("/incidents/1/children", "/incidents/1/children/updates", text="We found the cause.")
    assert answer.location == "/operations/1"
    world.session.expire_all()
    letters = [world.session.get_one(Incident, number).entries[-1] for number in (1, 2, 3)]
    assert [(one.to, one.cc, one.text) for one in letters] == [
        (["mia@northwind.example"], [], "We found the cause."),
        (["jonas@northwind.example"], [], "We found the cause."),
        (["omar@northwind.example"], [], "We found the cause."),
    ]
    assert len(world.session.get_one(Incident, 4).entries) == 1
    world.session.rollback()
    kim.submit("/operations/1", "/operations/1/removal")
    world.session.expire_all()
    assert all(world.session.get_one(Incident, number).entries[-1].withdrawn_at for number in (1, 2, 3))


def test_closed_and_unreachable_ones_are_left_out_with_the_reason(
    kim: Browser, world: World, family: list[Incident]
) -> None:
    world.resolve(family[1])
    mark(world.session, "omar@northwind.example", "hard", "5.1.1", "No such user", at=world.at)
    world.session.commit()
    said = words(kim.text("/incidents/1/children"))
    assert "Resolved: they wait for nothing." in said
    assert "Letters to this address come back." in said
    form = kim.form("/incidents/1/children", "/incidents/1/children/updates")
    assert form["incident"] == ["1"]
    kim.send("/incidents/1/children/updates", form, text="Forged", incident=["2", "3"])
    world.session.expire_all()
    assert world.session.scalars(select(Operation)).all() == []


def test_resolving_the_parent_offers_its_fix_to_the_open_children(
    kim: Browser, world: World, family: list[Incident]
) -> None:
    assert kim.post("/incidents/1/children/resolution").status_code == 409
    world.resolve(family[0])
    world.resolve(family[1], text="Something else.")
    world.session.commit()
    before = exported(world, family)
    assert "1 child is open" in words(kim.text("/incidents/1/children"))
    assert kim.submit("/incidents/1/children", "/incidents/1/children/resolution").location == "/operations/1"
    world.session.expire_all()
    child = world.session.get_one(Incident, 3)
    assert (child.state, child.resolution) == ("resolved", family[0].resolution)
    assert world.session.get_one(Incident, 2).resolution == "Something else."
    assert world.session.get_one(Incident, 4).is_open
    world.session.rollback()
    kim.submit("/operations/1", "/operations/1/removal")
    assert exported(world, family) == before


# Ties


def test_a_tie_is_undone_and_an_untying_too(kim: Browser, world: World, three: list[Incident]) -> None:
    kim.submit("/incidents/1/links", "/incidents/1/links", kind="child_of:backwards", other="INC-2")
    page = kim.text("/incidents/1")
    assert "/incidents/1/links/1/removal" in page
    assert kim.post("/incidents/1/links/1/removal").status_code == 303
    undo = re.search(r'action="(/incidents/\d+/links/restoration[^"]*)"', kim.text("/incidents/1"))
    assert undo
    assert kim.post(undo[1].replace("&amp;", "&")).status_code == 303
    tie = links_of(world.session, world.session.get_one(Incident, 2))[0]
    assert (tie.kind, tie.first_id, tie.second_id) == ("child_of", 2, 1)
    assert kim.post("/incidents/1/links/restoration?kind=split_from&other=2").status_code == 404


def test_nobody_becomes_their_own_grandparent(kim: Browser, world: World, three: list[Incident]) -> None:
    def tied(number: int, other: str) -> int:
        path = f"/incidents/{number}/links"
        return kim.submit(path, path, kind="child_of", other=other).status_code

    assert [tied(1, "INC-2"), tied(2, "INC-3")] == [303, 303]
    assert [tied(3, "INC-1"), tied(1, "INC-3"), tied(2, "INC-1")] == [409, 409, 409]


# Splitting


def test_a_part_is_split_off_and_brought_back(kim: Browser, world: World, three: list[Incident], app: Flask) -> None:
    world.passes(minutes=1)
    world.write_again(three[0], "By the way: my telephone is dead.")
    world.session.commit()
    before = exported(world, three[:1])
    assert "/incidents/1/split" in kim.text("/incidents/1")
    entry = world.session.get_one(Incident, 1).entries[-1].id
    world.session.rollback()
    form = kim.form(f"/incidents/1/split?entry={entry}", "/incidents/1/split")
    assert form["entries"] == [str(entry)]
    answer = kim.send("/incidents/1/split", form, subject="")
    assert answer.status_code == 422
    assert "Say in one line" in answer.text
    answer = kim.send("/incidents/1/split", form, subject="Telephone dead", submission="other")
    assert answer.location == "/incidents/5"
    page = kim.text("/incidents/5")
    assert "my telephone is dead" in page
    old = words(kim.text("/incidents/1"))
    assert "my telephone is dead" not in old
    assert f"What {world.mia.name} wrote here was split off to INC-5" in old
    kim.post("/incidents/5/split/removal")
    assert exported(world, three[:1]) == before
    assert kim.get("/incidents/5").location == "/incidents/1?merged=5"
    assert kim.post("/incidents/5/split/removal").status_code == 409


def test_what_was_split_from_an_unseen_incident_is_brought_back_by_nobody_else(
    kim: Browser, browse: Callable[[str], Browser], world: World, three: list[Incident]
) -> None:
    hidden = world.session.get_one(Incident, 4)
    hidden.receive(Words("And my pay slip?"), by=world.eva.actor(), at=world.passes(minutes=1))
    world.session.commit()
    petra = browse("petra")
    entries = [str(hidden.entries[-1].id)]
    world.session.rollback()
    petra.submit("/incidents/4/split", "/incidents/4/split", entries=entries, subject="Pay slip")
    made = world.session.get_one(Incident, 5)
    made.assign(None, world.support, by=world.petra.actor(), at=world.at)
    world.session.commit()
    assert kim.get("/incidents/5").status_code == 200
    assert kim.get("/incidents/4/split").status_code == 404
    assert kim.post("/incidents/5/split/removal").status_code == 404
