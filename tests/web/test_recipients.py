"""Whom a reply goes to: the people of the mail answered, nobody else without an agent's word; and who reads along."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.incidents.incident import Incident
from helpdesk.incidents.thread import Entry, Participant, Words
from helpdesk.people.requester import Address
from helpdesk.worker import drain
from tests.web.conftest import Browser, form_in
from tests.world import World

REPLIES = "/incidents/1/replies"
MIA, LEE, VENDOR = "mia@northwind.example", "lee@northwind.example", "support@vendor.example"


def mail(sender: str = MIA, cc: tuple[str, ...] = (), **more: object) -> Words:
    return Words("It drops.", cc=cc, message_id=f"{sender}.{len(cc)}@x", sender=sender, **more)  # type: ignore[arg-type]


def report(world: World, words: Words) -> Incident:
    incident = world.report(words=words)
    world.session.commit()
    return incident


def lines(form: dict[str, list[str]]) -> tuple[list[str], list[str]]:
    return form.get("to", []), form.get("cc", [])


def left_for(app: Flask) -> dict[str, tuple[str, str]]:
    """To and Cc as each reader of a reply has them."""
    house = app.extensions["house"]
    house.clock.advance(minutes=1)
    drain(app)
    return {
        recipient: (str(letter["To"]), str(letter["Cc"] or ""))
        for letter, recipient in house.transport.sent
        if letter["Auto-Submitted"] is None
    }


def test_the_people_of_the_mail_get_the_answer(kim: Browser, world: World, app: Flask) -> None:
    report(world, mail(cc=(LEE,)))
    assert lines(kim.form("/incidents/1", REPLIES)) == ([MIA], [LEE])
    kim.submit("/incidents/1", REPLIES, text="Hello")
    expected = ("Mia Tanaka <mia@northwind.example>", LEE)
    assert left_for(app) == {MIA: expected, LEE: expected}


def test_who_is_not_on_the_last_mail_is_offered_only(kim: Browser, world: World, app: Flask) -> None:
    incident = report(world, mail(cc=(LEE,)))
    incident.receive(mail(), by=world.mia.actor(), at=world.at)
    world.session.commit()
    form = kim.form("/incidents/1", REPLIES)
    assert lines(form) == ([MIA], [])
    assert f'value="{LEE}"' in kim.text("/incidents/1")
    kim.send(REPLIES, form, text="Hello", cc=LEE)
    assert sorted(left_for(app)) == [LEE, MIA]


def test_what_came_by_form_goes_to_all_who_read_along(kim: Browser, world: World) -> None:
    incident = report(world, mail(cc=(LEE,)))
    incident.receive(Words("On the page"), by=world.mia.actor(), at=world.at)
    world.session.commit()
    assert lines(kim.form("/incidents/1", REPLIES)) == ([MIA], [LEE])


def test_the_answer_goes_where_they_wrote_from(kim: Browser, world: World, app: Flask) -> None:
    world.session.add(Address(address="mia@home.example", requester_id=world.mia.id))
    report(world, mail("mia@home.example"))
    kim.submit("/incidents/1", REPLIES, text="Hello")
    assert list(left_for(app)) == ["mia@home.example"]


def test_who_reads_along_is_answered_with_the_requester_in_copy(kim: Browser, world: World) -> None:
    incident = report(world, mail(cc=(LEE,)))
    incident.receive(mail(LEE), by=world.mia.actor(), at=world.at)
    world.session.commit()
    assert lines(kim.form("/incidents/1", REPLIES)) == ([LEE], [MIA])


def test_a_stranger_is_never_copied_by_themselves(kim: Browser, world: World, app: Flask) -> None:
    incident = report(world, mail())
    incident.receive(mail("eve@evil.example", cc=("friend@evil.example",)), by=world.mia.actor(), at=world.at)
    world.session.commit()
    form = kim.form("/incidents/1", REPLIES)
    assert lines(form) == ([MIA], [])
    kim.send(REPLIES, form, text="Hello")
    assert list(left_for(app)) == [MIA]


def test_an_absence_notice_is_not_what_is_answered(kim: Browser, world: World) -> None:
    incident = report(world, mail(cc=(LEE,)))
    incident.receive(mail(LEE, automatic="away"), by=world.mia.actor(), at=world.at)
    world.session.commit()
    assert lines(kim.form("/incidents/1", REPLIES)) == ([MIA], [LEE])


def test_somebody_new_must_be_confirmed(kim: Browser, world: World, app: Flask) -> None:
    report(world, mail())
    told = kim.submit("/incidents/1", REPLIES, text="Look", more=f"Vendor <{VENDOR}>")
    assert told.status_code == 422
    assert f"Confirm that you mean to write to {VENDOR}" in told.text
    assert "other organisation" in told.text
    form = form_in(told.text, REPLIES)
    assert (form["text"], form["cc"]) == (["Look"], [VENDOR])
    assert kim.send(REPLIES, form).status_code == 422
    assert left_for(app) == {}
    assert kim.send(REPLIES, form, confirmed=VENDOR).status_code == 303
    assert sorted(left_for(app)) == [MIA, VENDOR]
    # They take part from now on, and were confirmed once.
    assert world.session.scalars(select(Participant.address)).all() == [VENDOR]
    world.session.rollback()
    assert f'name="confirmed" value="{VENDOR}"' not in kim.text("/incidents/1")


def test_an_outsider_whom_the_requester_copied_must_be_confirmed_once(kim: Browser, world: World, app: Flask) -> None:
    report(world, mail(cc=(VENDOR,)))
    form = kim.form("/incidents/1", REPLIES)
    assert lines(form) == ([MIA], [VENDOR])
    told = kim.send(REPLIES, form, text="Hello")
    assert (told.status_code, left_for(app)) == (422, {})
    assert kim.send(REPLIES, form_in(told.text, REPLIES), confirmed=VENDOR).status_code == 303
    assert sorted(left_for(app)) == [MIA, VENDOR]
    assert kim.submit("/incidents/1", REPLIES, text="Once more").status_code == 303


def test_without_an_outsider_nothing_is_to_be_confirmed(kim: Browser, world: World, app: Flask) -> None:
    report(world, mail(cc=(VENDOR,)))
    assert kim.submit("/incidents/1", REPLIES, text="Hello", cc=[]).status_code == 303
    assert list(left_for(app)) == [MIA]


def test_the_same_free_mail_provider_is_no_organisation(kim: Browser, world: World) -> None:
    world.session.add(Address(address="mia@gmail.com", requester_id=world.mia.id))
    report(world, mail("mia@gmail.com", cc=("x@gmail.com",)))
    assert kim.submit("/incidents/1", REPLIES, text="Hello").status_code == 422


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"to": [], "cc": []}, "Choose at least one person"),
        ({"more": "not an address"}, "not a mail address"),
        ({"more": "a@b\r\nBcc: x@y"}, "not a mail address"),
        ({"more": "help@northwind.example"}, "is a mailbox of this desk"),
        ({"more": ",".join(f"u{number}@x.example" for number in range(60))}, "50 people at most"),
    ],
)
def test_recipients_that_make_no_sense_send_nothing(
    kim: Browser, world: World, app: Flask, fields: dict[str, str], said: str
) -> None:
    report(world, mail(cc=(LEE,)))
    told = kim.submit("/incidents/1", REPLIES, text="My text", **fields)
    assert (told.status_code, said in told.text, "My text" in told.text) == (422, True, True)
    assert left_for(app) == {}


def test_without_a_to_the_first_copy_is_written_to(kim: Browser, world: World, app: Flask) -> None:
    report(world, mail(cc=(LEE,)))
    kim.submit("/incidents/1", REPLIES, text="Between us", to=[])
    assert left_for(app) == {LEE: (LEE, "")}


def test_an_address_that_letters_do_not_reach_is_marked(kim: Browser, world: World) -> None:
    from helpdesk.people.address_health import mark

    report(world, mail())
    mark(world.session, MIA, "hard", "5.1.1", "No such user", at=world.at)
    world.session.commit()
    assert "letters don’t arrive" in kim.text("/incidents/1")


# Who reads along


def test_somebody_is_added_and_taken_off(kim: Browser, world: World) -> None:
    report(world, mail())
    page = "/incidents/1/participants"
    assert kim.submit(page, page, address=" Lee@Northwind.example ", name="Lee Chan").status_code == 303
    assert "lets <b>lee@northwind.example</b> read along" in kim.text("/incidents/1")
    kim.submit("/incidents/1", "/incidents/1/participants/1/removal")
    assert world.session.scalars(select(Participant)).all() == []
    world.session.rollback()
    assert "they read along no longer" in kim.text("/incidents/1")


@pytest.mark.parametrize(("address", "said"), [("nobody", "not a mail address"), (MIA, "is the requester")])
def test_who_cannot_be_added(kim: Browser, world: World, address: str, said: str) -> None:
    report(world, mail())
    told = kim.submit("/incidents/1/participants", "/incidents/1/participants", address=address)
    assert (told.status_code, said in told.text) == (422, True)


def test_other_teams_add_nobody(browse: Callable[[str], Browser], world: World) -> None:
    world.private_report()
    world.session.commit()
    assert browse("kim").post("/incidents/1/participants", address=LEE).status_code == 404


def test_a_removed_reader_is_offered_no_more(kim: Browser, world: World) -> None:
    incident = report(world, mail(cc=(LEE,)))
    incident.receive(Words("Again"), by=world.mia.actor(), at=world.at + timedelta(minutes=1))
    world.session.commit()
    kim.submit("/incidents/1", "/incidents/1/participants/1/removal")
    assert lines(kim.form("/incidents/1", REPLIES)) == ([MIA], [])
    assert world.session.scalars(select(Entry.id)).all() == [1, 2]
