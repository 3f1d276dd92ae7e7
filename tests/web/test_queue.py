"""The queue: who sees what, in which order, what it says when it is empty, and what it costs."""

import re
from collections.abc import Callable

import pytest

from tests.web.conftest import Browser, Statements
from tests.world import World

STATEMENTS_MAX = 8
BYTES_MAX = 60 * 1024


def numbers(html: str) -> list[int]:
    return [int(number) for number in re.findall(r'data-row="/incidents/(\d+)"', html)]


def test_a_stranger_is_sent_to_sign_in_and_back(browse: Callable[[str], Browser]) -> None:
    answer = browse("").get("/queue?view=mine")
    assert answer.status_code == 302
    assert answer.location == "/sign-in?next=/queue?view%3Dmine"


def test_the_start_leads_to_the_queue(kim: Browser) -> None:
    assert kim.get("/").location == "/queue"


def test_each_view_holds_its_own(kim: Browser, world: World) -> None:
    new, mine, sams, done = (world.report(f"Report {n}") for n in range(4))
    world.assign(mine, world.kim)
    world.assign(sams, world.sam)
    world.resolve(done)
    ids = new.id, mine.id, sams.id, done.id
    world.session.commit()
    assert set(numbers(kim.text("/queue?view=unassigned"))) == {ids[0]}
    assert set(numbers(kim.text("/queue?view=mine"))) == {ids[1]}
    assert set(numbers(kim.text("/queue?view=open"))) == set(ids[:3])
    assert set(numbers(kim.text("/queue?view=all"))) == set(ids)


def test_private_work_is_seen_by_its_team_only(browse: Callable[[str], Browser], world: World) -> None:
    secret = world.private_report().id
    world.session.commit()
    for name in ("kim", "sam", "ada"):
        page = browse(name).text("/queue?view=all")
        assert numbers(page) == []
        assert 'All open<span class="count">0</span>' in page
    assert numbers(browse("petra").text("/queue?view=all")) == [secret]
    assert browse("kim").get("/queue/rows?view=all").text.count("contract") == 0


def test_filters_narrow_down(kim: Browser, world: World) -> None:
    printing = world.report("Paper jam", requester=world.jonas, category=world.printing, impact=1, urgency=1)
    tunnel = world.report("No tunnel", requester=world.luis, service=world.vpn)
    waiting = world.report("Waiting", requester=world.hanna)
    waiting.wait_for_requester(by=world.kim.actor(), at=world.at)
    world.session.commit()
    for query, expected in {
        f"category={world.printing.id}": printing,
        f"service={world.vpn.id}": tunnel,
        f"team={world.network.id}": tunnel,
        "priority=1": printing,
        "state=pending_requester": waiting,
        "requester=jonas": printing,
        "requester=LUIS@northwind": tunnel,
    }.items():
        assert numbers(kim.text(f"/queue?{query}")) == [expected.id], query


def test_what_is_filtered_by_is_selected_and_can_be_cleared(kim: Browser, world: World) -> None:
    page = kim.text(f"/queue?view=mine&team={world.network.id}")
    assert f'<option selected value="{world.network.id}">Network</option>' in page
    assert "Personnel" not in page  # private, and not Kim's
    assert "Nothing fits" in page
    assert 'href="/queue?view=mine"' in page


@pytest.mark.parametrize(
    "query",
    [
        "view=nonsense",
        "state=gone",
        "priority=99999999999999999999999",
        "team=x",
        "sort=password",
        "requester=%00%25_\\",
    ],
)
def test_odd_addresses_show_a_page(kim: Browser, world: World, query: str) -> None:
    world.report()
    world.session.commit()
    assert kim.get(f"/queue?{query}").status_code == 200


def test_a_damaged_page_address_says_so(kim: Browser) -> None:
    answer = kim.get("/queue?cursor=garbage")
    assert answer.status_code == 422
    assert "first page" in answer.text


@pytest.mark.parametrize("sort", ["-updated", "updated", "opened", "-opened", "priority", "-priority"])
def test_pages_show_each_incident_once_and_in_order(kim: Browser, world: World, sort: str) -> None:
    for n in range(120):
        world.passes(seconds=n % 3)
        world.report(f"Report {n}", impact=1 + n % 3, urgency=1 + n % 2)
    world.session.commit()
    seen: list[int] = []
    address = f"/queue?view=all&sort={sort}"
    for _ in range(3):
        page = kim.text(address)
        seen += numbers(page)
        found = re.search(r'rel="next" href="([^"]+)"', page)
        address = found[1].replace("&amp;", "&") if found else ""
    assert address == ""
    assert len(seen) == len(set(seen)) == 120
    if sort == "opened":
        assert seen == sorted(seen)


def test_empty_views_say_what_that_means(kim: Browser) -> None:
    assert "All clear" in kim.text("/queue?view=unassigned")
    assert "Nothing on your plate" in kim.text("/queue?view=mine")
    assert "Nothing is open" in kim.text("/queue?view=open")
    assert "No incidents yet" in kim.text("/queue?view=all")


def test_names_and_subjects_are_escaped(kim: Browser, world: World) -> None:
    world.report("<script>alert(1)</script> & more")
    world.session.commit()
    page = kim.text("/queue")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in page


def test_rows_are_not_sent_again_while_nothing_changed(kim: Browser, world: World) -> None:
    world.report()
    world.session.commit()
    page = kim.get("/queue/rows?view=open")
    headers = re.search(r"hx-headers='([^']+)'", page.text)
    assert headers is not None
    tag = re.search(r'"If-None-Match": "([^,]+)"', headers[1])
    assert tag is not None
    again = kim.get("/queue/rows?view=open", If_None_Match=tag[1].replace('\\"', '"'))
    assert (again.status_code, again.text) == (304, "")
    world.report("Another one")
    world.session.commit()
    assert kim.get("/queue/rows?view=open", If_None_Match=tag[1].replace('\\"', '"')).status_code == 200


def test_what_changed_since_the_last_look_flashes(kim: Browser, world: World) -> None:
    world.report("Old")
    world.passes(minutes=5)
    world.report("Fresh")
    world.session.commit()
    page = kim.get("/queue/rows?view=open&sort=opened", X_Rows_Read=world.at.replace(minute=31).isoformat()).text
    assert re.findall(r'data-row="/incidents/(\d+)"( class="has-arrived")?', page) == [
        ("1", ""),
        ("2", ' class="has-arrived"'),
    ]
    assert "has-arrived" not in kim.get("/queue/rows?view=open", X_Rows_Read="yesterday").text


def test_a_full_page_is_cheap(kim: Browser, world: World, statements: Statements) -> None:
    for n in range(60):
        world.report(f"The connection to the shared drive drops every few minutes, case {n}", service=world.vpn)
    world.session.commit()
    kim.text("/queue")  # templates compiled
    with statements as said:
        page = kim.get("/queue").data
    assert len(numbers(page.decode())) == 50
    assert len(said) <= STATEMENTS_MAX, "\n".join(said)
    assert len(page) <= BYTES_MAX
