"""Many held mails dealt with at once."""

from collections.abc import Callable

from helpdesk.incidents.thread import Words
from intake.senders import SenderVerdict, decide_on_sender
from tests.web.conftest import Browser
from tests.web.held_mail import Hold, state_of
from tests.world import World


def test_many_at_once(world: World, hold: Hold, browse: Callable[[str], Browser]) -> None:
    first, second, third = hold("One"), hold("Two"), hold("Three")
    private = hold("Contract", answers=world.private_report())
    kim, petra = browse("kim"), browse("petra")
    form = kim.form("/held", "/held/discard")
    petra.submit(f"/held/{second.id}", f"/held/{second.id}/discard")
    chosen = [str(row.id) for row in (first, second, private)]
    assert kim.send("/held/discard", form, mail=chosen).status_code == 303
    assert [state_of(world, row) for row in (first, second, third, private)] == ["discarded"] * 2 + ["held"] * 2
    page = kim.text("/held")
    assert "1 mail put away" in page
    assert "1 mail had been dealt with by somebody else" in page


def test_many_are_looked_at_again(world: World, hold: Hold, kim: Browser) -> None:
    incident = world.report("Known", words=Words(text="It drops", message_id="known@northwind.example"))
    first, second = hold("Files itself now"), hold("Another")
    block(world, "zoe@elsewhere.example")
    form = kim.form("/held", "/held/parse_again")
    assert kim.send("/held/parse_again", form, mail=[str(first.id), str(second.id)]).status_code == 303
    assert "0 mails found their place; 2 still held" in kim.text("/held")
    assert state_of(world, first) == "held"
    assert incident.id


def block(world: World, address: str) -> None:
    decide_on_sender(world.session, address, SenderVerdict.BLOCK, by=world.kim.actor(), at=world.at)
    world.session.commit()


def test_nothing_chosen(hold: Hold, kim: Browser) -> None:
    hold()
    form = kim.form("/held", "/held/discard")
    assert kim.send("/held/discard", form).status_code == 303
    assert "Tick the mails first." in kim.text("/held")
