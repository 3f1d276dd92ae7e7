"""The page of one incident: what it shows, to whom, and what it costs."""

from collections.abc import Callable

import pytest

from helpdesk.incidents.lifecycle import State
from helpdesk.incidents.thread import Words
from helpdesk.letters.delivery import Delivery
from tests.web.conftest import Browser, Statements, in_state
from tests.world import World

STATEMENTS_MAX = 18


def test_it_shows_who_what_and_since_when(kim: Browser, world: World) -> None:
    incident = world.report(
        "No tunnel", "It says\n    timeout after 30 s\nsee https://status.example/1", service=world.vpn
    )
    world.assign(incident, world.sam, by=world.ada)
    world.session.commit()
    page = kim.text("/incidents/1")
    for said in ("No tunnel", "INC-1", "Mia Tanaka", "mia@northwind.example", "VPN", "Sam Okafor", "Network"):
        assert said in page
    assert "<b>Ada Lindqvist</b> assigned it to <b>Sam Okafor</b>, Network" in page
    assert "\u00a0\u00a0\u00a0\u00a0timeout after 30 s" in page
    assert '<a href="https://status.example/1" rel="' in page
    assert "opened it" not in page  # goes without saying


def test_a_missing_and_a_private_incident_look_the_same(browse: Callable[[str], Browser], world: World) -> None:
    world.private_report()
    world.session.commit()
    kim, petra = browse("kim"), browse("petra")
    assert petra.get("/incidents/1").status_code == 200
    hidden, missing = kim.get("/incidents/1"), kim.get("/incidents/2")
    assert (hidden.status_code, hidden.text) == (missing.status_code, missing.text)
    assert hidden.status_code == 404


def test_text_is_escaped_everywhere(kim: Browser, world: World) -> None:
    bad = "<script>alert(1)</script>"
    incident = world.report(
        bad, f"{bad} www.x.example/{bad}", words=Words(text=bad, quoted=bad, cc=(f"{bad}@x.example",))
    )
    incident.rename(f"Now {bad}", by=world.kim.actor(), at=world.at)
    world.session.commit()
    assert "<script>alert" not in kim.text("/incidents/1")


def test_quoted_and_automatic_text_is_folded_and_long_text_cut(kim: Browser, world: World) -> None:
    incident = world.report(words=Words(text="word " * 20_000, quoted="> earlier"))
    incident.receive(Words(text="I am away", automatic="Auto-Submitted"), by=world.mia.actor(), at=world.at)
    world.session.commit()
    page = kim.text("/incidents/1")
    assert '<details class="quoted">' in page
    assert "Sent by a machine: Auto-Submitted" in page
    assert len(page) < 70_000
    assert "/entries/1/text" in page
    assert kim.get("/entries/1/text").text.startswith("word word")
    assert kim.get("/entries/1/text").mimetype == "text/plain"


def test_a_reply_shows_what_became_of_its_letter(kim: Browser, world: World) -> None:
    incident = world.report()
    entry = world.reply(incident)
    common = {"letter": "reply", "event_id": 2, "incident_id": 1, "entry_id": entry.id, "created_at": world.at}
    world.session.add(Delivery(recipient="mia@northwind.example", message_id="a@x", state="sent", **common))
    world.session.add(
        Delivery(recipient="boss@x.example", message_id="b@x", state="bounced", answer="550 no such user", **common)
    )
    world.session.commit()
    page = kim.text("/incidents/1")
    assert "delivery-bounced" in page
    assert "boss@x.example: 550 no such user" in page


@pytest.mark.parametrize("state", list(State))
def test_each_state_offers_what_can_be_done_from_it(kim: Browser, world: World, state: State) -> None:
    in_state(world, state)
    world.session.commit()
    page = kim.text("/incidents/1")
    unresolved, pending = state not in (State.RESOLVED, State.CLOSED), state.value.startswith("pending")
    assert ('href="/incidents/1/resolution"' in page) is unresolved
    assert ('href="/incidents/1/pending"' in page) is unresolved
    assert ('action="/incidents/1/resumption"' in page) is pending
    assert ('action="/incidents/1/closure"' in page) is (state is State.RESOLVED)
    assert ('href="/incidents/1/resolution/withdrawal"' in page) is not unresolved
    assert ("/knowledge/new?incident=1" in page) is not unresolved
    assert ("/incidents/1/suggestions" in page) is unresolved


def test_the_requesters_other_incidents_and_ties_are_beside_it(browse: Callable[[str], Browser], world: World) -> None:
    from helpdesk.incidents.links import LinkKind, link

    this, other, secret = world.report("This"), world.report("Earlier trouble"), world.private_report("Secret")
    cause = world.report("The cause", requester=world.omar)
    secret.requester = world.mia
    link(world.session, this, cause, LinkKind.CAUSED_BY, by=world.kim.actor(), at=world.at)
    link(world.session, this, secret, LinkKind.RELATED, by=world.petra.actor(), at=world.at)
    world.session.commit()
    page = browse("kim").text(f"/incidents/{this.id}")
    assert "Earlier trouble" in page
    assert "caused by" in page
    assert "The cause" in page
    assert "Secret" not in page
    assert "cause of" in browse("kim").text(f"/incidents/{cause.id}")
    assert "Secret" in browse("petra").text(f"/incidents/{this.id}")
    assert other.subject in browse("petra").text(f"/incidents/{this.id}")


def test_a_long_thread_costs_as_many_statements_as_a_short_one(
    kim: Browser, world: World, statements: Statements
) -> None:
    incident = world.report(service=world.vpn, category=world.printing)

    def cost() -> int:
        world.reply(incident)
        world.write_again(incident)
        world.session.commit()
        kim.text("/incidents/1")
        statements.said.clear()
        with statements:
            kim.text("/incidents/1")
        return len(statements.said)

    short = cost()
    for _ in range(8):
        world.reply(incident)
        world.write_again(incident)
    assert cost() == short <= STATEMENTS_MAX, "\n".join(statements.said)
    assert kim.text("/incidents/1").count('<article class="entry') == 21


def test_the_live_part_is_the_page_without_what_is_being_typed(kim: Browser, world: World) -> None:
    world.report("No tunnel")
    world.session.commit()
    part = kim.text("/incidents/1/live")
    assert part.count("hx-swap-oob") == 3
    assert "No tunnel" in part
    assert "composer" not in part


def test_it_is_only_read_by_get(kim: Browser, world: World) -> None:
    world.report()
    world.session.commit()
    for path in ("/incidents/1", "/queue", "/incidents/1/live", "/incidents/1/suggestions"):
        assert kim.client.post(path, data={"csrf_token": kim.token()}).status_code == 405
